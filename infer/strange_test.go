package infer_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"govae/adapt"
	"govae/engine"
	"govae/engine/enginetest"
	"govae/infer"
	"govae/onnx"
)

// strange is a decoder with an operator of ONNX Runtime, whose image has a shape that the
// file does not tell.
func strange(t testing.TB) *onnx.Model {
	t.Helper()
	m := foreign(t, 1, 4, 4)
	m.Opsets = append(m.Opsets, onnx.Opset{Domain: "com.microsoft", Version: 1})
	last := m.Graph.Nodes[len(m.Graph.Nodes)-1]
	gelu := &onnx.Node{Name: "odd", Op: "QuickGelu", Domain: "com.microsoft", Inputs: []string{"odd_in"}, Outputs: last.Outputs}
	changed := *last
	changed.Outputs = []string{"odd_in"}
	m.Graph.Nodes[len(m.Graph.Nodes)-1] = &changed
	m.Graph.Nodes = append(m.Graph.Nodes, gelu)
	m.Graph.Outputs[0].Shape = nil
	return m
}

// TestStrangeDecoder runs what ONNX Runtime alone knows, and is told of it by the other
// engine and by Describe.
func TestStrangeDecoder(t *testing.T) {
	m := strange(t)
	path := filepath.Join(t.TempDir(), "decoder.onnx")
	data, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	const reason = `node "odd" (QuickGelu): the operator is of the domain "com.microsoft"`
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, o engine.Options) {
		d, err := infer.OpenDecoder(path, infer.Options{Engine: o, Foreign: adapt.Options{Pixels: "0..1"}})
		var text strings.Builder
		if err := infer.Describe(&text, path, infer.Options{Engine: o}, nil); err != nil || !strings.Contains(text.String(), "not in go: "+reason) ||
			!strings.Contains(text.String(), "com.microsoft.QuickGelu") {
			t.Errorf("%s (%v)", text.String(), err)
		}
		if strings.HasPrefix(e.Name(), "go") {
			if !errors.As(err, new(*engine.UnsupportedError)) || !strings.Contains(err.Error(), path+": "+reason) {
				t.Errorf("error %v, want %q", err, reason)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if c := d.Contract(); c.H != 4 || c.W != 4 || c.C != 1 || c.Latent != 2 {
			t.Errorf("the probe run tells %+v", c)
		}
		if images, err := d.Decode(t.Context(), []float32{0.5, -1, 0, 2}); err != nil || images.Len() != 2 {
			t.Errorf("%v (%v)", images, err)
		}
	})
}

// TestTypesOfDecoders runs decoders of other real numbers than float32.
func TestTypesOfDecoders(t *testing.T) {
	for _, typ := range []onnx.DataType{onnx.Float16, onnx.Float64} {
		m := foreign(t, 1, 4, 4)
		half := &onnx.Node{Name: "in", Op: "Cast", Inputs: []string{"z"}, Outputs: []string{m.Graph.Inputs[0].Name}, Attributes: []onnx.Attribute{onnx.Int("to", int64(onnx.Float32))}}
		m.Graph.Inputs[0].Name, m.Graph.Inputs[0].Type = "z", typ
		m.Graph.Nodes = append([]*onnx.Node{half}, m.Graph.Nodes...)
		enginetest.Each(t, func(t *testing.T, _ *engine.Engine, o engine.Options) {
			d, err := infer.NewDecoder(m, infer.Options{Engine: o})
			if err != nil {
				t.Errorf("%v: %v", typ, err)
				return
			}
			defer d.Close()
			if _, err := d.Decode(t.Context(), []float32{0.5, -1}); err != nil {
				t.Errorf("%v: %v", typ, err)
			}
		})
	}
}
