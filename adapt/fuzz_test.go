package adapt_test

import (
	"testing"

	"govae/adapt"
	"govae/engine/enginetest"
	"govae/onnx"
)

// FuzzAdapt changes small files of other programs at random. Each must be refused, or adapted
// to a valid model that makes outputs of the sizes that its contract says.
func FuzzAdapt(f *testing.F) {
	weight := func(b *onnx.Builder, name string, v float32) onnx.Value { return b.Float32(name, nil, []float32{v}) }
	for _, m := range []*onnx.Model{
		decoder(f, op("Tanh"), 1, 2, 2),
		decoder(f, then(op("Sigmoid"), op("Mul", 255)), 2, 2, 1),
		decoder(f, op("Identity"), 4),
		build(f, "x", rows(1, 2, 2), func(b *onnx.Builder, x onnx.Value) { // an encoder
			flat := b.Node("Flatten", "flat", []onnx.Value{x})
			for i, name := range []string{"mu", "std", "z"} {
				b.Output(name, b.Node("Mul", "times_"+name, []onnx.Value{flat, weight(b, "w_"+name, float32(i+2))}))
			}
		}),
		build(f, "input", rows(2, 2, 3), func(b *onnx.Builder, x onnx.Value) { // an autoencoder
			b.Output("output", b.Node("Sigmoid", "sigmoid", []onnx.Value{x}))
		}),
	} {
		data, err := m.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		for choice := range byte(12) {
			f.Add(data, choice)
		}
	}
	e := enginetest.Go(f)
	f.Fuzz(func(t *testing.T, data []byte, choice byte) {
		m, err := onnx.Unmarshal(data)
		if err != nil || m.CheckStructure() != nil || !small(m) {
			return
		}
		o := adapt.Options{
			Layout: []string{"", adapt.NCHW, adapt.NHWC}[choice%3],
			Pixels: []string{"", adapt.Unit, adapt.Signed, adapt.Bytes, adapt.Logits}[choice/3%5],
		}
		a, err := adapt.Adapt(m, e, o)
		if err != nil {
			return
		}
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		signature := a.Role.Signature(a.Sizes)
		width := 1
		for _, n := range signature.Inputs[0].Rows(1) {
			width *= int(n)
		}
		for i, got := range run(t, e, a, make([]float32, width)) {
			want := 1
			for _, n := range signature.Outputs[i].Rows(1) {
				want *= int(n)
			}
			if len(got) != want {
				t.Fatalf("output %d has %d numbers, want %d", i, len(got), want)
			}
		}
	})
}

// small reports whether a model says of all that it computes that it takes little.
func small(m *onnx.Model) bool {
	values, err := onnx.Infer(m)
	if err != nil {
		return false
	}
	for _, n := range m.Graph.Nodes {
		for _, name := range n.Outputs {
			v, ok := values[name]
			elements := int64(1)
			for _, d := range v.Shape {
				if d.Size > 1<<16 {
					return false
				}
				if d.Name == "" {
					elements *= max(d.Size, 1)
				}
				if elements > 1<<16 {
					return false
				}
			}
			if !ok && name != "" {
				return false
			}
		}
	}
	return len(m.Graph.Nodes) < 100
}
