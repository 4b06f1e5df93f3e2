package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

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
			return describe(cmd.OutOrStdout(), path, stat.Size(), model, m.layout)
		},
	}
}

// describe prints a model's inputs, outputs, metadata, operators and size.
func describe(out io.Writer, path string, size int64, m *onnx.Model, layout string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	var role string
	if c, err := infer.ReadContract(m, layout); err != nil {
		role = fmt.Sprintf("not a VAE's decoder or encoder: %v", err)
	} else {
		role = fmt.Sprintf("VAE %v, images %dx%dx%d (CxHxW), latent %d", c.Role, c.C, c.H, c.W, c.Latent)
	}
	var weights int
	for _, t := range m.Graph.Initializers {
		if n, err := t.Elements(); err == nil {
			weights += n
		}
	}
	fmt.Fprintf(w, "%s: %s\n", path, role)
	fmt.Fprintf(w, "size\t%d bytes, %d weights\n", size, weights)
	fmt.Fprintf(w, "format\tIR version %d, opset %d", m.IRVersion, m.Opset())
	if m.ProducerName != "" {
		fmt.Fprintf(w, ", written by %s %s", oneLine(m.ProducerName), oneLine(m.ProducerVersion))
	}
	fmt.Fprintln(w)
	for _, v := range m.Graph.Inputs {
		if m.Graph.Initializer(v.Name) == nil {
			fmt.Fprintf(w, "input\t%s\t%v %v\n", oneLine(v.Name), v.Type, v.Shape)
		}
	}
	for _, v := range m.Graph.Outputs {
		fmt.Fprintf(w, "output\t%s\t%v %v\n", oneLine(v.Name), v.Type, v.Shape)
	}
	for _, p := range m.Metadata {
		fmt.Fprintf(w, "metadata\t%s\t%s\n", oneLine(p.Key), oneLine(p.Value))
	}
	count := map[string]int{}
	for _, n := range m.Graph.Nodes {
		count[n.Op]++
	}
	for _, op := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(w, "operator\t%s\t%d\n", oneLine(op), count[op])
	}
	return w.Flush()
}

// oneLine makes text from a file safe to print: one line of printable
// characters, cut where it is long.
func oneLine(s string) string {
	const limit = 120
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
