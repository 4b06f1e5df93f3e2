package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"govae/infer"
)

func runtimeCheck(m *modelFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Run a file's check values on every engine",
		Long: `Run the check values that an exported file holds (the metadata entry vae.check)
on every engine that is found here, or on the one of --engine, and print a line for
each: engine, version or kernel, largest difference, ok or FAILED.`,
		Example: `  vae-infer runtime check decoder.onnx
  vae-infer runtime check autoencoder.onnx --engine onnxruntime`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := m.options()
			if err != nil {
				return err
			}
			checks, err := infer.CheckEngines(cmd.Context(), args[0], options)
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, c := range checks {
				name, version, _ := strings.Cut(c.Engine, " ")
				difference, verdict := "-", "ok"
				if c.Compared {
					difference = fmt.Sprintf("%.2g", c.Difference)
				}
				if c.Err != nil {
					verdict = "FAILED"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", name, cmp.Or(version, "-"), difference, verdict)
			}
			return cmp.Or(w.Flush(), err)
		},
	}
}
