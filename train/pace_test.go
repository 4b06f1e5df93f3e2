package train

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// clock ticks by a second each time it is read.
type clock struct{ seconds int64 }

func (c *clock) now() time.Time {
	c.seconds++
	return time.Unix(c.seconds, 0)
}

// timed runs o by a clock on which a step takes a second, as do evaluating and saving
// together: an epoch of three steps takes four.
func timed(t *testing.T, ctx context.Context, o Options) (*run, error) {
	t.Helper()
	o.Batch, o.Seed = 16, 1
	r, err := newRun(smallModel(t, tinyConfig), smallData(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	r.pace.now = new(clock).now
	return r, r.run(ctx)
}

// sameAsWithEpochs compares the weights of a run with those of one of as many epochs, of the same
// learning rate.
func sameAsWithEpochs(t *testing.T, r *run, epochs int, rate Schedule) {
	t.Helper()
	want, err := timed(t, t.Context(), Options{Epochs: epochs, LR: rate})
	if err != nil || len(r.metrics) != epochs || !slices.Equal(r.m.Theta, want.m.Theta) {
		t.Errorf("%d epochs were chosen and %d trained; error %v, or other weights than with this number", epochs, len(r.metrics), err)
	}
}

// TestTime chooses the number of epochs. Of the 40 training images a second takes 16, or in
// the last step of an epoch 8. The clock ticks between epochs too, where nobody measures: so the
// number that seemed to fit becomes smaller on the way.
func TestTime(t *testing.T) {
	for name, tt := range map[string]struct {
		seconds, want int
		each          time.Duration
		warning       string
	}{
		"in the first steps":      {12, 2, 4333 * time.Millisecond, ""}, // 4, as evaluating is a guess
		"epochs are short":        {30, 6, 4333 * time.Millisecond, ""},
		"after an epoch":          {100, 21, 4015 * time.Millisecond, ""},
		"after some epochs":       {1000, 206, 4001 * time.Millisecond, ""},
		"too short for one epoch": {1, 1, 2708 * time.Millisecond, "an epoch takes about 2.708s, longer than the 1s for all of the run"},
	} {
		t.Run(name, func(t *testing.T) {
			var each time.Duration
			chosen, warning := 0, ""
			r, err := timed(t, t.Context(), Options{
				Time:     time.Duration(tt.seconds) * time.Second,
				OnChoice: func(n int, d time.Duration) { chosen, each = n, d },
				Warn:     func(s string) { warning = s },
			})
			if err != nil {
				t.Fatal(err)
			}
			if chosen != tt.want || each.Round(time.Millisecond) != tt.each || !strings.HasPrefix(warning, tt.warning) {
				t.Errorf("%d epochs of %v, warning %q; want %d of %v, %q", chosen, each, warning, tt.want, tt.each, tt.warning)
			}
			sameAsWithEpochs(t, r, chosen, nil)
		})
	}
}

// TestTimeWithCourse ends a course with the run whose length is chosen, which begins again then, in
// the middle of an epoch or at its end; also after a stop.
func TestTimeWithCourse(t *testing.T) {
	for _, seconds := range []int{12, 60} {
		testTimeWithCourse(t, time.Duration(seconds)*time.Second)
	}
}

func testTimeWithCourse(t *testing.T, seconds time.Duration) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var rates []float64
	o := Options{
		Dir: t.TempDir(), Time: seconds, Resume: true, LR: Course{Kind: Cosine, Peak: 1e-3, Floor: 0.5},
		OnEpoch: func(m Metrics) {
			rates = append(rates, m.LR)
			if m.Epoch == 2 {
				cancel()
			}
		},
	}
	if _, err := timed(t, ctx, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want that the run was stopped", err)
	}
	r, err := timed(t, t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(rates); n != r.Epochs || rates[n-1] != 5e-4 || !slices.IsSortedFunc(rates, func(a, b float64) int { return cmp.Compare(b, a) }) {
		t.Errorf("rates after the %d epochs: %v, want a fall to 5e-4", r.Epochs, rates)
	}
	sameAsWithEpochs(t, r, len(rates), o.LR)
}

// TestOtherTimeWithCourse refuses another time for a run with a course that has been chosen, which
// then still goes on with its own.
func TestOtherTimeWithCourse(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := Options{
		Dir: t.TempDir(), Time: time.Minute, Resume: true, LR: Course{Kind: Cosine, Peak: 1e-3, Floor: 0.5}, Batch: 16, Seed: 1,
		OnEpoch: func(m Metrics) {
			if m.Epoch == 2 {
				cancel()
			}
		},
	}
	if _, err := timed(t, ctx, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want that the run was stopped", err)
	}
	other := o
	other.Time = time.Hour
	if _, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), other); err == nil || !strings.Contains(err.Error(), "give the same time") {
		t.Errorf("another time: error %v", err)
	}
	r, err := timed(t, t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameAsWithEpochs(t, r, r.Epochs, o.LR)
}

// TestTimeStoppedInEvaluation stops a run with a course when the steps of its first epoch are done
// and nothing is chosen yet: what goes on has measured none of them.
func TestTimeStoppedInEvaluation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	steps := 0
	o := Options{
		Dir: t.TempDir(), Time: time.Minute, Resume: true, LR: Course{Kind: Cosine, Peak: 1e-3, Floor: 0.5},
		OnStep: func(Progress) {
			if steps++; steps == 3 {
				cancel()
			}
		},
	}
	if _, err := timed(t, ctx, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want that the run was stopped", err)
	}
	o.OnStep = nil
	ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := timed(t, ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	sameAsWithEpochs(t, r, r.Epochs, o.LR)
}

// TestTimeUnsaved cannot save where a run with a course begins again: the number of epochs, which
// belongs to that, is not kept either.
func TestTimeUnsaved(t *testing.T) {
	o := Options{Dir: t.TempDir(), Time: 12 * time.Second, LR: Course{Kind: Cosine, Peak: 1e-3, Floor: 0.5}}
	o.OnChoice = func(int, time.Duration) {
		if err := os.MkdirAll(filepath.Join(o.Dir, PreviousCheckpointFile, "in the way"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := timed(t, t.Context(), o); err == nil || !strings.Contains(err.Error(), CheckpointFile) {
		t.Fatalf("error %v, want one about the checkpoint", err)
	}
	if n, err := chosenEpochs(o.Dir, "12s"); n != 0 || err != nil {
		t.Errorf("%d epochs are kept, error %v; want none", n, err)
	}
}

// TestTimeResumed stops a run before and after the number of epochs is chosen.
func TestTimeResumed(t *testing.T) {
	for _, stop := range []int{1, 2, 4} {
		ctx, cancel := context.WithCancel(t.Context())
		var chosen []int
		steps := 0
		o := Options{
			Dir: t.TempDir(), Time: 8 * time.Second, Resume: true,
			OnChoice: func(n int, _ time.Duration) { chosen = append(chosen, n) },
			OnStep: func(p Progress) {
				if steps++; steps == stop {
					cancel()
				}
				if known := p.Epochs > 0; known != (len(chosen) > 0) {
					t.Errorf("step %d: %d epochs are known when %v were chosen", steps, p.Epochs, chosen)
				}
			},
		}
		if _, err := timed(t, ctx, o); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "of 0") {
			t.Fatalf("error %v, want that the run was stopped", err)
		}
		cancel()
		before := len(chosen)
		o.OnStep = nil
		r, err := timed(t, t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if last := chosen[len(chosen)-1]; len(chosen) != before+1 || last != chosen[0] || (before == 0) != (stop == 1) {
			t.Errorf("stopped after step %d: %v epochs were chosen", stop, chosen)
		}
		sameAsWithEpochs(t, r, chosen[0], nil)

		o.Time, o.Epochs = 0, chosen[0]+1 // a number may follow
		if r, err := timed(t, t.Context(), o); err != nil || len(r.metrics) != chosen[0]+1 {
			t.Errorf("one more epoch: %d are trained, error %v", len(r.metrics), err)
		}
	}
}
