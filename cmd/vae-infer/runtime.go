package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/engine"
	"govae/engine/onnxruntime"
	"govae/infer"
)

func runtimeCommand(m *modelFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runtime",
		Short: "Say which ONNX Runtime library is used",
		Long: `Say which ONNX Runtime library is used, or where one was looked for.

The order is: --library, the variable ` + onnxruntime.Variable + `, beside
the executable, the user's cache (see 'vae-infer runtime install'), installed
Python packages, system folders.`,
		Args: cli.NoArgs(""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := m.unused(cmd, "engine", "decoder", "encoder", "label"); err != nil {
				return err
			}
			options, err := m.options()
			if err != nil {
				return err
			}
			options.Engine.Name = "onnxruntime"
			_, places, err := onnxruntime.Find(m.library)
			for _, p := range places {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", p.Name, p)
			}
			if err != nil {
				return err
			}
			e, err := engine.New(options.Engine)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is ready\n", e.Name())
			return nil
		},
	}
	cmd.AddCommand(runtimeCheck(m), install(m))
	return cmd
}

func runtimeCheck(m *modelFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Run a file's check values on every engine",
		Long: `Run the check values that an exported file holds (the metadata entry vae.check)
on every engine that is found here, or on the one of --engine, and print a line for
each: engine, version or kernel, largest difference, ok or FAILED.`,
		Example: `  vae-infer runtime check decoder.onnx
  vae-infer runtime check autoencoder.onnx --engine onnxruntime`,
		Args: cli.OneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := m.unused(cmd, "decoder", "encoder", "label"); err != nil {
				return err
			}
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

func install(m *modelFlags) *cobra.Command {
	var o onnxruntime.InstallOptions
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Fetch ONNX Runtime " + onnxruntime.InstallVersion + " into the user's cache",
		Long: `Fetch ONNX Runtime ` + onnxruntime.InstallVersion + ` into the user's cache: from its releases on
GitHub, else with Python's pip, else with npm. Each download is checked against
a known digest (GitHub's: the published one). Nothing happens if it is there already.

--from takes a file or an address instead: the library itself, a Python wheel, a
.tgz or .zip of ONNX Runtime's releases, or an npm package. It is checked for its
form, its processor and its version, but its maker is trusted.`,
		Example: `  vae-infer runtime install
  vae-infer runtime install --via pip
  vae-infer runtime install --from onnxruntime-linux-x64-` + onnxruntime.InstallVersion + `.tgz
  vae-infer runtime install --from https://files.example.org/libonnxruntime.so`,
		Args: cli.NoArgs(""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(
				m.unused(cmd, "engine", "provider", "decoder", "encoder", "label"),
				cli.Want(o.Via == "" || o.From == "", "--via and --from exclude each other"),
				cli.OneOf("--via", cmp.Or(o.Via, "pip"), "github", "pip", "npm"),
			); err != nil {
				return err
			}
			already := true
			o.Trying = func(way string) {
				already = false
				m.app.Notef("fetching ONNX Runtime: %s", way)
			}
			library, err := onnxruntime.Install(cmd.Context(), o)
			if err != nil {
				return fmt.Errorf("runtime install: %w", err)
			}
			version := cmp.Or(library.Version, "(version not in the file)")
			if already {
				m.app.Printf("ONNX Runtime %s is already there: %s", version, library.Path)
				return nil
			}
			m.app.Printf("installed ONNX Runtime %s: %s", version, library.Path)
			if used, _, err := onnxruntime.Find(m.library); err == nil && used.Path != library.Path {
				m.app.Notef("vae-infer: another one goes before it: %s; choose with --library or %s", used.Path, onnxruntime.Variable)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&o.Via, "via", "", "the only way to try: github, pip or npm")
	cmd.Flags().StringVar(&o.From, "from", "", "a library, wheel or archive to install, a file or an address")
	return cmd
}
