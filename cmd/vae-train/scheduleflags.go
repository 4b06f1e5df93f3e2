package main

import (
	"math"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/train"
)

// constant is the schedule of a learning rate that has none.
const constant = "constant"

// scheduleFlags say how long steps are.
type scheduleFlags struct {
	kind   string
	warmup train.Span
	floor  float64
	clip   float64
}

func (f *scheduleFlags) flags(p *pflag.FlagSet) {
	p.StringVar(&f.kind, "schedule", auto, "learning rate over the run: "+constant+", "+strings.Join(train.Courses(), ", ")+"; auto takes "+train.InverseSqrt+" with muon, "+constant+" with adam")
	p.TextVar(&f.warmup, "lr-warmup", train.Span{}, "let the learning rate grow over `N` epochs, or steps as in 500steps (0: as --schedule does)")
	p.Float64Var(&f.floor, "lr-floor", 0, "part of --lr to which --schedule falls at the lowest")
	p.Float64Var(&f.clip, "clip", 0, "largest `NORM` of the gradient of all parameters (0: any)")
}

// checkSchedule finds what is wrong with the flags of the schedule, and sets that of the run
// where one is given.
func (f *flags) checkSchedule(p *pflag.FlagSet) error {
	s := f.schedule
	if !(s.clip >= 0 && s.clip <= math.MaxFloat64) {
		return cli.Usagef("--clip %v: want 0 or a positive number, such as 1", s.clip)
	}
	f.train.Clip = s.clip
	switch {
	case (s.kind == auto || s.kind == constant) && p.Changed("lr-floor"):
		return cli.Usagef("--lr-floor belongs to --schedule %s", strings.Join(train.Courses(), ", "))
	case s.kind == auto:
		f.train.LR = train.Course{Peak: f.lr, Warmup: s.warmup}
		return nil
	case s.kind == constant:
		f.train.LR = train.Warmup{To: f.lr, Steps: s.warmup.Steps, Epochs: s.warmup.Epochs}
		return nil
	case !slices.Contains(train.Courses(), s.kind):
		return cli.Usagef("--schedule %s: choose one of %s, %s, %s", s.kind, auto, constant, strings.Join(train.Courses(), ", "))
	case !(s.floor >= 0 && s.floor <= 1):
		return cli.Usagef("--lr-floor %v: want a part of the learning rate, from 0 to 1", s.floor)
	}
	course := train.Course{Kind: s.kind, Peak: f.lr, Floor: s.floor, Warmup: s.warmup}
	if f.train.Time > 0 && course.RisesByLength() {
		return cli.Usagef("--schedule %s grows for a part of the run, whose length --time leaves open: give --lr-warmup, or --epochs in place of --time", s.kind)
	}
	f.train.LR = course
	return nil
}
