package engine_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/engine/onnxruntime"
	"govae/onnx"
)

// sum is a model of two inputs, a list x and a scalar: y = x + 2 scale, and -x.
func sum(t testing.TB) *onnx.Model {
	b := onnx.NewBuilder("sum")
	x := b.Input("x", onnx.Float32, onnx.Named("batch"), onnx.Size(2))
	scale := b.Input("scale", onnx.Float32)
	two := b.Float32("two", []int{}, []float32{2})
	b.Output("y", b.Node("Add", "add", []onnx.Value{x, b.Node("Mul", "twice", []onnx.Value{scale, two})}), onnx.Named("batch"), onnx.Size(2))
	b.Output("minus", b.Node("Neg", "neg", []onnx.Value{x}), onnx.Named("batch"), onnx.Size(2))
	return model(t, b)
}

func model(t testing.TB, b *onnx.Builder) *onnx.Model {
	t.Helper()
	m, err := b.Model(onnx.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func load(t *testing.T, e *engine.Engine, m *onnx.Model) *engine.Program {
	t.Helper()
	p, err := e.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// tensor returns a tensor of ones.
func tensor(shape ...int) engine.Tensor {
	n := 1
	for _, size := range shape {
		n *= size
	}
	data := make([]float32, n)
	for i := range data {
		data[i] = 1
	}
	return engine.Tensor{Shape: shape, Data: data}
}

func TestCall(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		p := load(t, e, sum(t))
		out, err := p.Call(map[string]engine.Tensor{"scale": {Data: []float32{3}}, "x": tensor(3, 2)})
		if err != nil || len(out) != 2 || !slices.Equal(out["y"].Shape, []int{3, 2}) || out["y"].Data[5] != 7 || out["minus"].Data[0] != -1 {
			t.Errorf("%v (%v)", out, err)
		}
		if in, out := p.Inputs(), p.Outputs(); len(in) != 2 || in[1].Name != "scale" || len(out) != 2 || out[0].Name != "y" {
			t.Errorf("inputs %v, outputs %v", in, out)
		}
		for want, given := range map[string]map[string]engine.Tensor{
			`input "scale" is not given`:    {"x": tensor(3, 2)},
			`the model has no input "bias"`: {"x": tensor(3, 2), "scale": tensor(), "bias": tensor(), "weight": tensor()},
		} {
			if _, err := p.Call(given); err == nil || err.Error() != want {
				t.Errorf("error %v, want %q", err, want)
			}
		}
	})
}

// TestWrongTensors gives every engine what does not fit. Each time that is an error
// of one line, not a panic, and the program goes on working.
func TestWrongTensors(t *testing.T) {
	x, s := tensor(3, 2), tensor()
	one := func(tensors ...engine.Tensor) []engine.Tensor { return tensors }
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		p := load(t, e, sum(t))
		for _, tt := range []struct {
			name         string
			inputs, into []engine.Tensor
			want         string
		}{
			{"no input", nil, nil, "got 0 inputs, but the model takes 2"},
			{"one input", one(x), nil, "got 1 inputs"},
			{"three inputs", one(x, s, s), nil, "got 3 inputs"},
			{"size", one(tensor(3, 5), s), nil, `input "x" has the shape [3 5], but the model declares [batch,2]`},
			{"rank", one(tensor(6), s), nil, `input "x" has the shape [6]`},
			{"scalar for a list", one(s, s), nil, `input "x" has the shape []`},
			{"list for a scalar", one(x, tensor(1)), nil, `input "scale" has the shape [1]`},
			{"too little data", one(engine.Tensor{Shape: []int{3, 2}, Data: make([]float32, 5)}, s), nil, "5 elements, which do not fill its shape [3 2]"},
			{"too much data", one(engine.Tensor{Shape: []int{3, 2}, Data: make([]float32, 12)}, s), nil, "do not fill"},
			{"no data", one(engine.Tensor{Shape: []int{3, 2}}, s), nil, "do not fill"},
			{"no data for a scalar", one(x, engine.Tensor{}), nil, "do not fill"},
			{"negative", one(engine.Tensor{Shape: []int{-1, 2}, Data: make([]float32, 2)}, s), nil, "do not fill"},
			{"overflow", one(engine.Tensor{Shape: []int{math.MaxInt/2 + 1, 2}}, s), nil, "do not fill"},
			{"one output", one(x, s), one(tensor(3, 2)), "got memory for 1 outputs, but the model has 2"},
			{"declared size of an output", one(x, s), one(tensor(3, 2), tensor(2, 3)), `output "minus" has the shape [2 3]`},
			{"rows of an output", one(x, s), one(tensor(3, 2), tensor(4, 2)), ""},
			{"data of an output", one(x, s), one(tensor(3, 2), engine.Tensor{Shape: []int{3, 2}}), `output "minus" has 0 elements`},
		} {
			_, err := p.Run(tt.inputs, tt.into...)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: error %v, want one line with %q", tt.name, err, tt.want)
			}
		}
		// No rows are no mistake, though an engine may not take them.
		if out, err := p.Run(one(engine.Tensor{Shape: []int{0, 2}}, s)); err == nil && len(out[0].Data) != 0 {
			t.Errorf("%v of no rows", out)
		}
		if _, err := p.Run(one(x, s)); err != nil {
			t.Errorf("after the mistakes: %v", err)
		}
		for range 2 {
			if err := p.Close(); err != nil {
				t.Errorf("%v", err)
			}
		}
		if _, err := p.Run(one(x, s)); err == nil {
			t.Error("a closed program runs")
		}
	})
}

