package models

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govae/images"
	"govae/internal/safetensors"
	"govae/latent"
)

func TestSaveAndLoad(t *testing.T) {
	for _, c := range []Config{
		{Image: Shape{H: 9, W: 6, C: 3}, Latent: 4, Width: 3, Labels: []string{"cat", "dog"}},
		{Arch: "mlp", Image: Shape{H: 4, W: 4, C: 1}, Hidden: []int{7, 5}, Activation: "tanh", Likelihood: Gaussian, LearnSigma: true},
		{Image: Shape{H: 5, W: 4, C: 3}, Likelihood: Gaussian, OptimalSigma: true},
		{Image: Shape{H: 5, W: 4, C: 3}, Likelihood: Logistic},
	} {
		dir := t.TempDir()
		m, err := New(c, 5)
		if err != nil {
			t.Fatal(err)
		}
		stats := &LatentStats{Mean: make([]float64, m.Config.Latent), Std: make([]float64, m.Config.Latent)}
		held := &images.Validation{Fraction: 0.1, Seed: 7, Of: "cd"}
		saved := Saved{Model: m.Config, Training: []byte(`{"seed": 5}`), LatentStats: stats, StatsOf: m.ID(), Validation: held}
		if err := saved.Save(dir); err != nil {
			t.Fatal(err)
		}
		if err := m.SaveWeights(dir); err != nil {
			t.Fatal(err)
		}
		prior := normalPrior(m)
		if err := prior.WriteFile(filepath.Join(dir, PriorFile)); err != nil {
			t.Fatal(err)
		}
		got, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m.Config, got.Config); diff != "" {
			t.Error(diff)
		}
		if !slices.Equal(m.Theta, got.Theta) || m.ID() != got.ID() {
			t.Error("the loaded weights differ")
		}
		if diff := cmp.Diff(stats, got.LatentStats) + cmp.Diff(held, got.Validation); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(prior, got.Prior); diff != "" {
			t.Error(diff)
		}
		if err := got.LoadWeights(filepath.Join(dir, WeightsFile)); err != nil || got.Prior != nil {
			t.Errorf("weights that were read have the prior of those before, error %v", err)
		}

		m.Theta[0]++ // other weights: the statistics no longer hold
		if err := m.SaveWeights(dir); err != nil {
			t.Fatal(err)
		}
		if got, err := Load(dir); err != nil || got.LatentStats != nil || got.Prior != nil {
			t.Errorf("statistics of other weights are kept, error %v", err)
		}
		if err := os.WriteFile(filepath.Join(dir, PriorFile), []byte("{}"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); !errors.As(err, new(*latent.FileError)) {
			t.Errorf("error %v, want one about the prior", err)
		}
	}
}

// normalPrior is N(0, I) as a prior of m.
func normalPrior(m *VAE) *latent.Mixture {
	l := m.Config.Latent
	covariance := make([][]float64, l)
	for i := range covariance {
		covariance[i] = make([]float64, l)
		covariance[i][i] = 1
	}
	return &latent.Mixture{ModelID: m.ID(), Latent: l, Weights: []float64{1}, Means: [][]float64{make([]float64, l)}, Covariances: [][][]float64{covariance}}
}

