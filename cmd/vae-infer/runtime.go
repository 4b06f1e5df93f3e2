package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"govae/infer"
)

func runtimeCommand(m *modelFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runtime",
		Short: "Say which ONNX Runtime library is used",
		Long: `Say which ONNX Runtime library is used, or where one was looked for.

The order is: --library, the variable ` + infer.LibraryVariable + `, beside
the executable, the user's cache (see 'vae-infer runtime install'), installed
Python packages, system folders.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, places, err := infer.FindLibrary(m.library)
			for _, p := range places {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", p.Name, outcome(p))
			}
			if err != nil {
				return err
			}
			engine, err := infer.NewEngine(infer.Options{Engine: "onnxruntime", Library: m.library})
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is ready\n", engine.Name())
			return nil
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "install",
		Short: "Fetch ONNX Runtime " + infer.InstallVersion + " into the user's cache",
		Long: `Fetch ONNX Runtime ` + infer.InstallVersion + ` into the user's cache, with pip of the Python
that is installed. Its SHA-256 is checked. Nothing happens if it is there already.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if library, ok := infer.Installed(); ok {
				m.app.Printf("ONNX Runtime %s is already there: %s", library.Version, library.Path)
				return nil
			}
			m.app.Notef("fetching ONNX Runtime %s with pip…", infer.InstallVersion)
			library, err := infer.Install(cmd.Context())
			if err != nil {
				return err
			}
			m.app.Printf("installed ONNX Runtime %s: %s", library.Version, library.Path)
			return nil
		},
	})
	return cmd
}

// outcome says what was found at a place.
func outcome(p infer.Place) string {
	switch {
	case p.Library.Path != "":
		return fmt.Sprintf("found %s, version %s", p.Library.Path, cmp.Or(p.Library.Version, "not in the file"))
	case p.Unusable != nil:
		return p.Unusable.Error()
	}
	s := "nothing at "
	for i, pattern := range p.Patterns {
		if i > 0 {
			s += ", "
		}
		s += pattern
	}
	return s
}