// TestRunInto has outputs written into given memory, which holds anything before.
func TestRunInto(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		p := load(t, e, sum(t))
		into := []engine.Tensor{tensor(3, 2), tensor(3, 2)}
		got, err := p.Run([]engine.Tensor{tensor(3, 2), tensor()}, into...)
		if err != nil || &got[1].Data[0] != &into[1].Data[0] || into[0].Data[0] != 3 || into[1].Data[5] != -1 {
			t.Errorf("%v (%v)", into, err)
		}
	})
}

// TestScalar has an output without dimensions.
func TestScalar(t *testing.T) {
	b := onnx.NewBuilder("square")
	x := b.Input("x", onnx.Float32, onnx.Shape{}...)
	b.Output("y", b.Node("Mul", "square", []onnx.Value{x, x}), onnx.Shape{}...)
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		p := load(t, e, model(t, b))
		three := engine.Tensor{Data: []float32{3}}
		out, err := p.Run([]engine.Tensor{three})
		if err != nil || len(out[0].Shape) != 0 || !slices.Equal(out[0].Data, []float32{9}) {
			t.Errorf("%v (%v)", out, err)
		}
		into := tensor()
		if _, err := p.Run([]engine.Tensor{three}, into); err != nil || into.Data[0] != 9 {
			t.Errorf("into %v (%v)", into, err)
		}
	})
}

// TestLoadRefuses has models that are wrong, or that an engine cannot run.
func TestLoadRefuses(t *testing.T) {
	unchecked := sum(t)
	unchecked.Graph.Nodes[0].Inputs[0] = "nowhere"
	sequence := sum(t)
	sequence.Graph.Inputs[0].Type, sequence.Graph.Inputs[0].Other = onnx.Undefined, []byte{0x22, 0}
	text := sum(t)
	text.Graph.Inputs[0].Type = 8
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		for want, m := range map[string]*onnx.Model{
			"nowhere":       unchecked,
			"is a sequence": sequence,
			"is string,":    text,
		} {
			if _, err := e.Load(m); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		}
	})
}

// TestUnsupported has what one engine lacks.
func TestUnsupported(t *testing.T) {
	b := onnx.NewBuilder("antialias")
	x := b.Input("x", onnx.Float32, onnx.Size(1), onnx.Size(1), onnx.Size(4), onnx.Size(4))
	b.Output("y", b.Node("Resize", "resize", []onnx.Value{x, {}, b.Float32("scales", []int{4}, []float32{1, 1, 2, 2})}, onnx.String("mode", "cubic"), onnx.Int("antialias", 1)))
	m, err := b.Model(onnx.ModelOptions{Opset: 18})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := enginetest.Go(t).Load(m); !isUnsupported(err) || !strings.Contains(err.Error(), `node "resize" (Resize): mode "cubic" with antialias 1`) {
		t.Errorf("antialias: error %v, want an UnsupportedError and the node", err)
	}
	load(t, enginetest.ONNXRuntime(t), m)
}

