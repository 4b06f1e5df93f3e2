package train

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

// TestPatience ends a run that overshoots, and goes on with more patience to the same
// weights as with that from the start.
func TestPatience(t *testing.T) {
	o := Options{Dir: t.TempDir(), Epochs: 40, Batch: 8, LR: Constant(0.2), ValFraction: 0.25, Patience: 3}
	metrics, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), o)
	if err != nil {
		t.Fatal(err)
	}
	best := 0
	for i, e := range metrics {
		if e.Validation.ELBO() > metrics[best].Validation.ELBO() {
			best = i
		}
	}
	if len(metrics) == o.Epochs || best+1 != len(metrics)-o.Patience {
		t.Fatalf("the best of %d epochs is %d; want that %d epochs follow", len(metrics), best+1, o.Patience)
	}
	want := weights(t, o.Dir)

	o.Dir, o.Resume = t.TempDir(), true
	for _, o.Epochs = range []int{2, 40} {
		if _, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), o); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(weights(t, o.Dir), want) {
		t.Error("a run that was resumed ends elsewhere")
	}
	again, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), o)
	if err != nil || len(again) != len(metrics) {
		t.Errorf("%d epochs after the end of patience (%v), want %d", len(again), err, len(metrics))
	}
	o.Patience = 4
	if more, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), o); err != nil || len(more) <= len(metrics) {
		t.Errorf("%d epochs with more patience (%v), want more than %d", len(more), err, len(metrics))
	}
}

// TestPatienceWaitsForBeta: no epoch counts in which the KL term grows.
func TestPatienceWaitsForBeta(t *testing.T) {
	o := Options{Epochs: 40, Batch: 8, LR: Constant(1e-9), ValFraction: 0.25, Patience: 1} // 30 images, four batches
	for steps, want := range map[int]int{0: 1, 4: 1, 5: 2, 20: 5, 21: 6} {
		o.Beta = Warmup{To: 1, Steps: steps}
		metrics, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(metrics) < want {
			t.Errorf("%d steps of warm-up: %d epochs, want %d at least", steps, len(metrics), want)
		}
	}
}

func TestPatienceNeedsValidation(t *testing.T) {
	dir := t.TempDir() + "/model"
	_, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), Options{Dir: dir, Patience: 1})
	if !errors.As(err, new(*NoValidationError)) || Resumable(dir) {
		t.Errorf("error %v, want a NoValidationError and no run", err)
	}
}

// TestStopAfterLastEpoch: who stops a run that has made its last epoch hears that, and not of a next one.
func TestStopAfterLastEpoch(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := Options{Epochs: 2, Batch: 8, Dir: t.TempDir(), OnEpoch: func(e Metrics) {
		if e.Epoch == 2 {
			cancel()
		}
	}}
	_, err := Run(ctx, smallModel(t, smallConfig), smallData(), o)
	if e, ok := errors.AsType[*StoppedError](err); !ok || e.Within || err.Error() != "stopped after the last epoch, before the model was finished: context canceled" {
		t.Errorf("error %v", err)
	}
	o.Resume, o.OnEpoch = true, nil
	if _, err := Run(t.Context(), smallModel(t, smallConfig), smallData(), o); err != nil {
		t.Error(err)
	}
}
