package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"govae/contract"
	"govae/engine"
	"govae/infer"
	"govae/onnx"
)

// engines are those that a file is checked on, as far as they are there.
var engines = []string{"onnxruntime", "go"}

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
			path, names := args[0], engines
			switch {
			case m.engine != "auto":
				names = []string{m.engine}
			case m.provider != "cpu":
				names = engines[:1] // the other one has none
			}
			// What is wrong with the file is said once, not for every engine.
			if model, err := onnx.ReadFile(path); err != nil {
				return err
			} else if _, ok := model.MetadataValue(contract.KeyCheck); !ok {
				return fmt.Errorf("%s: holds no check values (metadata %s); export the model again", path, contract.KeyCheck)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			var missing, failed []error
			for _, name := range names {
				options.Engine.Name = name
				e, err := engine.New(options.Engine)
				if err != nil {
					if m.library != "" && name == "onnxruntime" {
						return err
					}
					missing = append(missing, err)
					continue
				}
				difference, err := check(cmd.Context(), path, options)
				verdict := "ok"
				if err != nil {
					verdict = "FAILED"
					failed = append(failed, err)
				}
				_, version, _ := strings.Cut(e.Name(), " ")
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", name, cmp.Or(version, "-"), difference, verdict)
			}
			if err := w.Flush(); err != nil {
				return err
			}
			if len(missing) == len(names) {
				return fmt.Errorf("%s: not checked: %w", path, missing[0])
			}
			return errors.Join(failed...)
		},
	}
}

// check runs the check values of one file on one engine. The difference is "-" if
// there is nothing to compare.
func check(ctx context.Context, path string, o infer.Options) (difference string, err error) {
	session, err := infer.Open(path, o)
	if err != nil {
		return "-", err
	}
	defer session.Close()
	d, err := session.CheckValues(ctx)
	if err != nil && d == 0 {
		return "-", err
	}
	return fmt.Sprintf("%.2g", d), err
}
