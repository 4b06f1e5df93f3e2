package train

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"govae/images"
	"govae/internal/kernel/kerneltest"
	"govae/internal/nn"
	"govae/internal/random"
	"govae/models"
)

// A step of Muon is orthogonal: its singular values are all alike, up to what four
// polynomials reach, and none is larger than the rate says.
func TestMuonStepIsOrthogonal(t *testing.T) {
	k := kerneltest.New(t, 2)
	for _, shape := range [][]int{{7, 5}, {40, 40}, {16, 100}, {288, 64}, {1, 9}} {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			w := matrix{&nn.Param{Shape: shape}, shape[0], shape[1]}
			theta, m, grad := make([]float32, w.rows*w.columns), make([]float32, w.rows*w.columns), make([]float32, w.rows*w.columns)
			s := random.New(1, random.Init, 0, 0)
			s.Normal(grad)
			for i := range grad {
				grad[i] *= 1e-4
			}
			g := slices.Clone(grad)
			average := make([]float32, len(theta))
			newMuon([]matrix{w}).step(k, theta, average, m, grad, 0.5, 1, 1)
			if !slices.Equal(average, theta) {
				t.Error("the average is not where it moved all the way to")
			}
			var descent float64
			step := mat.NewDense(w.rows, w.columns, nil)
			for i, v := range theta {
				step.Set(i/w.columns, i%w.columns, float64(v))
				descent += float64(v) * float64(g[i])
			}
			if !(descent < 0) {
				t.Errorf("the step goes %g along the gradient", descent)
			}
			var svd mat.SVD
			if !svd.Factorize(step, mat.SVDNone) {
				t.Fatal("no singular values")
			}
			want := 0.5 * stepSize * math.Sqrt(float64(max(w.rows, w.columns)))
			for _, v := range svd.Values(nil) {
				// A square matrix of normal numbers has a few singular values below 1e-3 of
				// the norm.
				if v > 1.6*want || v < 0.4*want && w.rows != w.columns {
					t.Errorf("singular value %g, want about %g", v, want)
				}
			}
		})
	}
}

func TestMuonWithoutAGradient(t *testing.T) {
	k := kerneltest.New(t, 1)
	w := matrix{&nn.Param{Shape: []int{3, 4}}, 3, 4}
	theta := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	newMuon([]matrix{w}).step(k, theta, make([]float32, 12), make([]float32, 12), make([]float32, 12), 0.1, 0.5, 1)
	for i, v := range theta {
		if v != float32(i+1)/2 {
			t.Fatalf("theta is %v, want half of what it was", theta)
		}
	}
}

// Weights are matrices; biases are not, nor are scales of a normalisation.
func TestMatricesOfLayers(t *testing.T) {
	map8 := images.Shape{H: 8, W: 8, C: 6}
	for _, test := range []struct {
		layer nn.Layer
		want  [][2]int
	}{
		{nn.NewDense("dense", map8, images.Vector(10), nn.Identity), [][2]int{{384, 10}, {0, 0}}},
		{nn.NewConv2D("conv", map8, 12, 3, 2, nn.Identity), [][2]int{{54, 12}, {0, 0}}},
		{nn.NewConvTranspose2D("up", 12, map8, 4, 2, nn.Identity), [][2]int{{96, 12}, {0, 0}}},
		{nn.NewBatchNorm("norm", map8), [][2]int{{0, 0}, {0, 0}}},
	} {
		for i, p := range test.layer.Params() {
			if rows, columns := p.Matrix(); rows != test.want[i][0] || columns != test.want[i][1] {
				t.Errorf("%s: a matrix of %dx%d, want %v", p.Name, rows, columns, test.want[i])
			}
		}
	}
}

// Decay shrinks weights, and no biases.
func TestWeightDecay(t *testing.T) {
	k := kerneltest.New(t, 1)
	var g nn.Graph
	g.Add(nn.NewDense("dense", images.Vector(3), images.Vector(2), nn.Identity), g.Input("x", images.Vector(3)))
	for _, optimizer := range Optimizers() {
		o, err := (Options{Optimizer: optimizer, WeightDecay: Constant(0.5)}).withOptimiser(0.1, "")
		if err != nil {
			t.Fatal(err)
		}
		o.LR = Constant(0.1)
		theta, _, err := g.Bind(100)
		if err != nil {
			t.Fatal(err)
		}
		for i := range theta {
			theta[i] = 1
		}
		newOptimiser(g.Params(), len(theta), o).step(k, theta, make([]float32, len(theta)), 1, 0)
		for _, p := range g.Params() {
			want := float32(1)
			if rows, _ := p.Matrix(); rows > 0 {
				want = 0.95
			}
			for _, v := range p.In(theta) {
				if math.Abs(float64(v-want)) > 1e-6 {
					t.Errorf("%s: %s is %g, want %g", optimizer, p.Name, v, want)
				}
			}
		}
	}
}

// TestDefaultDecay is that of the run's own rate.
func TestDefaultDecay(t *testing.T) {
	for _, rate := range []float64{muonRate, 0.1} {
		r, err := newRun(smallModel(t, smallConfig), smallData(), Options{Epochs: 1, Optimizer: Muon, LR: Constant(rate)})
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		if got := rate * r.WeightDecay.At(1) * 150; math.Abs(got-1) > 1e-9 {
			t.Errorf("rate %g: in 150 steps a weight shrinks by the exponent %g, want 1", rate, got)
		}
	}
}

func TestDecayFollowsTheNumberOfImages(t *testing.T) {
	for steps, shrinking := range map[int]float64{1: 150, 25: 150, 122: 488, 5000: 20000} {
		for _, rate := range []float64{muonRate, 1} { // at the latter one for all would turn the sign of weights
			d := decay(Muon, rate, steps).At(1)
			if got := 1 / (rate * d); math.Abs(got-shrinking) > 1e-6*shrinking {
				t.Errorf("epochs of %d steps, rate %g: a weight shrinks by e in %g steps, want %g", steps, rate, got, shrinking)
			}
		}
		if d := decay(Adam, muonRate, steps).At(1); d != 0 {
			t.Errorf("Adam has a decay of %g", d)
		}
	}
}

// BenchmarkMuon is the optimiser's part of a step of the default network for photographs, of
// 64x64x3 and 256 latent dimensions, on all cores and on one.
func BenchmarkMuon(b *testing.B) {
	m, err := models.New(models.Config{Arch: "residual", Image: models.Shape{H: 64, W: 64, C: 3}, Likelihood: models.Gaussian, OptimalSigma: true}, 1)
	if err != nil {
		b.Fatal(err)
	}
	o, err := Options{Optimizer: Muon}.withOptimiser(0, Muon)
	if err != nil {
		b.Fatal(err)
	}
	o.WeightDecay = Constant(0.5)
	for name, threads := range map[string]int{"all": 0, "one": 1} {
		b.Run(name, func(b *testing.B) {
			k := kerneltest.New(b, threads)
			a, grad, noise := newOptimiser(m.Params(), len(m.Theta), o), make([]float32, len(m.Theta)), make([]float32, len(m.Theta))
			s := random.New(1, random.Init, 0, 0)
			for i := range noise {
				noise[i] = float32(s.Float64() - 0.5)
			}
			for t := 1; b.Loop(); t++ {
				copy(grad, noise)
				a.step(k, m.Theta, grad, t, 0)
			}
		})
	}
}
