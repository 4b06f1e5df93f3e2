package train

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Course is a learning rate over a whole run: it grows evenly to its peak, so that the first
// steps, whose gradients are the largest, do no harm (Goyal et al. 2017, arXiv 1706.02677,
// section 2.2), and falls from there: to the end of the run, or as [InverseSqrt] does without an
// end. With an end a run that is resumed keeps its number of epochs, and where a time is given
// ([Options.Time]) it begins again when that number is chosen, in its first epoch.
type Course struct {
	Kind   string  `json:"kind"`            // one of [Courses]; "" means, of a learning rate, what suits the optimiser
	Peak   float64 `json:"peak"`            // 0 means what suits the network and the optimiser
	Floor  float64 `json:"floor"`           // where it ends at the lowest, as a part of Peak
	Warmup Span    `json:"warmup,omitzero"` // how long it grows; 0 means as the kind does
	Steps  int     `json:"steps"`           // when it ends, if it has an end; 0 means with the run
}

// The kinds of courses.
const (
	Cosine      = "cosine"
	Stairs      = "step"
	OneCycle    = "onecycle"
	InverseSqrt = "inverse-sqrt"
)

// inverseSqrtSteps is where [InverseSqrt] begins to fall. docs/photos.md says how it was chosen.
const inverseSqrtSteps = 200

// course is what a kind of course decides.
type course struct {
	line  string
	start float64 // of the growth, as a part of the peak
	rise  float64 // how long it grows by default, as a part of all steps
	fall  func(progress float64) float64
	decay func(steps float64) float64 // in place of fall, where there is no end
}

var courses = map[string]course{
	// Loshchilov and Hutter 2017, arXiv 1608.03983, equation 5, without restarts.
	Cosine: {line: "falls along half a cosine", fall: halfCosine},
	// He, Zhang, Ren and Sun 2016, arXiv 1512.03385, section 4.2: at 32 and 48 of 64
	// thousand steps.
	Stairs: {line: "falls to a tenth after one half, and again after three quarters", fall: func(p float64) float64 {
		switch {
		case p < 1./2:
			return 1
		case p < 3./4:
			return 0.1
		}
		return 0.01
	}},
	// Smith and Topin 2018, arXiv 1708.07120, section 4; the cosine on the way down is
	// fastai's.
	OneCycle: {line: "grows from 1/25 over three tenths, then falls along half a cosine", start: 1. / 25, rise: 0.3, fall: halfCosine},
	// Robbins and Monro 1951; the rate that stochastic gradients of convex functions want
	// (Nemirovski et al. 2009), here from a number of steps on.
	InverseSqrt: {
		line:  fmt.Sprintf("falls as 1/sqrt(1 + steps/%d), so that the run can go on", inverseSqrtSteps),
		decay: func(steps float64) float64 { return 1 / math.Sqrt(1+steps/inverseSqrtSteps) },
	},
}

func halfCosine(p float64) float64 { return (1 + math.Cos(math.Pi*p)) / 2 }

// Courses are the kinds of [Course], sorted.
func Courses() []string { return slices.Sorted(maps.Keys(courses)) }

// CourseLine says in a line what the course of a kind does.
func CourseLine(kind string) string { return courses[kind].line }

// At implements [Schedule].
func (c Course) At(step int) float64 {
	kind, rise := courses[c.Kind], c.rise()
	if step < rise {
		return c.Peak * (kind.start + (1-kind.start)*float64(step)/float64(rise))
	}
	share := 1.0
	switch {
	case kind.decay != nil:
		share = kind.decay(float64(step - rise))
	case c.Steps > 0:
		share = kind.fall(min(1, float64(step-rise)/float64(max(1, c.Steps-rise))))
	}
	return c.Peak * (c.Floor + (1-c.Floor)*share)
}

// rise is the number of steps in which the course grows.
func (c Course) rise() int {
	if c.Warmup != (Span{}) {
		return c.Warmup.Steps
	}
	return int(courses[c.Kind].rise * float64(c.Steps))
}

// RisesByLength reports whether the length of the run decides how long the course grows, so
// that it must be known from the first step on.
func (c Course) RisesByLength() bool {
	return c.Steps == 0 && c.Warmup == (Span{}) && courses[c.Kind].rise > 0
}

// EndsWithRun reports whether the course ends with the run, so that it cannot go on after it. It is false
// for a kind that is left open.
func (c Course) EndsWithRun() bool {
	kind, ok := courses[c.Kind]
	return ok && c.Steps == 0 && kind.decay == nil
}

func (c Course) peak() float64 { return c.Peak }

// settledAt is 1 for a course without an end, for which nothing can wait.
func (c Course) settledAt() int { return max(1, c.Steps) }

func (c Course) forRun(run runLength) Schedule {
	c.Peak, c.Warmup = cmp.Or(c.Peak, run.value), c.Warmup.in(run.epoch)
	if courses[c.Kind].decay == nil {
		c.Steps = cmp.Or(c.Steps, run.steps)
	}
	return c
}

func (c Course) validate() error {
	switch {
	case courses[c.Kind].line == "":
		return fmt.Errorf("the unknown kind %q: choose one of %q", c.Kind, Courses())
	case !(c.Floor >= 0 && c.Floor <= 1):
		return fmt.Errorf("a course down to %g of its peak: it must be from 0 to 1", c.Floor)
	case c.Steps < 0:
		return fmt.Errorf("a course of %d steps: there must be 0 or more", c.Steps)
	case c.Warmup.Steps < 0 || c.Warmup.Epochs < 0:
		return fmt.Errorf("a course with a warm-up of %v: there must be 0 or more", c.Warmup)
	}
	return Constant(c.Peak).validate()
}

// Span is a length of training: a number of epochs or of steps. Its text is such as 5, of
// epochs, or 500steps.
type Span struct{ Epochs, Steps int }

const stepsUnit = "steps"

// in returns the span in steps, given the number of steps of an epoch; 0 means not known.
func (s Span) in(epoch int) Span {
	if epoch > 0 && s.Epochs > 0 {
		return Span{Steps: s.Epochs * epoch}
	}
	return s
}

// String returns the text.
func (s Span) String() string {
	if s.Steps != 0 {
		return strconv.Itoa(s.Steps) + stepsUnit
	}
	return strconv.Itoa(s.Epochs)
}

// MarshalText implements [encoding.TextMarshaler].
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Span) UnmarshalText(text []byte) error {
	number, steps := strings.CutSuffix(string(text), stepsUnit)
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || n < 0 || n > math.MaxInt32 {
		return fmt.Errorf("want a number of epochs, such as 5, or of steps, such as 500steps")
	}
	*s = Span{Epochs: n}
	if steps {
		*s = Span{Steps: n}
	}
	return nil
}
