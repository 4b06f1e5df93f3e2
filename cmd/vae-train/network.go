package main

import (
	"strings"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/models"
)

// addNetwork adds the flags that say which network is trained.
func (f *flags) addNetwork(p *pflag.FlagSet) {
	p.StringVar(&f.model.Arch, "arch", models.Auto, "architecture: "+strings.Join(models.Architectures(), ", ")+"; auto takes conv for gray images up to 32x32 that are no photographs, residual for others")
	p.IntVar(&f.model.Width, "width", 0, "channels of the largest feature map of --arch residual or ladder (default 32)")
	p.IntVar(&f.model.Depth, "depth", 0, "residual blocks of each feature map of --arch residual or ladder (default 1)")
	p.IntSliceVar(&f.hidden, "hidden", []int{400}, "widths `W,…` of the hidden layers of --arch mlp")
	p.StringVar(&f.activation, "activation", "relu", "activation of --arch mlp: relu or tanh")
	p.BoolVar(&f.model.Conditional, "conditional", false, "tell encoder and decoder the class of each image, so that images of a class can be drawn")
	p.IntVar(&f.model.Latent, "latent", 0, "latent dimensions (default 2; with --arch residual 256, 128 with bernoulli, a given sigma or few pixels, and fewer up to 16x16; with ladder see --groups)")
}

// checkNetwork finds what is wrong with the flags of addNetwork, and completes f.
func (f *flags) checkNetwork(p *pflag.FlagSet) error {
	if f.model.Arch == "mlp" {
		f.model.Hidden, f.model.Activation = f.hidden, f.activation
	} else if p.Changed("hidden") || p.Changed("activation") {
		return cli.Usagef("--hidden and --activation belong to --arch mlp")
	}
	return nil
}
