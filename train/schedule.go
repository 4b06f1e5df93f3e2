package train

import (
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
	// settled is the first step from which on the setting stays the same.
	settled() int
}

// Constant is the same at every step.
type Constant float64

// At implements [Schedule].
func (c Constant) At(int) float64 { return float64(c) }

func (c Constant) settled() int { return 1 }

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
	To    float64 `json:"to"`
	Steps int     `json:"steps"`
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

func (w Warmup) settled() int { return max(1, w.Steps) }

func (w Warmup) validate() error {
	if w.Steps < 0 {
		return fmt.Errorf("a warm-up of %d steps: there must be 0 or more", w.Steps)
	}
	return Constant(w.To).validate()
}
