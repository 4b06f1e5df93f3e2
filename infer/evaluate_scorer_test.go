package infer_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govae/engine"
	"govae/export"
	"govae/infer"
	"govae/latent"
	"govae/models"
)

// exported opens all files of a model.
func exported(t *testing.T, m *models.VAE, o infer.Options) (*infer.Pair, *infer.Scorer) {
	t.Helper()
	decoder, err := export.Decoder(m, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	encoder, err := export.Encoder(m, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := export.Scorer(m, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := infer.NewScorer(file, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	pair, err := infer.NewPair(decoder, encoder, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pair.Close() })
	if err := pair.CheckScorer(s); err != nil {
		t.Fatal(err)
	}
	return pair, s
}

// TestEvaluateByScorer: of a flat model the scorer finds what the pair finds with the same
// draws; of a hierarchical one the mean of its log weights, on any number of threads and from
// any image on.
func TestEvaluateByScorer(t *testing.T) {
	const n, draws, many = 21, 4, 13
	flat := models.Config{Arch: "mlp", Image: models.Shape{H: 5, W: 4, C: 1}, Hidden: []int{9}, Latent: 3}
	ladder := models.Config{Arch: "ladder", Image: models.Shape{H: 16, W: 15, C: 1}, Groups: []int{2, 1}, Width: 2}
	for _, c := range []models.Config{flat, ladder} {
		m, err := models.New(c, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range m.Theta { // also what starts at 0
			m.Theta[i] += float32(i%7-3) / 50
		}
		x := someImages(size{c: 1, h: c.Image.H, w: c.Image.W}, n)
		o := infer.EvaluateOptions{ScoreOptions: infer.ScoreOptions{Draws: draws, Seed: 5}, Images: many}
		onEngines(t, func(t *testing.T, e engine.Options) {
			pair, scorer := exported(t, m, infer.Options{Engine: e, Threads: 3})
			plain, err := pair.Evaluate(t.Context(), x.All(), o)
			if err != nil {
				t.Fatal(err)
			}
			by := o
			by.Scorer = scorer
			got, err := pair.Evaluate(t.Context(), x.All(), by)
			if err != nil {
				t.Fatal(err)
			}
			if c.Arch == "mlp" {
				if pair.Hierarchical() || math.Abs(got.LogLikelihood.Mean-plain.LogLikelihood.Mean) > 1e-3 || math.Abs(got.ELBO.Mean-plain.ELBO.Mean) > 1 || got.KLByGroup != nil || got.AlongMeans != 0 {
					t.Errorf("by the scorer %+v, by the pair %+v", got, plain)
				}
				return
			}
			groups := got.KLByGroup
			if len(groups) != 2 || groups[0].Name != "1x1" || math.Abs(groups[0].KL+groups[1].KL-got.KL) > 1e-9*got.KL || !cmp.Equal(groups, plain.KLByGroup) {
				t.Errorf("KL by group %v, of all %v, by the pair %v", groups, got.KL, plain.KLByGroup)
			}
			if !pair.Hierarchical() || got.AlongMeans != -(got.Reconstruction+got.KL) || plain.AlongMeans != 0 {
				t.Errorf("along the means %v, by the pair %v", got.AlongMeans, plain.AlongMeans)
			}

			// Image 17 has one draw.
			var rows []infer.Figures
			last := by
			last.First = 17
			rest := infer.Images{Shape: x.Shape, Pixels: x.Pixels[17*x.Shape.Len():]}
			for f, err := range pair.Figures(t.Context(), rest.All(), last) {
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, f)
			}
			eps := make([]float32, m.Config.Latent)
			latent.Noise(eps, 5, 17, 0)
			want, err := scorer.LogWeights(t.Context(), infer.Images{Shape: x.Shape, Pixels: x.At(17).Pixels}, eps)
			if err != nil {
				t.Fatal(err)
			}
			if rows[0].Index != 17 || rows[0].ELBO != want[0] || rows[0].Bound != want[0] {
				t.Errorf("image %d: ELBO %v and bound %v, want %v", rows[0].Index, rows[0].ELBO, rows[0].Bound, want[0])
			}
			single, other := exported(t, m, infer.Options{Engine: e, Threads: 1})
			by.Scorer = other
			again, err := single.Evaluate(t.Context(), x.All(), by)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("threads change it:\n%s", diff)
			}
		})
	}
}

// TestEvaluateByAnotherScorer refuses one of another model, whose figures would not be those of the pair.
func TestEvaluateByAnotherScorer(t *testing.T) {
	model := func(c models.Config) *models.VAE {
		c.Arch, c.Hidden, c.Latent = "mlp", []int{9}, 3
		m, err := models.New(c, 1)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	o := infer.Options{Engine: engine.Options{Name: "go"}}
	p, _ := exported(t, model(models.Config{Image: models.Shape{H: 5, W: 4, C: 1}}), o)
	_, other := exported(t, model(models.Config{Image: models.Shape{H: 5, W: 8, C: 1}}), o)
	images := p.Decoder.Sample(t.Context(), 10, latent.SampleOptions{})
	if _, err := p.Evaluate(t.Context(), images, infer.EvaluateOptions{Scorer: other}); !errors.As(err, new(*latent.SpaceError)) {
		t.Errorf("error %v, want a SpaceError", err)
	}
}
