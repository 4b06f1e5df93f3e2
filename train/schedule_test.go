package train

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"govae/internal/kernel/kerneltest"
	"govae/models"
)

func TestScheduleValues(t *testing.T) {
	run := runLength{value: 2, epoch: 10, steps: 100}
	for name, tt := range map[string]struct {
		s    Schedule
		want map[int]float64 // by step
		json string
	}{
		"constant":        {Constant(3), map[int]float64{1: 3, 100: 3}, `3`},
		"warm-up":         {Warmup{To: 3, Steps: 6}, map[int]float64{1: 0.5, 6: 3, 100: 3}, `{"kind":"warmup","to":3,"steps":6}`},
		"warm-up, epochs": {Warmup{Epochs: 2}, map[int]float64{1: 0.1, 20: 2, 100: 2}, `{"kind":"warmup","to":2,"steps":20}`},
		"cosine":          {Course{Kind: Cosine}, map[int]float64{25: 1 + math.Sqrt2/2, 50: 1, 100: 0, 200: 0}, `{"kind":"cosine","peak":2,"floor":0,"steps":100}`},
		"cosine to half":  {Course{Kind: Cosine, Peak: 4, Floor: 0.5, Warmup: Span{Epochs: 2}}, map[int]float64{1: 0.2, 20: 4, 60: 3, 100: 2}, `{"kind":"cosine","peak":4,"floor":0.5,"warmup":"20steps","steps":100}`},
		"inverse root":    {Course{Kind: InverseSqrt, Floor: 0.5, Warmup: Span{Steps: 10}}, map[int]float64{5: 1, 10: 2, 610: 1.5}, `{"kind":"inverse-sqrt","peak":2,"floor":0.5,"warmup":"10steps","steps":0}`},
		"no warm-up":      {Warmup{}, map[int]float64{1: 2, 100: 2}, `2`},
		"its own length":  {Course{Kind: Cosine, Steps: 20}, map[int]float64{10: 1, 20: 0, 100: 0}, `{"kind":"cosine","peak":2,"floor":0,"steps":20}`},
		"steps":           {Course{Kind: Stairs, Warmup: Span{Steps: 4}}, map[int]float64{1: 0.5, 4: 2, 51: 2, 52: 0.2, 75: 0.2, 76: 0.02, 100: 0.02}, `{"kind":"step","peak":2,"floor":0,"warmup":"4steps","steps":100}`},
		"one cycle":       {Course{Kind: OneCycle}, map[int]float64{0: 0.08, 15: 1.04, 30: 2, 65: 1, 100: 0}, `{"kind":"onecycle","peak":2,"floor":0,"steps":100}`},
		"a long warm-up":  {Course{Kind: Cosine, Warmup: Span{Steps: 200}}, map[int]float64{50: 0.5, 100: 1}, `{"kind":"cosine","peak":2,"floor":0,"warmup":"200steps","steps":100}`},
	} {
		s := tt.s.forRun(run)
		if err := s.validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for step, want := range tt.want {
			if got := s.At(step); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: %g in step %d, want %g", name, got, step, want)
			}
		}
		if got, err := json.Marshal(s); err != nil || string(got) != tt.json {
			t.Errorf("%s: %s (%v), want %s", name, got, err, tt.json)
		}
		course, isCourse := tt.s.(Course)
		endless := course.Kind == InverseSqrt
		if got := s.At(s.settledAt()); got != s.At(s.settledAt()+50) && name != "a long warm-up" && !endless {
			t.Errorf("%s is not settled in step %d", name, s.settledAt())
		}
		if want := isCourse && name != "its own length" && !endless; dependsOnRunLength(tt.s) != want {
			t.Errorf("%s spans the run: %v, want %v", name, !want, want)
		}
	}
}

func TestScheduleErrors(t *testing.T) {
	for want, o := range map[string]Options{
		"unknown kind":         {LR: Course{Kind: "zigzag"}},
		"from 0 to 1":          {LR: Course{Kind: Cosine, Floor: 2}},
		"of -1 steps":          {LR: Course{Kind: Cosine, Steps: -1}},
		"warm-up of -1steps":   {LR: Course{Kind: Cosine, Warmup: Span{Steps: -1}}},
		"warm-up of -1 epochs": {Beta: Warmup{To: 1, Epochs: -1}},
		"give one of them":     {Beta: Warmup{To: 1, Epochs: 1, Steps: 1}},
		"NaN":                  {LR: Course{Kind: Cosine, Peak: math.NaN()}},
		"a time leaves open":   {LR: Course{Kind: OneCycle}, Time: 1},
		"from its first step":  {Beta: Course{Kind: Cosine}, Time: 1},
		"clipped to a norm":    {Clip: -1},
		"free nats":            {FreeBits: FreeBits{Nats: -1}},
		"latent points":        {Importance: -1},
		"no KL to set free":    {Importance: 2, FreeBits: FreeBits{Nats: 1}},
		"objective that is":    {Objective: &ELBO{Beta: Constant(1)}, Importance: 2},
	} {
		if _, err := o.withDefaults(models.Training{Batch: 128, Rate: 1e-3}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", o, err, want)
		}
	}
}

func TestSpanText(t *testing.T) {
	for text, want := range map[string]Span{"0": {}, "5": {Epochs: 5}, "500steps": {Steps: 500}, "7 steps": {Steps: 7}} {
		var got Span
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %+v (%v), want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "steps", "-1", "1.5", "5epochs", "99999999999"} {
		if err := new(Span).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a span", text)
		}
	}
}

// TestResumeKeepsTheLength: a run whose schedule was for a number of epochs keeps it.
func TestResumeKeepsTheLength(t *testing.T) {
	o := Options{Dir: t.TempDir(), Epochs: 2, Batch: 16, LR: Course{Kind: Cosine}}
	mustRunOf(t, tinyConfig, o)
	o.Resume, o.Epochs = true, 3
	_, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), o)
	length, ok := errors.AsType[*LengthError](err)
	if !ok || length.Was != 6 || length.Is != 9 || length.Setting != "lr" {
		t.Errorf("error %v, want a LengthError of 6 steps", err)
	}
	o.Epochs, o.Beta = 2, Warmup{To: 1, Steps: 5}
	_, err = Run(t.Context(), smallModel(t, tinyConfig), smallData(), o)
	if err == nil || !strings.Contains(err.Error(), `beta 1, not {"kind":"warmup","steps":5,"to":1}`) {
		t.Errorf("error %v, want one that tells both schedules", err)
	}
}

// TestClip: no gradient is longer than it may be, and one that is short is left alone.
func TestClip(t *testing.T) {
	k := kerneltest.New(t, 2)
	for clip, want := range map[float64]float64{0: 5, 1: 1, 10: 5} {
		grad := make([]float32, 20_000)
		grad[1], grad[19_999] = 3, -4
		(&optimiser{clip: clip}).limit(k, grad)
		if got := math.Hypot(float64(grad[1]), float64(grad[19_999])); math.Abs(got-want) > 1e-6 || grad[1] < 0 {
			t.Errorf("clipped to %g: a norm of %g, want %g", clip, got, want)
		}
	}
}
