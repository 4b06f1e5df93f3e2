package train

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"govae/models"
)

// failing is an ELBO that goes wrong in some steps unless the learning rate was halved
// often enough before.
type failing struct {
	ELBO
	fail     func(s *Step, t *Terms)
	halvings func() int
}

// fails are the steps, in the second epoch of ten and in the third, and the halvings that help.
var fails = map[int]int{14: 1, 25: 2, 27: 3}

func (f *failing) Terms(s *Step) Terms {
	t := f.ELBO.Terms(s)
	if f.halvings() < fails[s.Number] {
		f.fail(s, &t)
	}
	return t
}

// halved is the learning rate that a run with these failures has: half of it from the
// epoch on in which a step fails, once for each.
type halved float64

func (h halved) At(step int) float64 {
	rate := float64(h)
	for failed := range fails {
		if step > (failed-1)/10*10 {
			rate /= 2
		}
	}
	return rate
}
func (h halved) validate() error           { return nil }
func (h halved) peak() float64             { return float64(h) }
func (h halved) settledAt() int            { return 1 }
func (h halved) forRun(runLength) Schedule { return h }

// TestGoingBack compares runs that go back, stopped and resumed again and again or not,
// with one that nothing happens to and whose learning rate is the same in each step.
func TestGoingBack(t *testing.T) {
	base := Options{Epochs: 4, Batch: 4, Seed: 1, ValFraction: 0, LR: halved(1e-3)}
	config := tinyConfig
	config.Latent = 2 // with a picture of the manifold
	model := func() *models.VAE { return smallModel(t, config) }
	clean := base
	clean.Dir = t.TempDir()
	if _, err := Run(t.Context(), model(), smallData(), clean); err != nil {
		t.Fatal(err)
	}
	want := weights(t, clean.Dir)
	for name, fail := range map[string]func(s *Step, t *Terms){
		"infinite loss":      func(_ *Step, t *Terms) { t.Reconstruction = math.Inf(1) },
		"no number":          func(_ *Step, t *Terms) { t.KL = math.NaN() },
		"exploding loss":     func(_ *Step, t *Terms) { t.KL += 1e9 },
		"infinite gradient":  func(s *Step, _ *Terms) { s.Grad[5] = float32(math.Inf(-1)) },
		"gradient no number": func(s *Step, _ *Terms) { s.Grad[len(s.Grad)-1] = float32(math.NaN()) },
		"too large gradient": func(s *Step, _ *Terms) { s.Grad[0] = 1e30 },
	} {
		inMemory, stop := true, 0 // steps between interruptions
		if name == "exploding loss" || name == "infinite gradient" {
			inMemory, stop = false, 6
		}
		o := base
		o.LR, o.Threads, o.Resume = Constant(1e-3), 1+stop, stop > 0
		if !inMemory {
			o.Dir = t.TempDir()
		}
		var warnings []string
		o.Warn = func(s string) {
			if strings.Contains(s, "half the learning rate") {
				warnings = append(warnings, s)
			}
		}
		m, runs := model(), 0
		for {
			ctx, cancel := context.WithCancel(t.Context())
			steps := 0
			o.OnStep = func(Progress) {
				if steps++; steps == stop {
					cancel()
				}
			}
			objective := &failing{ELBO: ELBO{Beta: Constant(1)}, fail: fail}
			o.Objective = objective
			r, err := newRun(m, smallData(), o)
			if err != nil {
				t.Fatal(err)
			}
			objective.halvings = func() int { return r.state.Halvings }
			err = r.run(ctx)
			r.close()
			cancel()
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: %v", name, err)
			}
			if runs++; runs > 100 {
				t.Fatalf("%s: no end", name)
			}
			m = model()
		}
		if len(warnings) < 3 || stop == 0 && len(warnings) > 3 || !strings.Contains(warnings[0], "epoch 2") || !strings.Contains(warnings[2], "epoch 3") {
			t.Errorf("%s: warnings %q", name, warnings)
		}
		if inMemory {
			o.Dir = t.TempDir()
			if err := m.SaveWeights(o.Dir); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(weights(t, o.Dir), want) {
			t.Errorf("%s, in memory %v, stopped after %d steps: other weights than with the same learning rates and no failure", name, inMemory, stop)
		}
	}
}

// TestDivergenceIsAnError: at the fourth time, or where no learning rate can help. What
// was good is still there.
func TestDivergenceIsAnError(t *testing.T) {
	for name, tt := range map[string]struct {
		o        Options
		change   func(*models.VAE)
		halvings int
		want     string
	}{
		"not finite":      {o: Options{LR: Constant(1e30)}, halvings: 3, want: "with a learning rate of 1.25e+29, 3 times halved: start afresh with a smaller one"},
		"one step a pass": {o: Options{LR: Constant(1e20), Batch: 40}, halvings: 3, want: "3 times halved: start afresh with a smaller one"},
		"explodes":        {o: Options{LR: Constant(1000)}, halvings: 3, want: "the loss has grown from "},
		"gradient":        {o: Options{Beta: Constant(1e30)}, halvings: 3, want: "the gradient is not finite or too large"},
		"initial weights": {change: func(m *models.VAE) { m.Theta[0] = float32(math.Inf(1)) }, want: "in the first step, before the learning rate matters"},
	} {
		for _, dir := range []string{"", t.TempDir()} {
			m := smallModel(t, tinyConfig)
			if tt.change != nil {
				tt.change(m)
			}
			var warnings []string
			tt.o.Dir, tt.o.Epochs, tt.o.Batch, tt.o.Warn = dir, 5, cmp.Or(tt.o.Batch, 4), func(s string) { warnings = append(warnings, s) }
			_, err := Run(t.Context(), m, smallData(), tt.o)
			if diverged, ok := errors.AsType[*DivergedError](err); !ok || diverged.Halvings != tt.halvings || len(warnings) != tt.halvings || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: error %v after the warnings %q, want a DivergedError after %d with %q", name, err, warnings, tt.halvings, tt.want)
			}
			if _, err := os.Stat(filepath.Join(dir, models.WeightsFile)); dir != "" && err == nil {
				t.Errorf("%s: weights were written", name)
			}
		}
	}
}

// TestSpikesAreNoExplosion: a loss that is high in a few batches alone is left in peace.
func TestSpikesAreNoExplosion(t *testing.T) {
	objective := &failing{ELBO: ELBO{Beta: Constant(1)}, fail: func(_ *Step, t *Terms) { t.KL += 1000 * 4 }, halvings: func() int { return 0 }}
	o := Options{Epochs: 3, Batch: 4, Objective: objective, Warn: func(s string) { t.Error(s) }}
	if _, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), o); err != nil {
		t.Error(err)
	}
}

func TestActiveUnits(t *testing.T) {
	if got := (Terms{KLByDimension: []float64{0, 0.009, 0.011, 3}}).ActiveUnits(); got != 2 {
		t.Errorf("%d, want 2", got)
	}
	metrics, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), Options{Epochs: 20, Beta: Constant(1e6), LR: Constant(0.01), Batch: 2})
	if err != nil {
		t.Fatal(err)
	}
	if e := metrics[19]; e.ActiveUnits != 0 || e.LR != 0.01 {
		t.Errorf("a beta of a million leaves %d active, at a learning rate of %g", e.ActiveUnits, e.LR)
	}
}
