package adapt_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"govae/adapt"
	"govae/contract"
	"govae/engine"
	"govae/engine/enginetest"
	"govae/images"
	"govae/onnx"
)

// build makes a file of another program: f adds nodes and outputs to a graph with an input of
// that name and shape.
func build(t testing.TB, name string, shape []onnx.Dim, f func(b *onnx.Builder, x onnx.Value)) *onnx.Model {
	t.Helper()
	b := onnx.NewBuilder("main")
	f(b, b.Input(name, onnx.Float32, shape...))
	m, err := b.Model(onnx.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func rows(sizes ...int64) []onnx.Dim {
	d := []onnx.Dim{onnx.Named("n")}
	for _, n := range sizes {
		d = append(d, onnx.Size(n))
	}
	return d
}

// decoder is z [n, 4] -> end(2z) as images of that shape.
func decoder(t testing.TB, end func(b *onnx.Builder, x onnx.Value) onnx.Value, image ...int64) *onnx.Model {
	return build(t, "z", rows(4), func(b *onnx.Builder, x onnx.Value) {
		y := end(b, b.Node("Mul", "twice", []onnx.Value{x, b.Float32("two", nil, []float32{2})}))
		b.Output("y", b.Node("Reshape", "shaped", []onnx.Value{y, b.Int64("to", []int{len(image) + 1}, append([]int64{-1}, image...))}))
	})
}

func op(name string, constants ...float32) func(b *onnx.Builder, x onnx.Value) onnx.Value {
	return func(b *onnx.Builder, x onnx.Value) onnx.Value {
		in := []onnx.Value{x}
		for i, c := range constants {
			in = append(in, b.Float32(name+strings.Repeat("_", i+1), nil, []float32{c}))
		}
		return b.Node(name, "node_"+name, in)
	}
}

func cast(to onnx.DataType) func(b *onnx.Builder, x onnx.Value) onnx.Value {
	return func(b *onnx.Builder, x onnx.Value) onnx.Value {
		return b.Node("Cast", "cast", []onnx.Value{x}, onnx.Int("to", int64(to)))
	}
}

func then(f ...func(b *onnx.Builder, x onnx.Value) onnx.Value) func(b *onnx.Builder, x onnx.Value) onnx.Value {
	return func(b *onnx.Builder, x onnx.Value) onnx.Value {
		for _, g := range f {
			x = g(b, x)
		}
		return x
	}
}

// run runs an adapted model on one row.
func run(t *testing.T, e *engine.Engine, m *adapt.Model, x []float32) [][]float32 {
	t.Helper()
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	p, err := e.Load(m.Model)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	in := m.Role.Signature(m.Sizes).Inputs[0]
	var shape []int
	for _, n := range in.Rows(1) {
		shape = append(shape, int(n))
	}
	outputs, err := p.Run([]engine.Tensor{{Shape: shape, Data: x}})
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for _, o := range outputs {
		all = append(all, o.Data)
	}
	return all
}

func close(got, want []float32) bool { return contract.Difference(got, want) < 1e-5 }

// TestRanges: what a graph tells of its range is taken, and what it does not is asked for.
func TestRanges(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	by255 := func(b *onnx.Builder, x onnx.Value) onnx.Value {
		most := b.Tensor(&onnx.Tensor{Name: "most", Type: onnx.BFloat16, Data: []byte{0x7f, 0x43}}) // 255
		return b.Node("Mul", "bytes", []onnx.Value{x, cast(onnx.Float32)(b, most)})
	}
	for name, tt := range map[string]struct {
		end    func(b *onnx.Builder, x onnx.Value) onnx.Value
		pixels string
		want   func(x float64) float64 // of 2z; nil if it is asked for or refused
		text   string                  // in the error or a note
	}{
		"sigmoid":      {op("Sigmoid"), "", sigmoid, ""},
		"tanh":         {op("Tanh"), "", func(x float64) float64 { return (math.Tanh(x) + 1) / 2 }, "the output lies in [-1, 1]: mapped to [0, 1]"},
		"half tanh":    {then(op("Tanh"), op("Add", 1), op("Mul", 0.5)), "", func(x float64) float64 { return (math.Tanh(x) + 1) / 2 }, ""},
		"bytes":        {then(op("Sigmoid"), op("Mul", 255)), "", sigmoid, "[0, 255]"},
		"bfloat16":     {then(op("Sigmoid"), by255), "", sigmoid, "[0, 255]"},
		"bool":         {then(op("Greater", 0), cast(onnx.Bool)), "", func(x float64) float64 { return math.Ceil(min(max(x, 0), 1)) }, "black and white"},
		"counts":       {then(op("Sigmoid"), op("Mul", 255), cast(onnx.Int64)), "", func(x float64) float64 { return math.Floor(255*sigmoid(x)) / 255 }, "divided by 255"},
		"indices":      {then(op("Sigmoid"), op("Mul", 1.9), cast(onnx.Int32)), "", nil, "is int32"},
		"clip":         {op("Clip", 0, 1), "", func(x float64) float64 { return min(max(x, 0), 1) }, ""},
		"signed clip":  {op("Clip", -1, 1), "", func(x float64) float64 { return (min(max(x, -1), 1) + 1) / 2 }, "[-1, 1]"},
		"open":         {op("Identity"), "", nil, "has no bounds"},
		"half open":    {op("Relu"), "", nil, "has no bounds"},
		"odd range":    {then(op("Sigmoid"), op("Sub", 0.5)), "", nil, "lies in [-0.5, 0.5]"},
		"logits":       {op("Identity"), adapt.Logits, sigmoid, ""},
		"linear":       {op("Identity"), adapt.Signed, func(x float64) float64 { return min(max((x+1)/2, 0), 1) }, ""},
		"told wrongly": {op("Sigmoid"), adapt.Logits, nil, "no logits"},
		"not a number": {then(op("Sigmoid"), op("Mul", float32(math.NaN()))), "", nil, "not finite"},
	} {
		t.Run(name, func(t *testing.T) {
			enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
				m, err := adapt.Adapt(decoder(t, tt.end, 1, 2, 2), e, adapt.Options{Pixels: tt.pixels})
				if tt.want == nil {
					_, question := errors.AsType[*adapt.Question](err)
					if err == nil || !strings.Contains(err.Error(), tt.text) || question != (tt.pixels == "" && name != "not a number") {
						t.Errorf("error %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if notes := strings.Join(m.Notes, "; "); !strings.Contains(notes, tt.text) {
					t.Errorf("notes %q, want %q", notes, tt.text)
				}
				z := []float32{-2, -0.3, 0.1, 3}
				var want []float32
				for _, v := range z {
					want = append(want, float32(tt.want(2*float64(v))))
				}
				if got := run(t, e, m, z)[0]; !close(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		})
	}
}

// TestEncoders: outputs are told apart by their names, whatever their order.
func TestEncoders(t *testing.T) {
	log2 := float32(2 * math.Log(2))
	for _, tt := range []struct {
		names        []string
		told         []string
		mean, logVar float32 // of an image of ones, whose outputs are 2, 3, ... in the order of the file
		text         string
	}{
		{[]string{"mu", "logvar"}, nil, 2, 3, ""},
		{[]string{"z_log_var", "z_mean", "z"}, nil, 3, 2, `without the output "z"`},
		{[]string{"std", "loc"}, nil, 3, log2, "standard deviation"},
		{[]string{"variance", "mean:0"}, nil, 3, log2 / 2, "variance"},
		{[]string{"log_sigma", "encoder/mu_1"}, nil, 3, 4, "logarithm"},
		{[]string{"a", "b"}, nil, 0, 0, "do not tell"},
		{[]string{"a", "b"}, []string{"log_var", "mean"}, 3, 2, ""},
		{[]string{"a", "b"}, []string{"mean"}, 0, 0, "1 outputs are told"},
		{[]string{"a", "b"}, []string{"mean", "mean"}, 0, 0, "twice"},
	} {
		enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
			m := build(t, "x", rows(1, 2, 2), func(b *onnx.Builder, x onnx.Value) {
				flat := b.Node("Flatten", "flat", []onnx.Value{b.Node("Abs", "size", []onnx.Value{x})})
				for i, name := range tt.names {
					b.Output(name, b.Node("Mul", "times_"+name, []onnx.Value{flat, b.Float32("w_"+name, nil, []float32{float32(i + 2)})}))
				}
			})
			a, err := adapt.Adapt(m, e, adapt.Options{EncoderOutputs: tt.told})
			if tt.mean == 0 {
				if err == nil || !strings.Contains(err.Error(), tt.text) {
					t.Errorf("%v: error %v", tt.names, err)
				}
				return
			}
			if err != nil {
				t.Fatalf("%v: %v", tt.names, err)
			}
			if notes := strings.Join(a.Notes, "; "); !strings.Contains(notes, tt.text) {
				t.Errorf("%v: notes %q", tt.names, notes)
			}
			got := run(t, e, a, []float32{1, 1, 1, 1})
			if len(got) != 2 || !close(got[0][:1], []float32{tt.mean}) || !close(got[1][:1], []float32{tt.logVar}) {
				t.Errorf("%v: got %v, want %g and %g", tt.names, got, tt.mean, tt.logVar)
			}
		})
	}
}

// TestHostileShapes: outputs without values for a row, rows that depend on the batch's size, and a fixed
// batch that takes gigabytes to open are errors.
func TestHostileShapes(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		scalar := build(t, "x", rows(1, 2, 2), func(b *onnx.Builder, x onnx.Value) {
			flat := b.Node("Flatten", "flat", []onnx.Value{x})
			b.Output("moments", b.Node("ReduceSum", "sum", []onnx.Value{flat, b.Int64("axes", []int{1}, []int64{1})}, onnx.Int("keepdims", 0)))
		})
		if _, err := adapt.Adapt(scalar, e, adapt.Options{}); err == nil {
			t.Error("moments without a dimension are taken")
		}
		narrowing := build(t, "z", rows(9), func(b *onnx.Builder, z onnx.Value) {
			n := b.Node("Slice", "n", []onnx.Value{b.Node("Shape", "shape", []onnx.Value{z}), b.Int64("first", []int{1}, []int64{0}), b.Int64("second", []int{1}, []int64{1})})
			end := b.Node("Sub", "end", []onnx.Value{b.Int64("most", []int{1}, []int64{10}), n})
			y := b.Node("Slice", "narrow", []onnx.Value{z, b.Int64("start", []int{1}, []int64{0}), end, b.Int64("axis", []int{1}, []int64{1})})
			b.Output("y", b.Node("Sigmoid", "sigmoid", []onnx.Value{y}))
		})
		if _, err := adapt.Adapt(narrowing, e, adapt.Options{}); err == nil {
			t.Error("rows that depend on the number of rows are taken")
		}
		huge := build(t, "x", []onnx.Dim{onnx.Size(4), onnx.Size(1), onnx.Size(4096), onnx.Size(4095)}, func(b *onnx.Builder, x onnx.Value) {
			b.Output("y", b.Node("Sigmoid", "sigmoid", []onnx.Value{x}))
		})
		if _, err := adapt.Adapt(huge, e, adapt.Options{}); err == nil || !strings.Contains(err.Error(), "at most 16777216 values in a fixed batch") {
			t.Errorf("a fixed batch of 2^26 values: error %v", err)
		}
	})
}

// TestPair: what one half tells the other is not asked.
func TestPair(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		flat := decoder(t, op("Tanh"), 4)
		encoder := build(t, "x", rows(1, 2, 2), func(b *onnx.Builder, x onnx.Value) {
			y := b.Node("Flatten", "flat", []onnx.Value{x})
			b.Output("moments", b.Node("Concat", "both", []onnx.Value{y, y}, onnx.Int("axis", 1)))
		})
		_, err := adapt.Adapt(flat, e, adapt.Options{}, contract.Decoder)
		if q, ok := errors.AsType[*adapt.Question](err); !ok || q.Option != "Size" || !strings.Contains(err.Error(), "2x2") {
			t.Errorf("alone: error %v", err)
		}
		d, c, _, err := adapt.Pair(flat, encoder, e, adapt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if want := (contract.Sizes{Latent: 4, Image: images.Shape{H: 2, W: 2, C: 1}}); d.Sizes != want || c.Sizes != want {
			t.Errorf("sizes %v and %v, want %v", d.Sizes, c.Sizes, want)
		}
		// The encoder takes what the decoder gives, in [-1, 1].
		if got := run(t, e, c, []float32{0, 0.25, 0.5, 1})[0]; !close(got, []float32{-1, -0.5, 0, 1}) {
			t.Errorf("the encoder got %v", got)
		}
	})
}