func isUnsupported(err error) bool {
	_, ok := errors.AsType[*engine.UnsupportedError](err)
	return ok
}

// TestRun runs models that are in memory, as package export does.
func TestRun(t *testing.T) {
	data, err := sum(t).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	x := onnx.Float32Tensor("x", []int64{3, 2}, make([]float32, 6))
	s := onnx.Float32Tensor("scale", nil, []float32{2})
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		out, err := e.Run(t.Context(), data, s, x)
		if err != nil {
			t.Fatal(err)
		}
		y, err := out[0].Float32s()
		if err != nil || len(out) != 2 || out[0].Name != "y" || !slices.Equal(out[0].Shape, []int64{3, 2}) || y[5] != 4 {
			t.Errorf("outputs %v (%v)", out, err)
		}
		if _, err := e.Run(t.Context(), data, x); err == nil || !strings.Contains(err.Error(), `input "scale" is not given`) {
			t.Errorf("without an input: %v", err)
		}
		if _, err := e.Run(t.Context(), data[:20], x); err == nil {
			t.Error("a cut model runs")
		}
	})
}

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		o    engine.Options
		want string
	}{
		{engine.Options{Name: "tpu"}, `the option Name is "tpu"; want auto, onnxruntime or go`},
		{engine.Options{Provider: "abacus"}, `the option Provider is "abacus"; want one of cpu, cuda, coreml, directml`},
		{engine.Options{Name: "gonum", Provider: "cuda"}, "engine go runs on the cpu alone"},
	} {
		if _, err := engine.New(tt.o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want %q", tt.o, err, tt.want)
		}
	}
	if err := (engine.Options{Name: "tpu"}).Check(); !errors.As(err, new(*engine.OptionError)) {
		t.Errorf("an engine that is not known: error %v, want an OptionError", err)
	}
	if err := (engine.Options{Name: "go", Provider: "cuda"}).Check(); !errors.As(err, new(*engine.ProcessorError)) {
		t.Errorf("pure Go on CUDA: error %v, want a ProcessorError", err)
	}
	for _, tt := range []struct {
		o    engine.Options
		want string
	}{
		{engine.Options{}, "onnxruntime go"}, {engine.Options{Name: "auto", Provider: "cpu"}, "onnxruntime go"},
		{engine.Options{Name: "auto", Provider: "cuda"}, "onnxruntime"}, {engine.Options{Name: "onnxruntime"}, "onnxruntime"},
		{engine.Options{Name: "gonum"}, "go"},
	} {
		if got := strings.Join(tt.o.Names(), " "); got != tt.want {
			t.Errorf("%+v allow %s, want %s", tt.o, got, tt.want)
		}
	}
	old, err := engine.New(engine.Options{Name: "gonum"})
	if want := enginetest.Go(t).Name(); err != nil || old.Name() != want || !strings.HasPrefix(want, "go ") {
		t.Errorf("gonum is %q (%v), want %q", old.Name(), err, want)
	}
}

// TestLibraryErrors has what may be wrong with a library that is asked for.
func TestLibraryErrors(t *testing.T) {
	if name := enginetest.ONNXRuntime(t).Name(); !strings.HasPrefix(name, "onnxruntime 1.") {
		t.Errorf("engine name %q", name)
	}
	_, err := engine.New(engine.Options{Library: "missing.so"})
	if e, ok := errors.AsType[*onnxruntime.LibraryError](err); !ok || filepath.Base(e.Path) != "missing.so" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing one: error %v, want a LibraryError with its path", err)
	}
	_, err = engine.New(engine.Options{Provider: "cuda"})
	if err == nil {
		t.Skip("this machine has CUDA")
	}
	if e, ok := errors.AsType[*engine.ProviderError](err); !ok || e.Provider != "cuda" || !strings.Contains(fmt.Sprint(err), e.Library.Path) {
		t.Errorf("error %v, want a ProviderError that names the library", err)
	}
}
