package main

import (
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
)

// numbers is the text of a flag that is a list, so that a file of settings may hold one.
type numbers string

func (n *numbers) String() string        { return string(*n) }
func (n *numbers) Set(text string) error { *n = numbers(text); return nil }
func (n *numbers) Type() string          { return "ints" }

// addLadder adds the flag of hierarchical models.
func (f *flags) addLadder(p *pflag.FlagSet) {
	p.Var(&f.groups, "groups", "groups of latent variables of --arch ladder, from coarse to fine: `N,...` numbers in a vector, then channels of maps (default --latent of residual, and 8; of small gray images 64,4,2,1)")
}

// checkLadder finds what is wrong with the flag of addLadder, and completes f.
func (f *flags) checkLadder() error {
	if f.groups == "" {
		return nil
	}
	if f.model.Arch != "ladder" {
		return cli.Usagef("--groups belongs to --arch ladder")
	}
	f.model.Groups = nil
	for text := range strings.SplitSeq(string(f.groups), ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 {
			return cli.Usagef("--groups %s: want numbers of at least 1, such as 64,8", f.groups)
		}
		f.model.Groups = append(f.model.Groups, n)
	}
	return nil
}
