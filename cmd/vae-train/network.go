package main

import (
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/models"
)

// numbers is the text of a flag that is a list, so that a file of settings may hold one.
type numbers string

func (n *numbers) String() string        { return string(*n) }
func (n *numbers) Set(text string) error { *n = numbers(text); return nil }
func (n *numbers) Type() string          { return "ints" }

// addNetwork adds the flags that say which network is trained.
func (f *flags) addNetwork(p *pflag.FlagSet) {
	p.StringVar(&f.model.Arch, "arch", models.Auto, "architecture: "+strings.Join(models.Architectures(), ", ")+"; auto takes conv for gray images up to 32x32 that are no photographs, residual for others")
	p.IntVar(&f.model.Width, "width", 0, "channels of the largest feature map of --arch residual or ladder (default 32)")
	p.IntVar(&f.model.Depth, "depth", 0, "residual blocks of each feature map of --arch residual or ladder (default 1)")
	p.IntSliceVar(&f.hidden, "hidden", []int{400}, "widths `W,…` of the hidden layers of --arch mlp")
	p.StringVar(&f.activation, "activation", "relu", "activation of --arch mlp: relu or tanh")
	p.BoolVar(&f.model.Conditional, "conditional", false, "tell encoder and decoder the class of each image, so that images of a class can be drawn")
	p.IntVar(&f.model.Latent, "latent", 0, "latent dimensions (default 2; with --arch residual 256, 128 with bernoulli, a given sigma or few pixels, and fewer up to 16x16; with ladder see --groups)")
	p.Var(&f.groups, "groups", "groups of latent variables of --arch ladder, from coarse to fine: `N,...` numbers in a vector, then channels of maps (default --latent of residual, and 8; of small gray images 64,4,2,1)")
}

// checkNetwork finds what is wrong with the flags of addNetwork, and completes f.
func (f *flags) checkNetwork(p *pflag.FlagSet) error {
	if f.model.Arch == "mlp" {
		f.model.Hidden, f.model.Activation = f.hidden, f.activation
	} else if p.Changed("hidden") || p.Changed("activation") {
		return cli.Usagef("--hidden and --activation belong to --arch mlp")
	}
	return f.checkGroups()
}

// checkGroups reads --groups.
func (f *flags) checkGroups() error {
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
