package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"govae/infer"
	"govae/onnx"
)

func info(m *modelFlags) *cobra.Command {
	return &cobra.Command{
		Use:     "info FILE",
		Short:   "Print what an ONNX file holds",
		Example: "  vae-infer info decoder.onnx",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := args[0]
			model, err := onnx.ReadFile(path)
			if err != nil {
				return err
			}
			if err := model.Check(); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			stat, err := os.Stat(path)
			if err != nil {
				return err
			}
			role := ""
			if c, err := infer.ReadContract(model, m.layout); err != nil {
				role = fmt.Sprintf("not a VAE's decoder or encoder: %v", err)
			} else {
				role = fmt.Sprintf("VAE %v, images %dx%dx%d (CxHxW), latent %d", c.Role, c.C, c.H, c.W, c.Latent)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", path, role)
			return model.Describe(cmd.OutOrStdout(), stat.Size())
		},
	}
}
