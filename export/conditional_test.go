package export

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"govae/contract"
	"govae/engine"
	"govae/engine/enginetest"
	"govae/infer"
	"govae/internal/kernel/kerneltest"
	"govae/models"
)

// conditional makes a model conditional on three classes.
func conditional(c models.Config) models.Config {
	c.Labels, c.Conditional = []string{"cat", "dog", "eel"}, true
	return c
}

// TestConditionalSessions: sessions with labels compute what the model does.
func TestConditionalSessions(t *testing.T) {
	m := testModel(t, conditional(models.Config{Arch: "mlp", Image: models.Shape{H: 5, W: 4, C: 1}, Hidden: []int{9}, Latent: 3}))
	for i := range m.Theta { // also those that start at 0
		m.Theta[i] += float32(i%7-3) / 20
	}
	enginetest.Each(t, func(t *testing.T, _ *engine.Engine, run engine.Options) {
		pair, _ := testPair(t, m, run)
		k := kerneltest.New(t, 1)
		p := newPass(m, k)
		const n = 11
		x, z := make([]float32, n*20), make([]float32, n*3)
		for i := range x {
			x[i] = float32(i*i%17) / 16
		}
		for i := range z {
			z[i] = float32(i*i%13)/6 - 1
		}
		classes, label := make([]int, n), make([]float32, n*3)
		for i := range classes {
			classes[i] = i * i % 3
		}
		models.OneHot(label, 3, classes...)
		labelled, err := pair.WithLabel(infer.Classes(classes))
		if err != nil {
			t.Fatal(err)
		}
		images, err := labelled.Decoder.Decode(t.Context(), z)
		if err != nil {
			t.Fatal(err)
		}
		if d := contract.Difference(images.Pixels, p.decode(z, label)); d > Tolerance {
			t.Errorf("images differ by %g", d)
		}
		mean, logVar, err := labelled.Encoder.Encode(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		wantMean, wantLogVar := p.encode(x, label)
		if d := max(contract.Difference(mean, wantMean), contract.Difference(logVar, wantLogVar)); d > Tolerance {
			t.Errorf("codes differ by %g", d)
		}
	})
}

// TestClassifierSession: a session tells what the classifier does, and a model without one
// exports none.
func TestClassifierSession(t *testing.T) {
	m := testModel(t, conditional(models.Config{Arch: "mlp", Image: models.Shape{H: 9, W: 8, C: 3}, Hidden: []int{4}}))
	file, err := Classifier(m, Options{Precision: models.INT8})
	if err != nil {
		t.Fatal(err)
	}
	rounded, err := m.AtPrecision(models.INT8)
	if err != nil {
		t.Fatal(err)
	}
	k := kerneltest.New(t, 1)
	const n = 11
	x := make([]float32, n*9*8*3)
	for i := range x {
		x[i] = float32(i*i%17) / 16
	}
	want := newPass(rounded, k).classify(x)
	enginetest.Each(t, func(t *testing.T, _ *engine.Engine, run engine.Options) {
		s, err := infer.NewClassifier(file, infer.Options{Engine: run})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if c := s.Contract(); c.Role != infer.RoleClassifier || c.Latent != 2 || !slices.Equal(s.Classes(), m.Config.Labels) || c.ModelID != m.ID() {
			t.Errorf("%+v", c)
		}
		var got []float32
		for g, err := range s.ClassifyAll(t.Context(), infer.Images{Shape: s.Shape(), Pixels: x}.All()) {
			if err != nil {
				t.Fatal(err)
			}
			if g.Probability != float64(slices.Max(g.Probabilities)) || g.Probabilities[g.Class] != slices.Max(g.Probabilities) {
				t.Errorf("%+v", g)
			}
			got = append(got, g.Probabilities...)
		}
		if d := contract.Difference(got, want); d > Tolerance {
			t.Errorf("probabilities differ by %g", d)
		}
		if _, err := s.CheckValues(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if _, err := infer.NewEncoder(file, infer.Options{}); err == nil || !strings.Contains(err.Error(), "holds the classifier where the encoder is needed") {
		t.Errorf("as an encoder: %v", err)
	}
	m.Classifier = nil
	if _, err := Classifier(m, Options{}); !errors.As(err, new(*NoClassifierError)) {
		t.Errorf("without one: %v", err)
	}
}
