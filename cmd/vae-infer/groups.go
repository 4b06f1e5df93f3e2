package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/infer"
)

// groupsFlag says how many of the finest groups of latent variables stay as they are.
type groupsFlag struct{ fixed int }

func (f *groupsFlag) flag(cmd *cobra.Command, usage string) {
	cmd.Flags().IntVar(&f.fixed, "fixed-groups", 0, "of a hierarchical model, "+usage)
}

// first returns the first latent dimension of those that are fixed: the number of all where
// none are.
func (f *groupsFlag) first(decoder *infer.Decoder) (int, error) {
	if f.fixed == 0 {
		return decoder.Latent(), nil
	}
	metadata := decoder.Contract().Metadata
	groups := metadata.LatentGroups
	switch {
	case metadata.Prior != nil:
		return 0, fmt.Errorf("--fixed-groups %d: %s draws its images from %v, which has no groups of latent variables; export the decoder without --prior", f.fixed, decoder.Space().Name, metadata.Prior)
	case len(groups) == 0:
		return 0, cli.Usagef("--fixed-groups %d: %s has no groups of latent variables: train with --arch ladder", f.fixed, decoder.Space().Name)
	}
	if err := cli.Between("--fixed-groups", f.fixed, 0, len(groups)-1); err != nil {
		return 0, err
	}
	return groups[len(groups)-f.fixed].First, nil
}
