package engine_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/onnx"
)

// graphOf is a model of nodes from x [batch, 2, 4, 4] to y, whose shape it does not tell.
func graphOf(opset int64, nodes []*onnx.Node, weights ...*onnx.Tensor) *onnx.Model {
	return &onnx.Model{IRVersion: 8, Opsets: []onnx.Opset{{Version: opset}, {Domain: "com.microsoft", Version: 1}}, Graph: &onnx.Graph{
		Name: "g", Nodes: nodes, Initializers: weights,
		Inputs:  []onnx.ValueInfo{{Name: "x", Type: onnx.Float32, Shape: onnx.Shape{onnx.Named("batch"), onnx.Size(2), onnx.Size(4), onnx.Size(4)}}},
		Outputs: []onnx.ValueInfo{{Name: "y", Type: onnx.Float32}},
	}}
}

func node(op string, in, out string, attributes ...onnx.Attribute) *onnx.Node {
	return &onnx.Node{Op: op, Inputs: strings.Fields(in), Outputs: strings.Fields(out), Attributes: attributes}
}

// wave is x for graphOf.
func wave(batch int) engine.Tensor {
	x := engine.Tensor{Shape: []int{batch, 2, 4, 4}, Data: make([]float32, 32*batch)}
	for i := range x.Data {
		x.Data[i] = float32(math.Sin(float64(i)))
	}
	return x
}

// TestOldOperators compares the engines on operators as they were: ONNX Runtime reads them
// as they are, the pure-Go engine as they are written since.
func TestOldOperators(t *testing.T) {
	const alike = 1e-5
	norm := []*onnx.Tensor{onnx.Float32Tensor("s", []int64{2}, []float32{1, 2}), onnx.Float32Tensor("b", []int64{2}, []float32{0.5, 0}),
		onnx.Float32Tensor("m", []int64{2}, []float32{0.1, -0.2}), onnx.Float32Tensor("v", []int64{2}, []float32{1, 3})}
	scales := onnx.Float32Tensor("by", []int64{4}, []float32{1, 1, 2, 3})
	none := onnx.Float32Tensor("none", []int64{0}, nil)
	twice := &onnx.Function{Name: "Twice", Domain: "own", Inputs: []string{"a"}, Outputs: []string{"b"}, Opsets: []onnx.Opset{{Version: 11}},
		Nodes: []*onnx.Node{node("ReduceSum", "a", "s", onnx.Ints("axes", 1)), {Op: "Add", Inputs: []string{"a", "s"}, Outputs: []string{"b"}}}}
	calls := graphOf(11, []*onnx.Node{node("Twice", "x", "once"), node("Twice", "once", "y")})
	calls.Functions, calls.Opsets[1].Domain = []*onnx.Function{twice}, "own"
	for _, n := range calls.Graph.Nodes {
		n.Domain = "own"
	}
	for name, m := range map[string]*onnx.Model{
		"Clip 6":               graphOf(9, []*onnx.Node{node("Clip", "x", "y", onnx.Float("min", -0.5), onnx.Float("max", 0.25))}),
		"Clip 6, one side":     graphOf(10, []*onnx.Node{node("Clip", "x", "y", onnx.Float("max", 0.25))}),
		"Pad 2":                graphOf(8, []*onnx.Node{node("Pad", "x", "y", onnx.Ints("pads", 0, 0, 1, 0, 0, 0, 0, 2), onnx.Float("value", 3))}),
		"Pad 2, reflect":       graphOf(8, []*onnx.Node{node("Pad", "x", "y", onnx.Ints("pads", 0, 0, 1, 0, 0, 0, 0, 2), onnx.String("mode", "reflect"))}),
		"Slice 1":              graphOf(7, []*onnx.Node{node("Slice", "x", "y", onnx.Ints("starts", 1, -3), onnx.Ints("ends", 9, 4), onnx.Ints("axes", 1, 3))}),
		"Squeeze, Unsqueeze 1": graphOf(9, []*onnx.Node{node("Unsqueeze", "x", "u", onnx.Ints("axes", 0, 3)), node("Squeeze", "u", "y", onnx.Ints("axes", 0))}),
		"ReduceSum 11":         graphOf(12, []*onnx.Node{node("ReduceSum", "x", "y", onnx.Ints("axes", -1, 1), onnx.Int("keepdims", 0))}),
		"Split 2":              graphOf(7, []*onnx.Node{node("Split", "x", "a b", onnx.Int("axis", 2), onnx.Ints("split", 1, 3)), node("Concat", "b a", "y", onnx.Int("axis", 2))}),
		"Softmax 1":            graphOf(7, []*onnx.Node{node("Softmax", "x", "y")}),
		"Softmax 11, axis 0":   graphOf(11, []*onnx.Node{node("Softmax", "x", "y", onnx.Int("axis", 0))}),
		"Softmax 11, last":     graphOf(12, []*onnx.Node{node("Softmax", "x", "y", onnx.Int("axis", -1))}),
		"Softmax 11, axis -2":  graphOf(12, []*onnx.Node{node("Softmax", "x", "y", onnx.Int("axis", -2))}),
		"Dropout 7":            graphOf(7, []*onnx.Node{node("Dropout", "x", "y mask")}),
		"Dropout 12":           graphOf(13, []*onnx.Node{node("Dropout", "x ratio", "y")}, onnx.Float32Tensor("ratio", []int64{}, []float32{0.5})),
		"BatchNormalization 7": graphOf(7, []*onnx.Node{node("BatchNormalization", "x s b m v", "y", onnx.Int("spatial", 1))}, norm...),
		"Upsample 7":           graphOf(8, []*onnx.Node{node("Upsample", "x", "y", onnx.Floats("scales", 1, 1, 2, 3))}),
		"Upsample 9":           graphOf(9, []*onnx.Node{node("Upsample", "x by", "y", onnx.String("mode", "linear"))}, scales),
		"Resize 10":            graphOf(10, []*onnx.Node{node("Resize", "x by", "y")}, scales),
		"Resize 11":            graphOf(11, []*onnx.Node{node("Resize", "x none by", "y", onnx.String("mode", "linear"))}, none, scales),
		"a function of 11":     calls,
	} {
		var first *engine.Tensor
		enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
			p := load(t, e, m)
			out, err := p.Run([]engine.Tensor{wave(3)})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			if first == nil {
				first = &out[0]
				return
			}
			if len(first.Data) != len(out[0].Data) {
				t.Errorf("%s: shapes %v and %v", name, first.Shape, out[0].Shape)
				return
			}
			for i, v := range out[0].Data {
				if d := v - first.Data[i]; !(d <= alike && d >= -alike) {
					t.Errorf("%s: element %d is %g and %g", name, i, first.Data[i], v)
					return
				}
			}
		})
	}
}

