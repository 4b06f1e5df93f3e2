package onnx

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
)

// Describe prints what a model holds, one fact per line: how many weights, versions,
// inputs, outputs, metadata and how often each operator occurs. size is that of its file
// in bytes. Text of the file is cut where it is long, and holds no control characters.
func (m *Model) Describe(out io.Writer, size int64) error {
	var weights int
	for _, t := range m.Graph.weights() {
		if n, err := t.Elements(); err == nil {
			weights += n
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
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
	values, _ := Values(m)
	for _, v := range m.Graph.Outputs {
		if v.Type == Undefined || v.Shape == nil { // else as the file has it
			v.Type, v.Shape = values[v.Name].Type, values[v.Name].Shape
		}
		fmt.Fprintf(w, "output\t%s\t%v %v\n", oneLine(v.Name), v.Type, v.Shape)
	}
	for _, p := range m.Metadata {
		fmt.Fprintf(w, "metadata\t%s\t%s\n", oneLine(p.Key), oneLine(p.Value))
	}
	count := map[string]int{}
	countOperators(count, m.Graph.Nodes)
	for _, f := range m.Functions {
		fmt.Fprintf(w, "function\t%s\t%d nodes\n", oneLine(operatorName(f.Domain, f.Name)), len(f.Nodes))
		countOperators(count, f.Nodes)
	}
	for _, op := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(w, "operator\t%s\t%d\n", oneLine(op), count[op])
	}
	return w.Flush()
}

// countOperators counts operators of nodes, those in the branches of control flow included.
func countOperators(count map[string]int, nodes []*Node) {
	for _, n := range nodes {
		count[operatorName(n.Domain, n.Op)]++
		for _, g := range n.Subgraphs() {
			countOperators(count, g.Nodes)
		}
	}
}

// operatorName is an operator's name, with the domain in front if it is not the standard's.
func operatorName(domain, op string) string {
	if standardDomain(domain) {
		return op
	}
	return domain + "." + op
}

// oneLine makes text from a file safe to print: one line of printable characters, cut
// where it is long.
func oneLine(s string) string {
	const limit = 120
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
