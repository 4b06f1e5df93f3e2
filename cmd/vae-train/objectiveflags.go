package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/models"
	"govae/train"
)

// objectiveFlags say what training makes small.
type objectiveFlags struct {
	warmup     train.Span
	freeBits   train.FreeBits
	importance int
	binarize   string
}

// none is the value of --binarize that leaves images gray.
const none = "none"

func (f *objectiveFlags) flags(p *pflag.FlagSet) {
	p.TextVar(&f.warmup, "kl-warmup", train.Span{}, "let --beta grow from 0 over `N` epochs, or steps as in 500steps")
	p.TextVar(&f.freeBits, "free-bits", train.FreeBits{}, "`NATS` of KL that cost nothing, by latent dimension, or by group as in 2/group")
	p.IntVar(&f.importance, "importance", 1, "weigh `K` draws for each image: the objective of importance weighted autoencoders")
	p.StringVar(&f.binarize, "binarize", none, "make images black and white at random: none, "+binarizations())
}

func binarizations() string {
	var names []string
	for _, b := range train.Binarizations() {
		names = append(names, string(b))
	}
	return strings.Join(names, ", ")
}

// checkObjective finds what is wrong with the flags of the objective, and sets those of the
// run that are given.
func (f *flags) checkObjective() error {
	o := f.objective
	switch {
	case o.importance < 1 || o.importance > train.MaxImportance:
		return cli.Usagef("--importance %d: want a number of draws from 1 to %d", o.importance, train.MaxImportance)
	case o.importance > 1 && o.freeBits.Nats > 0:
		return cli.Usagef("--importance and --free-bits exclude each other")
	case o.binarize != none && !slices.Contains(train.Binarizations(), train.Binarize(o.binarize)):
		return cli.Usagef("--binarize %s: choose one of %s, %s", o.binarize, none, binarizations())
	}
	f.train.FreeBits, f.train.Importance = o.freeBits, o.importance
	if o.binarize != none {
		f.train.Binarize = train.Binarize(o.binarize)
	}
	return nil
}

// checkBinary refuses a likelihood that is none of black and white images.
func (f *flags) checkBinary() error {
	if f.train.Binarize != "" && f.likelihood != auto && f.likelihood != models.Bernoulli {
		return cli.Usagef("--binarize wants --likelihood %s, not %s", models.Bernoulli, f.likelihood)
	}
	return nil
}

// beta is the weight of the KL term, which grows to its value where that is asked for.
func (f *objectiveFlags) beta(to float64) train.Schedule {
	if f.warmup == (train.Span{}) {
		return train.Constant(to)
	}
	return train.Warmup{To: to, Steps: f.warmup.Steps, Epochs: f.warmup.Epochs}
}

// bound says the importance weighted bound, where there is one.
func bound(t train.Terms) string {
	if t.Importance == 0 {
		return ""
	}
	return fmt.Sprintf(" (importance weighted %.2f)", t.Importance)
}
