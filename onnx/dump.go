package onnx

import (
	"bufio"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
)

// Dump writes the model as text, the same for the same model: versions and
// metadata, then the graph's inputs, outputs, weights (with the CRC-32 of their
// data, and the numbers themselves of small integer ones) and nodes, each with its
// attributes and the inferred types and shapes of its results. A model that does
// not pass [Model.Check] is written without those.
func (m *Model) Dump(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "ir %d\n", m.IRVersion)
	for _, o := range m.Opsets {
		domain := o.Domain
		if standardDomain(domain) {
			domain = "ai.onnx"
		}
		fmt.Fprintf(b, "opset %s %d\n", plain(domain), o.Version)
	}
	for _, p := range []Property{{"producer", strings.TrimSpace(m.ProducerName + " " + m.ProducerVersion)}, {"doc", m.Doc}} {
		if p.Value != "" {
			fmt.Fprintf(b, "%s %s\n", p.Key, plain(p.Value))
		}
	}
	for _, p := range m.Metadata {
		fmt.Fprintf(b, "metadata %s = %q\n", plain(p.Key), p.Value)
	}
	if m.Graph != nil {
		values, _ := Infer(m)
		dumpGraph(b, m.Graph, values)
	}
	for _, f := range m.Functions {
		fmt.Fprintf(b, "function %s(%s) -> %s\n", plain(operatorName(f.Domain, f.Name)), plainList(f.Inputs), plainList(f.Outputs))
		dumpNodes(b, f.Nodes, nil)
	}
	return b.Flush()
}

func dumpGraph(w io.Writer, g *Graph, values map[string]ValueInfo) {
	fmt.Fprintf(w, "graph %s\n", plain(g.Name))
	for _, v := range g.Inputs {
		fmt.Fprintf(w, "  input %s %v%v\n", plain(v.Name), v.Type, v.Shape)
	}
	for _, v := range g.Outputs {
		fmt.Fprintf(w, "  output %s %v%v\n", plain(v.Name), v.Type, v.Shape)
	}
	for _, t := range g.Initializers {
		fmt.Fprintf(w, "  weight %s %s\n", plain(t.Name), tensorText(t))
	}
	dumpNodes(w, g.Nodes, values)
}

// dumpNodes writes nodes, and those of the graphs in their attributes behind each.
func dumpNodes(w io.Writer, nodes []*Node, values map[string]ValueInfo) {
	for _, n := range nodes {
		op := n.Op
		if n.Domain != "" {
			op = n.Domain + "." + op
		}
		fmt.Fprintf(w, "  node %s = %s(%s)", plain(n.Name), plain(op), plainList(n.Inputs))
		for _, a := range n.Attributes {
			fmt.Fprintf(w, " %s=%s", plain(a.Name), attributeText(a.Value))
		}
		fmt.Fprintln(w)
		for _, name := range n.Outputs {
			fmt.Fprintf(w, "    -> %s", plain(name))
			if v, ok := values[name]; ok {
				fmt.Fprintf(w, " %v%v", v.Type, v.Shape)
			}
			fmt.Fprintln(w)
		}
		for _, inner := range n.Subgraphs() {
			dumpGraph(w, inner, nil)
			fmt.Fprintf(w, "end of graph %s\n", plain(inner.Name))
		}
	}
}

func tensorText(t *Tensor) string {
	if t == nil {
		return "none"
	}
	shape := strings.ReplaceAll(fmt.Sprint(t.Shape), " ", ",")
	if numbers, err := t.Int64s(); err == nil && len(numbers) <= 8 {
		return fmt.Sprintf("%v%s %v", t.Type, shape, numbers)
	}
	return fmt.Sprintf("%v%s crc32 %08x", t.Type, shape, crc32.ChecksumIEEE(t.Data))
}

func attributeText(value any) string {
	switch v := value.(type) {
	case string:
		return plain(v)
	case []string:
		return "[" + plainList(v) + "]"
	case *Tensor:
		return tensorText(v)
	case []*Tensor:
		return fmt.Sprintf("%d tensors", len(v))
	case *SparseTensor:
		return "sparse " + tensorText(v.Values)
	case []*SparseTensor:
		return fmt.Sprintf("%d sparse tensors", len(v))
	case *Graph:
		return "graph " + plain(v.Name)
	case []*Graph:
		return fmt.Sprintf("%d graphs", len(v))
	case TypeBytes, []TypeBytes:
		return "type"
	case Reference:
		return "$" + plain(v.Attribute)
	}
	return fmt.Sprint(value)
}

// plain returns s as it is if that is unmistakable within a line, else quoted: a
// name from a file may hold anything.
func plain(s string) string {
	if s == "" || strings.ContainsAny(s, " ,()=\"") || strconv.Quote(s) != `"`+s+`"` {
		return strconv.Quote(s)
	}
	return s
}

func plainList(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		if s != "" { // else an optional input that is left out
			out[i] = plain(s)
		}
	}
	return strings.Join(out, ", ")
}
