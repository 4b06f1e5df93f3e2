package train

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
)

// Schedule gives a setting for every step of training; steps count from 1. Its types are
// those of this package: they are part of a run's settings, in a JSON form that tells each
// apart from others.
type Schedule interface {
	At(step int) float64
	// validate returns an error unless all values are finite and not negative.
	validate() error
	// peak is the largest value.
	peak() float64
	// settledAt is the first step from which on the value stays the same.
	settledAt() int
	// forRun completes what the schedule leaves to the run.
	forRun(l runLength) Schedule
}

// runLength is what a run tells its schedules; 0 means not known.
type runLength struct {
	value        float64 // for a highest value that is left open
	epoch, steps int     // steps of an epoch and of the run
}

// dependsOnRunLength reports whether the schedule depends on the number of epochs.
func dependsOnRunLength(s Schedule) bool {
	return s.forRun(runLength{epoch: 1, steps: 1}) != s.forRun(runLength{epoch: 1, steps: 2})
}

// Constant is the same at every step.
type Constant float64

// At implements [Schedule].
func (c Constant) At(int) float64 { return float64(c) }

func (c Constant) peak() float64 { return float64(c) }

func (c Constant) settledAt() int { return 1 }

func (c Constant) forRun(runLength) Schedule { return c }

func (c Constant) validate() error {
	if !(c >= 0) || math.IsInf(float64(c), 0) {
		return fmt.Errorf("%g: it must be 0 or a positive number", float64(c))
	}
	return nil
}

// Warmup grows evenly from 0 and is To from a step on. For beta it lets a model learn to
// use its latent variables before their divergence counts in full (Bowman et al. 2016,
// arXiv 1511.06349, section 3.1; Sonderby et al. 2016, arXiv 1602.02282).
type Warmup struct {
	To    float64 `json:"to"` // 0 means, of a learning rate, what suits the network and the optimiser
	Steps int     `json:"steps"`
	// Epochs is a length in place of Steps, which a run puts in its place where it is in the
	// run's [Options]; those of an objective that is given tell Steps.
	Epochs int `json:"epochs,omitempty"`
}

// MarshalJSON names the kind of schedule beside its numbers.
func (w Warmup) MarshalJSON() ([]byte, error) {
	type numbers Warmup
	return json.Marshal(struct {
		Kind string `json:"kind"`
		numbers
	}{"warmup", numbers(w)})
}

// At implements [Schedule].
func (w Warmup) At(step int) float64 {
	if step >= w.Steps {
		return w.To
	}
	return w.To * float64(step) / float64(w.Steps)
}

func (w Warmup) peak() float64 { return w.To }

func (w Warmup) settledAt() int { return max(1, w.Steps) }

func (w Warmup) forRun(run runLength) Schedule {
	w.To = cmp.Or(w.To, run.value)
	if run.epoch > 0 && w.Epochs > 0 {
		w.Steps, w.Epochs = w.Epochs*run.epoch, 0
	}
	if w.Steps == 0 && w.Epochs == 0 {
		return Constant(w.To)
	}
	return w
}

func (w Warmup) validate() error {
	switch {
	case w.Steps < 0:
		return fmt.Errorf("a warm-up of %d steps: there must be 0 or more", w.Steps)
	case w.Epochs < 0:
		return fmt.Errorf("a warm-up of %d epochs: there must be 0 or more", w.Epochs)
	case w.Epochs > 0 && w.Steps > 0:
		return fmt.Errorf("a warm-up of epochs and of steps: give one of them")
	}
	return Constant(w.To).validate()
}
