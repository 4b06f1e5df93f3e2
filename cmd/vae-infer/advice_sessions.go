package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"govae/infer"
	"govae/latent"
)

// advise adds to an error what the user can do.
func advise(err error, advice string) error { return fmt.Errorf("%w; %s", err, advice) }

// adviseOnModel adds to errors of the packages that run models which flag or command helps.
func adviseOnModel(err error) error {
	switch {
	case is[*infer.LayoutError](err):
		return fmt.Errorf("%w (--layout)", err)
	case is[*infer.LikelihoodError](err):
		return advise(err, "export the model with vae-export")
	case is[*latent.TooFlatError](err):
		return advise(err, "train with --latent 2 or more")
	}
	return err
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// advised makes all commands add advice to their errors.
func advised(cmd *cobra.Command) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error { return adviseOnModel(run(cmd, args)) }
	}
	for _, c := range cmd.Commands() {
		advised(c)
	}
}