// TestBeyondGo has what ONNX Runtime alone runs. The pure-Go engine names it, and a probe
// run tells the shape that the file does not.
func TestBeyondGo(t *testing.T) {
	foreign := node("QuickGelu", "x", "y")
	foreign.Domain = "com.microsoft"
	branch := func(op string) *onnx.Graph {
		return &onnx.Graph{Name: op, Nodes: []*onnx.Node{node(op, "x", op+"_y")}, Outputs: []onnx.ValueInfo{{Name: op + "_y", Type: onnx.Float32}}}
	}
	flow := node("If", "positive", "y", onnx.Attribute{Name: "then_branch", Value: branch("Tanh")}, onnx.Attribute{Name: "else_branch", Value: branch("Relu")})
	zero := onnx.Float32Tensor("zero", []int64{}, []float32{0})
	future := graphOf(26, []*onnx.Node{node("Relu", "x", "y")})
	future.IRVersion = 13
	wrong := graphOf(17, []*onnx.Node{node("Relu", "x", "y")})
	wrong.Graph.Outputs[0].Shape = onnx.Sizes(1, 2, 4, 4)
	wrong.Graph.Inputs[0].Shape[0] = onnx.Size(2)
	for name, tt := range map[string]struct {
		m    *onnx.Model
		want string // of the pure-Go engine
	}{
		"another domain": {graphOf(17, []*onnx.Node{foreign}), `node "y" (QuickGelu): the operator is of the domain "com.microsoft"`},
		"control flow":   {graphOf(17, []*onnx.Node{node("ReduceSum", "x", "s", onnx.Int("keepdims", 0)), node("Greater", "s zero", "positive"), flow}, zero), `node "y" (If): the operator "If" runs a graph of its own`},
		"sequence":       {graphOf(17, []*onnx.Node{node("SplitToSequence", "x", "list", onnx.Int("axis", 2)), node("ConcatFromSequence", "list", "y", onnx.Int("axis", 2))}), `operator "SplitToSequence" is not supported at operator set 17`},
		"wrong shape":    {wrong, "is declared with the shape"},
		"a newer set":    {future, "operator set 26 is not supported"},
	} {
		enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
			if strings.HasPrefix(e.Name(), "go") {
				_, err := e.Load(tt.m)
				if err == nil || !strings.Contains(err.Error(), tt.want) || name != "wrong shape" && !errors.As(err, new(*engine.UnsupportedError)) {
					t.Errorf("%s: error %v, want an UnsupportedError with %q", name, err, tt.want)
				}
				return
			}
			p, err := e.Load(tt.m)
			if err != nil && name == "a newer set" {
				t.Skip(err) // of an older ONNX Runtime
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			defer p.Close()
			if out, err := p.Run([]engine.Tensor{wave(2)}); err != nil || len(out[0].Data) != 64 {
				t.Errorf("%s: %v (%v)", name, out, err)
			}
		})
	}
}