func TestInitialisation(t *testing.T) {
	a, err := New(Config{Image: Shape{H: 28, W: 28, C: 1}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := New(Config{Image: Shape{H: 28, W: 28, C: 1}}, 1)
	c, _ := New(Config{Image: Shape{H: 28, W: 28, C: 1}}, 2)
	if !slices.Equal(a.Theta, b.Theta) || slices.Equal(a.Theta, c.Theta) {
		t.Error("the seed does not decide the initial weights")
	}
	if got := len(a.Theta); got != 888005 {
		t.Errorf("the reference network has %d parameters, want 888005", got)
	}
	for _, p := range a.Params() {
		lo, hi := slices.Min(p.Value), slices.Max(p.Value)
		if hi > 1 || lo < -1 || p.Len() > 1 && (hi <= 0 || lo >= 0) {
			t.Errorf("%s starts in [%g, %g], want a range around zero", p.Name, lo, hi)
		}
	}
	w := a.Params()[2] // 32 x 3 x 3 inputs
	if bound := float32(math.Sqrt(6.0 / 288)); w.Name != "encoder/conv_1/weight" || slices.Max(w.Value) > bound || slices.Max(w.Value) < 0.99*bound {
		t.Errorf("%s reaches %g, want nearly %g", w.Name, slices.Max(w.Value), bound)
	}
}

func TestLoadRejects(t *testing.T) {
	m, err := New(Config{Image: Shape{H: 5, W: 5, C: 1}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := New(Config{Arch: "mlp", Image: Shape{H: 5, W: 5, C: 1}}, 1)
	for name, tt := range map[string]struct {
		change func(dir string) error
		want   string
	}{
		"no directory":       {func(dir string) error { return os.RemoveAll(dir) }, "config.json"},
		"no weights":         {func(dir string) error { return os.Remove(filepath.Join(dir, WeightsFile)) }, "model.safetensors"},
		"other architecture": {func(dir string) error { return other.SaveWeights(dir) }, "not the weights"},
		"truncated":          {func(dir string) error { return os.Truncate(filepath.Join(dir, WeightsFile), 1000) }, "truncated"},
		"newer format": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, ConfigFile), []byte(`{"format": 2}`), 0o644)
		}, "format 2"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := (Saved{Model: m.Config}).Save(dir); err != nil {
				t.Fatal(err)
			}
			if err := m.SaveWeights(dir); err != nil {
				t.Fatal(err)
			}
			if err := tt.change(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// TestLoadWeights reads files of others: any order and metadata, but nothing else.
func TestLoadWeights(t *testing.T) {
	m, err := New(Config{Arch: "conv", Image: Shape{H: 5, W: 6, C: 3}, Likelihood: Gaussian, LearnSigma: true}, 1)
	if err != nil {
		t.Fatal(err)
	}
	source, _ := New(m.Config, 2)
	for _, tt := range []struct {
		name   string
		change func(f *safetensors.File)
		want   string // empty for no error
	}{
		{"as written", func(*safetensors.File) {}, ""},
		{"another order and metadata", func(f *safetensors.File) {
			slices.Reverse(f.Tensors)
			f.Metadata = map[string]string{"format": "pt"}
		}, ""},
		{"missing", func(f *safetensors.File) { f.Tensors = f.Tensors[1:] }, `tensor "encoder/conv_0/weight" is missing`},
		{"extra", func(f *safetensors.File) {
			f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "encoder/conv_9/weight", Shape: []int{1}, Data: []float32{1}})
		}, `tensor "encoder/conv_9/weight" is none of this model`},
		{"another shape", func(f *safetensors.File) { f.Tensors[0].Shape = []int{3, 32, 3, 3} }, "has shape [3 32 3 3], want [32 3 3 3]"},
		{"not a number", func(f *safetensors.File) {
			fill := f.Tensors[1].Fill
			f.Tensors[1].Fill = func(data []float32, first int) { fill(data, first); data[2] = float32(math.NaN()) }
		}, "has the value NaN at index 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "weights")
			f := source.file()
			tt.change(f)
			if err := f.Save(path); err != nil {
				t.Fatal(err)
			}
			got, _ := New(m.Config, 1)
			err := got.LoadWeights(path)
			switch {
			case tt.want == "" && (err != nil || !slices.Equal(got.Theta, source.Theta)):
				t.Errorf("the weights differ (%v)", err)
			case tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one with the path and %q", err, tt.want)
			case tt.want != "" && !slices.Equal(got.Theta, m.Theta):
				t.Error("the weights have changed all the same")
			}
		})
	}
}

func TestConfigRejects(t *testing.T) {
	gray := Shape{H: 28, W: 28, C: 1}
	for want, c := range map[string]Config{
		"architecture":       {Arch: "gan", Image: gray},
		"channels":           {Image: Shape{H: 28, W: 28, C: 4}},
		"pixels":             {Image: Shape{H: 0, W: 28, C: 1}},
		"-1 latent":          {Image: gray, Latent: -1},
		"belong to the":      {Image: gray, Hidden: []int{3}},
		"width and depth":    {Image: gray, Width: 8},
		"groups of latent":   {Image: gray, Groups: []int{3}},
		"0 groups":           {Arch: "ladder", Image: gray, Groups: []int{}, Latent: 1},
		"5 groups":           {Arch: "ladder", Image: gray, Groups: []int{1, 1, 1, 1, 1}},
		"group of 0 latent":  {Arch: "ladder", Image: gray, Groups: []int{1, 0}},
		"only number":        {Arch: "ladder", Image: gray, Latent: 64},
		"depth of -1":        {Arch: "residual", Image: gray, Depth: -1},
		"unknown activation": {Arch: "mlp", Image: gray, Activation: "selu"},
		"hidden layer of":    {Arch: "mlp", Image: gray, Hidden: []int{0}},
		"0 hidden layers":    {Arch: "mlp", Image: gray, Hidden: []int{}},
		"the fit":            {Image: gray, Fit: "x"},
		"a scale of":         {Image: gray, PixelScale: math.NaN()},
		"unknown likelihood": {Image: gray, Likelihood: "poisson"},
		"belongs to the":     {Image: gray, Sigma: 1},
		"sigma -1":           {Image: gray, Likelihood: Gaussian, Sigma: -1},
		"sigma belongs to":   {Image: gray, Likelihood: Logistic, OptimalSigma: true},
		"neither given nor":  {Image: gray, Likelihood: Gaussian, Sigma: 0.2, OptimalSigma: true},
		"parameters":         {Arch: "mlp", Image: Shape{H: 4000, W: 4000, C: 3}},
	} {
		if _, err := New(c, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", c, err, want)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"format":1,"model":{"arch":"conv","image":{"height":28,"width":28,"channels":1},"latent":2,"likelihood":"bernoulli"}}`))
	f.Add([]byte(`{"format":1,"model":{"arch":"ladder","image":{"height":28,"width":28,"channels":1},"latent":65,"groups":[1,1],"likelihood":"bernoulli"}}`))
	f.Add([]byte(`{"format":1,"model":{"arch":"mlp","image":{"height":2,"width":2,"channels":3},"latent":1,"hidden":[3],"likelihood":"gaussian"},"latent_stats":{"mean":[0],"std":[1]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSaved(data)
		if err != nil {
			return
		}
		// Whatever is accepted can be written and read again.
		dir := t.TempDir()
		if err := s.Save(dir); err != nil {
			t.Fatal(err)
		}
		again, err := os.ReadFile(filepath.Join(dir, ConfigFile))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseSaved(bytes.TrimSpace(again)); err != nil {
			t.Fatalf("%s cannot be read again: %v", again, err)
		}
	})
}
