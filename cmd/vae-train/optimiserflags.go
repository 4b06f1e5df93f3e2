package main

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/train"
)

func (f *flags) addOptimiser(p *pflag.FlagSet) {
	p.StringVar(&f.optimizer, "optimizer", auto, "optimizer: "+strings.Join(train.Optimizers(), ", ")+"; auto takes muon with --arch residual and ladder, adam with others")
	p.Float64Var(&f.lr, "lr", 0, "learning rate (default 0.004; of adam 0.001, with --arch residual and ladder 0.002)")
	p.StringVar(&f.train.Compute, "compute", train.Float32, "arithmetic of training: "+strings.Join(train.Computes(), ", ")+"; see --list")
	p.StringVar(&f.weightDecay, "weight-decay", auto, "part of the learning rate by which weights shrink in each step; auto takes 0 with adam, and with muon what suits the number of images")
}

// arithmetic says what is multiplied, if not float32, after the kernel's name.
func (f *flags) arithmetic() string {
	if f.train.Compute == train.Float32 {
		return ""
	}
	return " in " + f.train.Compute
}

// checkOptimiser finds what is wrong with the flags of the optimiser, and sets those of the
// run that are given.
func (f *flags) checkOptimiser() error {
	if f.optimizer != auto {
		if !slices.Contains(train.Optimizers(), f.optimizer) {
			return cli.Usagef("--optimizer %s: choose one of %s, %s", f.optimizer, strings.Join(train.Optimizers(), ", "), auto)
		}
		f.train.Optimizer = f.optimizer
	}
	if !slices.Contains(train.Computes(), f.train.Compute) {
		return cli.Usagef("--compute %s: choose one of %s", f.train.Compute, strings.Join(train.Computes(), ", "))
	}
	if f.weightDecay == auto {
		return nil
	}
	return f.settleDecay(f.weightDecay)
}

// settleDecay takes the decay of the weights that is given, or that a run which goes on has chosen.
func (f *flags) settleDecay(text string) error {
	d, err := strconv.ParseFloat(text, 64)
	if err != nil || !(d >= 0 && d <= math.MaxFloat64) {
		return cli.Usagef("--weight-decay %s: want 0, a positive number, such as 0.5, or %s", text, auto)
	}
	f.train.WeightDecay = train.Constant(d)
	return nil
}