// TestInputRanges: what the first nodes of an encoder say of its images goes before what its decoder
// gives.
func TestInputRanges(t *testing.T) {
	for name, tt := range map[string]struct {
		end, begin func(b *onnx.Builder, x onnx.Value) onnx.Value
		want       []float32 // the first nodes make of an image of 0, 0.25, 0.5 and 1
	}{
		"nothing":         {op("Sigmoid"), op("Identity"), []float32{0, 0.25, 0.5, 1}},
		"an epsilon":      {op("Tanh"), op("Add", 1e-6), []float32{-1, -0.5, 0, 1}},
		"as the decoder":  {op("Tanh"), op("Identity"), []float32{-1, -0.5, 0, 1}},
		"bytes":           {op("Sigmoid"), op("Div", 255), []float32{0, 0.25, 0.5, 1}},
		"bytes, about 0":  {op("Sigmoid"), then(op("Sub", 128), op("Div", 128)), []float32{-1, -0.501953125, -0.00390625, 0.9921875}},
		"unit, signed":    {op("Tanh"), then(op("Mul", 2), op("Sub", 1)), []float32{-1, -0.5, 0, 1}},
		"signed, to unit": {op("Sigmoid"), then(op("Add", 1), op("Div", 2)), []float32{0, 0.25, 0.5, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
				encoder := build(t, "x", rows(1, 2, 2), func(b *onnx.Builder, x onnx.Value) {
					b.Output("mean", b.Node("Flatten", "flat", []onnx.Value{tt.begin(b, x)}))
				})
				_, c, _, err := adapt.Pair(decoder(t, tt.end, 1, 2, 2), encoder, e, adapt.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if got := run(t, e, c, []float32{0, 0.25, 0.5, 1})[0]; !close(got, tt.want) {
					t.Errorf("got %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// TestMaps: codes and latent points that are maps must lie alike.
func TestMaps(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		flat := build(t, "z", rows(2, 4, 4), func(b *onnx.Builder, x onnx.Value) {
			y := b.Node("Sigmoid", "end", []onnx.Value{b.Node("Concat", "twice", []onnx.Value{x, x}, onnx.Int("axis", 1))})
			b.Output("y", b.Node("Reshape", "shaped", []onnx.Value{y, b.Int64("to", []int{4}, []int64{-1, 1, 8, 8})}))
		})
		for _, last := range []bool{false, true} {
			encoder := build(t, "x", rows(1, 8, 8), func(b *onnx.Builder, x onnx.Value) {
				x = b.Node("Slice", "half", []onnx.Value{x, b.Int64("start", []int{1}, []int64{0}), b.Int64("end", []int{1}, []int64{4}), b.Int64("axis", []int{1}, []int64{2})})
				to := []int64{-1, 2, 4, 4}
				if last {
					to = []int64{-1, 4, 4, 2}
				}
				b.Output("mean", b.Node("Reshape", "shaped", []onnx.Value{x, b.Int64("to", []int{4}, to)}))
			})
			if _, _, _, err := adapt.Pair(flat, encoder, e, adapt.Options{}); (err != nil) != last || last && !strings.Contains(err.Error(), "same layout") {
				t.Errorf("channels last %v: error %v", last, err)
			}
		}
	})
}

// TestBatches: a fixed batch is opened, and rows that depend on each other are refused.
func TestBatches(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		fixed := build(t, "z", []onnx.Dim{onnx.Size(1), onnx.Size(4)}, func(b *onnx.Builder, x onnx.Value) {
			y := b.Node("Sigmoid", "end", []onnx.Value{x})
			b.Output("y", b.Node("Reshape", "shaped", []onnx.Value{y, b.Int64("to", []int{4}, []int64{1, 1, 2, 2})}))
		})
		m, err := adapt.Adapt(fixed, e, adapt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := run(t, e, m, []float32{0, 0, 0, 0})[0]; !close(got, []float32{0.5, 0.5, 0.5, 0.5}) {
			t.Errorf("got %v", got)
		}
		tied := decoder(t, func(b *onnx.Builder, x onnx.Value) onnx.Value {
			mean := b.Node("ReduceMean", "over_batch", []onnx.Value{x}, onnx.Ints("axes", 0))
			return b.Node("Sigmoid", "end", []onnx.Value{b.Node("Sub", "centred", []onnx.Value{x, mean})})
		}, 1, 2, 2)
		if _, err := adapt.Adapt(tied, e, adapt.Options{}); err == nil || !strings.Contains(err.Error(), "normalizes over its batch") {
			t.Errorf("error %v", err)
		}
		shifted := decoder(t, func(b *onnx.Builder, x onnx.Value) onnx.Value { // each row knows the ones before it
			before := b.Node("Pad", "before", []onnx.Value{x, b.Int64("pads", []int{4}, []int64{1, 0, -1, 0})})
			return b.Node("Sigmoid", "end", []onnx.Value{b.Node("Add", "both", []onnx.Value{x, before})})
		}, 1, 2, 2)
		if _, err := adapt.Adapt(shifted, e, adapt.Options{}); err == nil || !strings.Contains(err.Error(), "sequence") {
			t.Errorf("rows that know each other: error %v", err)
		}
		same := build(t, "z", rows(4), func(b *onnx.Builder, _ onnx.Value) {
			b.Output("y", b.Node("Sigmoid", "end", []onnx.Value{b.Float32("all", []int{3, 1, 2, 2}, make([]float32, 12))}))
		})
		if _, err := adapt.Adapt(same, e, adapt.Options{}); err == nil || !strings.Contains(err.Error(), "depends on the input") {
			t.Errorf("an input that nothing reads: error %v", err)
		}
	})
}

func TestOptions(t *testing.T) {
	for _, o := range []adapt.Options{
		{Layout: "chw"}, {Pixels: "0..2"}, {Size: images.Shape{H: 3}}, {Latent: []int{4, 0}}, {DecoderOutputs: []string{"picture"}}, {Classes: -1},
	} {
		if _, ok := errors.AsType[*adapt.OptionError](o.Check()); !ok {
			t.Errorf("%+v: %v", o, o.Check())
		}
	}
}

// TestControlFlow: names and weights that only the branches of a node read are kept.
func TestControlFlow(t *testing.T) {
	branch := func(op string, inputs ...string) *onnx.Graph {
		name := "of_" + op
		return &onnx.Graph{Name: op, Nodes: []*onnx.Node{{Op: op, Inputs: inputs, Outputs: []string{name}}}, Outputs: []onnx.ValueInfo{{Name: name, Type: onnx.Float32}}}
	}
	m := &onnx.Model{IRVersion: 8, Opsets: []onnx.Opset{{Version: 17}}, Graph: &onnx.Graph{
		Name: "main",
		Nodes: []*onnx.Node{
			{Op: "If", Inputs: []string{"condition"}, Outputs: []string{"mean"}, Attributes: []onnx.Attribute{
				{Name: "then_branch", Value: branch("Mul", "image", "weight")}, {Name: "else_branch", Value: branch("Identity", "image")},
			}},
			{Op: "Sigmoid", Inputs: []string{"mean"}, Outputs: []string{"pixels"}},
			{Op: "Reshape", Inputs: []string{"pixels", "shape"}, Outputs: []string{"z"}},
		},
		Initializers: []*onnx.Tensor{
			{Name: "condition", Type: onnx.Bool, Data: []byte{1}},
			onnx.Float32Tensor("weight", nil, []float32{3}), onnx.Int64Tensor("shape", []int64{4}, []int64{-1, 1, 2, 2}),
		},
		Inputs:  []onnx.ValueInfo{{Name: "image", Type: onnx.Float32, Shape: rows(4)}},
		Outputs: []onnx.ValueInfo{{Name: "z", Type: onnx.Float32, Shape: rows(1, 2, 2)}},
	}}
	e := enginetest.ONNXRuntime(t)
	a, err := adapt.Adapt(m, e, adapt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Load(a.Model)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	out, err := p.Run([]engine.Tensor{{Shape: []int{1, 4}, Data: []float32{-1, 0, 1, 2}}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{0.04742587, 0.5, 0.9525741, 0.9975274}; !close(out[0].Data, want) {
		t.Errorf("got %v, want %v", out[0].Data, want)
	}
}
