package adapt

import (
	"math"
	"slices"

	"govae/onnx"
)

// span is an interval in which all values of a tensor lie.
type span struct {
	lo, hi float64
	// opaque says that nothing is known of the node that makes the values, as it is none of
	// the standard's, rather than that they have no bounds.
	opaque bool
}

var everything = span{lo: math.Inf(-1), hi: math.Inf(1)}

func (s span) bounded() bool { return !math.IsInf(s.lo, 0) && !math.IsInf(s.hi, 0) }

// spans follows intervals through a graph, whose inputs may be any numbers.
func spans(g *onnx.Graph) map[string]span {
	all := map[string]span{}
	of := func(name string) span {
		if s, ok := all[name]; ok {
			return s
		}
		s := everything
		if t := g.Initializer(name); t != nil {
			s = spanOf(t)
		}
		all[name] = s
		return s
	}
	for _, v := range g.Inputs {
		all[v.Name] = everything
	}
	for _, n := range g.Nodes {
		s := through(n, of)
		for _, name := range n.Outputs {
			if name != "" {
				all[name] = s
			}
		}
	}
	return all
}

// spanOf is that of a constant's elements.
func spanOf(t *onnx.Tensor) span {
	var values []float64
	switch t.Type {
	case onnx.Int64, onnx.Int32:
		x, err := t.Int64s()
		if err != nil {
			return everything
		}
		for _, v := range x {
			values = append(values, float64(v))
		}
	default:
		x, err := t.Float32s()
		if err != nil {
			return everything
		}
		for _, v := range x {
			values = append(values, float64(v))
		}
	}
	if len(values) == 0 || slices.ContainsFunc(values, math.IsNaN) {
		return everything
	}
	return span{lo: slices.Min(values), hi: slices.Max(values)}
}

// through is the interval of a node's results. The rules are those of the operators that end
// decoders, and of those that only move numbers; of others nothing is known.
func through(n *onnx.Node, of func(string) span) span {
	if n.Domain != "" && n.Domain != "ai.onnx" {
		return span{everything.lo, everything.hi, true}
	}
	in := func(i int) span {
		if n.Input(i) == "" {
			return everything
		}
		return of(n.Input(i))
	}
	switch n.Op {
	case "Sigmoid", "HardSigmoid", "Softmax":
		return span{lo: 0, hi: 1}
	case "Tanh", "Softsign", "Erf", "Sin", "Cos":
		return span{lo: -1, hi: 1}
	case "Constant":
		if t := n.Tensor("value"); t != nil {
			return spanOf(t)
		}
		if n.Has("value_float") {
			v := float64(n.Float("value_float", 0))
			return span{lo: v, hi: v}
		}
		return everything
	case "Identity", "Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Slice", "Gather", "Split", "DepthToSpace",
		"SpaceToDepth", "Expand", "Tile", "Cast", "MaxPool", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceMax",
		"ReduceMin", "Upsample", "Dropout":
		return in(0)
	case "Resize":
		if n.String("mode", "nearest") == "cubic" {
			return everything
		}
		return in(0)
	case "Relu":
		s := in(0)
		return span{max(0, s.lo), max(0, s.hi), false}
	case "Abs":
		s := in(0)
		if s.lo >= 0 {
			return s
		}
		return span{max(0, -s.hi), max(-s.lo, s.hi), s.opaque}
	case "Neg":
		s := in(0)
		return span{-s.hi, -s.lo, s.opaque}
	case "Exp":
		s := in(0)
		return span{math.Exp(s.lo), math.Exp(s.hi), s.opaque}
	case "Sqrt":
		s := in(0)
		return span{math.Sqrt(max(0, s.lo)), math.Sqrt(max(0, s.hi)), s.opaque}
	case "Clip":
		s := in(0)
		lo, hi := float64(n.Float("min", float32(math.Inf(-1)))), float64(n.Float("max", float32(math.Inf(1))))
		if n.Input(1) != "" {
			lo = in(1).lo
		}
		if n.Input(2) != "" {
			hi = in(2).hi
		}
		return span{min(max(s.lo, lo), hi), min(max(s.hi, lo), hi), s.opaque && math.IsInf(lo, 0) && math.IsInf(hi, 0)}
	case "Min", "Max":
		pick := map[string]func(a, b float64) float64{"Min": math.Min, "Max": math.Max}[n.Op]
		s := in(0)
		for i := 1; i < len(n.Inputs); i++ {
			t := in(i)
			s = span{pick(s.lo, t.lo), pick(s.hi, t.hi), s.opaque || t.opaque}
		}
		return s
	case "Where":
		return union(in(1), in(2))
	case "Concat":
		s := in(0)
		for i := 1; i < len(n.Inputs); i++ {
			s = union(s, in(i))
		}
		return s
	case "Reciprocal":
		return combine("Div", span{lo: 1, hi: 1}, in(0))
	case "Add", "Sub", "Mul", "Div":
		return combine(n.Op, in(0), in(1))
	case "If", "Loop", "Scan":
		return span{everything.lo, everything.hi, true}
	}
	return everything
}

func union(a, b span) span { return span{min(a.lo, b.lo), max(a.hi, b.hi), a.opaque || b.opaque} }

// combine is interval arithmetic: the ends of a result are among those of the operands' ends.
func combine(op string, a, b span) span {
	opaque := a.opaque || b.opaque
	if op == "Div" && b.lo <= 0 && b.hi >= 0 && !(b.lo == 0 && b.hi > 0 && a.lo >= 0) {
		return span{everything.lo, everything.hi, opaque}
	}
	var ends []float64
	for _, x := range []float64{a.lo, a.hi} {
		for _, y := range []float64{b.lo, b.hi} {
			v := 0.0
			switch op {
			case "Add":
				v = x + y
			case "Sub":
				v = x - y
			case "Mul":
				if v = x * y; x == 0 || y == 0 {
					v = 0
				}
			case "Div":
				v = x / y
			}
			ends = append(ends, v)
		}
	}
	if slices.ContainsFunc(ends, math.IsNaN) {
		return span{everything.lo, everything.hi, opaque}
	}
	return span{slices.Min(ends), slices.Max(ends), opaque}
}
