package engine_test

import (
	"slices"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/onnx"
)

// TestTypes runs models whose inputs, outputs and weights are of each type that tensors of
// float32 can stand for.
func TestTypes(t *testing.T) {
	for _, tt := range []struct {
		typ    onnx.DataType
		weight []byte // 2, of the type
		want   []float32
	}{
		{onnx.Float16, []byte{0, 0x40}, []float32{4, 3.3339844}}, // 1 + 683 / 1024 is nearest to 5/3
		{onnx.BFloat16, []byte{0, 0x40}, []float32{4, 3.328125}},
		{onnx.Float64, []byte{0, 0, 0, 0, 0, 0, 0, 0x40}, []float32{4, 10.0 / 3}},
		{onnx.Int64, []byte{2, 0, 0, 0, 0, 0, 0, 0}, []float32{4, 2}},
		{onnx.Int32, []byte{2, 0, 0, 0}, []float32{4, 2}},
	} {
		b := onnx.NewBuilder("doubled")
		x := b.Input("x", tt.typ, onnx.Named("n"))
		w := b.Tensor(&onnx.Tensor{Name: "w", Type: tt.typ, Shape: []int64{}, Data: tt.weight})
		b.Output("y", b.Node("Mul", "times", []onnx.Value{x, w}), onnx.Named("n"))
		m := model(t, b)
		enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
			if tt.typ == onnx.BFloat16 && e.Name()[0] == 'o' {
				t.Skip("ONNX Runtime has no Mul of bfloat16 on the CPU")
			}
			p := load(t, e, m)
			if in, out := p.Inputs()[0], p.Outputs()[0]; in.Name != "x" || in.Type != tt.typ || out.Name != "y" || out.Type != tt.typ {
				t.Errorf("%v: input %v, output %v", tt.typ, in, out)
			}
			out, err := p.Run([]engine.Tensor{{Shape: []int{2}, Data: []float32{2, 5.0 / 3}}})
			if err != nil || !slices.Equal(out[0].Data, tt.want) {
				t.Errorf("%v: %v (%v), want %v", tt.typ, out, err, tt.want)
			}
		})
	}
}

// TestEndsBesideBranches has a value in a branch that is named as a new end would be.
func TestEndsBesideBranches(t *testing.T) {
	branch := func(op, value string) *onnx.Graph {
		return &onnx.Graph{Name: op, Nodes: []*onnx.Node{{Op: op, Inputs: []string{"x"}, Outputs: []string{value}}},
			Outputs: []onnx.ValueInfo{{Name: value, Type: onnx.Int64}}}
	}
	m := graphOf(17, []*onnx.Node{node("If", "condition", "y",
		onnx.Attribute{Name: "then_branch", Value: branch("Neg", "x as float32")}, onnx.Attribute{Name: "else_branch", Value: branch("Abs", "abs")})},
		&onnx.Tensor{Name: "condition", Type: onnx.Bool, Data: []byte{1}})
	m.Graph.Inputs[0].Type, m.Graph.Outputs[0].Type = onnx.Int64, onnx.Int64
	p := load(t, enginetest.ONNXRuntime(t), m)
	out, err := p.Run([]engine.Tensor{tensor(1, 2, 4, 4)})
	if err != nil || out[0].Data[31] != -1 {
		t.Errorf("%v (%v), want -1 everywhere", out, err)
	}
}
