package main

import (
	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/infer"
)

func info(m *modelFlags) *cobra.Command {
	return &cobra.Command{
		Use:     "info FILE",
		Short:   "Print what an ONNX file holds",
		Example: "  vae-infer info decoder.onnx",
		Args:    cli.OneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := m.unused(cmd, "decoder", "encoder", "label"); err != nil {
				return err
			}
			o, err := m.options()
			if err != nil {
				return err
			}
			return infer.Describe(cmd.OutOrStdout(), args[0], o, advise)
		},
	}
}
