package subpixel_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/engine/internal/subpixel"
	"govae/export"
	"govae/internal/random"
	"govae/models"
	"govae/onnx"
)

// layer is a transposed convolution of a test model and the activation behind it.
type layer struct {
	out        int
	kernel     [2]int
	activation string
	noBias     bool
	attributes []onnx.Attribute
}

func strides(h, w int64) onnx.Attribute       { return onnx.Ints("strides", h, w) }
func pads(t, l, b, r int64) onnx.Attribute    { return onnx.Ints("pads", t, l, b, r) }
func outputPadding(h, w int64) onnx.Attribute { return onnx.Ints("output_padding", h, w) }

// rectangle is a layer to 16 channels.
func rectangle(kernel [2]int, sh, sw, pad, more int64) layer {
	return layer{out: 16, kernel: kernel, attributes: []onnx.Attribute{strides(sh, sw), pads(pad, pad, pad, pad), outputPadding(more, more)}}
}

func square(k int, s, pad, more int64) layer { return rectangle([2]int{k, k}, s, s, pad, more) }

func (l layer) channels(n int) layer           { l.out = n; return l }
func (l layer) then(activation string) layer   { l.activation = activation; return l }
func (l layer) with(a ...onnx.Attribute) layer { l.attributes = a; return l }
func (l layer) withoutBias() layer             { l.noBias = true; return l }

// values returns normal numbers that are the same on every call.
func values(seed, n int, scale float32) []float32 {
	v := make([]float32, n)
	stream := random.New(uint64(seed), random.Init, 0, uint32(n))
	stream.Normal(v)
	for i := range v {
		v[i] *= scale
	}
	return v
}

// network is the model of layers on an image [channels, h, w].
func network(t testing.TB, channels, h, w int, layers []layer) *onnx.Model {
	t.Helper()
	b := onnx.NewBuilder("test")
	x := b.Input("x", onnx.Float32, onnx.Named("batch"), onnx.Size(int64(channels)), onnx.Size(int64(h)), onnx.Size(int64(w)))
	for i, l := range layers {
		name := fmt.Sprintf("layer_%d", i)
		n := channels * l.out * l.kernel[0] * l.kernel[1]
		inputs := []onnx.Value{x, b.Float32(name+"/weight", []int{channels, l.out, l.kernel[0], l.kernel[1]}, values(i, n, 0.1))}
		if !l.noBias {
			inputs = append(inputs, b.Float32(name+"/bias", []int{l.out}, values(i, l.out, 1)))
		}
		x = b.Node("ConvTranspose", name, inputs, l.attributes...)
		if l.activation != "" {
			x = b.Node(l.activation, name+"/activation", []onnx.Value{x})
		}
		channels = l.out
	}
	b.Output("y", x)
	m, err := b.Model(onnx.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// input returns random rows for the input of a model.
func input(m *onnx.Model, rows int) engine.Tensor {
	x, n := engine.Tensor{Shape: []int{rows}}, rows
	for _, d := range m.Graph.Inputs[0].Shape[1:] {
		x.Shape = append(x.Shape, int(d.Size))
		n *= int(d.Size)
	}
	x.Data = values(99, n, 1)
	return x
}

// run executes a model as it is.
func run(t testing.TB, e *engine.Engine, m *onnx.Model, x engine.Tensor) engine.Tensor {
	t.Helper()
	r, err := e.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	y, err := r.Run([]engine.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	return y[0]
}

// same checks that a rewritten model computes what the old one does, in every engine.
func same(t *testing.T, m, rewritten *onnx.Model) {
	t.Helper()
	if err := rewritten.Check(); err != nil {
		t.Fatal(err)
	}
	x := input(m, 3)
	want := run(t, enginetest.Go(t), m, x)
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		got := run(t, e, rewritten, x)
		if !slices.Equal(got.Shape, want.Shape) {
			t.Fatalf("%s: shape %v, want %v", e.Name(), got.Shape, want.Shape)
		}
		for i, w := range want.Data {
			if d := math.Abs(float64(got.Data[i] - w)); !(d <= 2e-6*max(1, math.Abs(float64(w)))) {
				t.Fatalf("%s: element %d is %g, want %g\n%s", e.Name(), i, got.Data[i], w, dump(t, rewritten))
			}
		}
	})
}

func dump(t testing.TB, m *onnx.Model) string {
	t.Helper()
	var text strings.Builder
	if err := m.Dump(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// operators lists the operators of a model in their order.
func operators(m *onnx.Model) string {
	var ops []string
	for _, n := range m.Graph.Nodes {
		ops = append(ops, n.Op)
	}
	return strings.Join(ops, " ")
}

const (
	fourPhases = "Conv Conv Conv Conv"
	fourRelu   = fourPhases + " Relu Relu Relu Relu"
	interleave = "Concat Transpose Reshape Transpose Reshape Transpose"
)

func TestRewrite(t *testing.T) {
	for _, c := range []struct {
		name   string
		layers []layer
		want   string // operators
	}{
		{"one layer", []layer{square(3, 2, 1, 1)}, fourPhases + " " + interleave},
		{"no bias", []layer{square(4, 2, 1, 0).withoutBias()}, fourPhases + " " + interleave},
		{"taps on both sides", []layer{square(5, 2, 2, 1)}, fourPhases + " " + interleave},
		{"no overlap of columns", []layer{rectangle([2]int{3, 2}, 2, 2, 0, 0).with(strides(2, 2), outputPadding(1, 0))}, fourPhases + " " + interleave},
		{"stride 3", []layer{square(5, 3, 1, 0)}, fourPhases + " " + fourPhases + " Conv " + interleave},
		{"rows alone", []layer{rectangle([2]int{4, 3}, 2, 1, 1, 0)}, "Conv Conv " + interleave},
		{"columns alone", []layer{rectangle([2]int{3, 4}, 1, 2, 1, 0)}, "Conv Conv " + interleave},
		{"uneven pads", []layer{square(4, 2, 1, 0).with(strides(2, 2), pads(0, 1, 2, 1))}, fourPhases + " " + interleave},
		{"activation", []layer{square(3, 2, 1, 1).then("Relu")}, fourRelu + " " + interleave},
		{"two layers", []layer{square(3, 2, 1, 1).then("Relu"), square(3, 2, 1, 1).channels(20).then("Relu")},
			fourRelu + " " + interleave + " " + fourRelu + " " + interleave},
		{"last layer", []layer{square(3, 2, 1, 1).then("Relu"), square(3, 1, 1, 0).channels(1)}, fourRelu + " Concat ConvTranspose"},
		{"last layer with a stride", []layer{square(4, 2, 1, 0).then("Tanh"), square(4, 2, 1, 0).channels(3).then("Sigmoid")},
			fourPhases + " Tanh Tanh Tanh Tanh Concat ConvTranspose Sigmoid"},
		{"last layer with output padding", []layer{square(3, 2, 1, 1), rectangle([2]int{3, 4}, 2, 3, 1, 1).channels(2).withoutBias()},
			fourPhases + " Concat ConvTranspose"},
		{"last layer that would grow too much", []layer{square(3, 2, 1, 1), square(3, 4, 1, 3).channels(1)},
			fourPhases + " " + interleave + " ConvTranspose"},
		{"many channels without a stride", []layer{square(3, 2, 1, 1), square(3, 1, 1, 0)}, fourPhases + " " + interleave + " ConvTranspose"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := network(t, 16, 5, 4, c.layers)
			before := dump(t, m)
			rewritten := subpixel.Rewrite(m)
			if got := operators(rewritten); got != c.want {
				t.Errorf("operators\n%s, want\n%s", got, c.want)
			}
			if dump(t, m) != before {
				t.Error("the old model has changed")
			}
			same(t, m, rewritten)
		})
	}
}

func TestRewriteKeepsWhatItCannotSplit(t *testing.T) {
	for name, l := range map[string]layer{
		"no stride":               square(3, 1, 1, 0),
		"no overlap":              square(2, 2, 0, 0),
		"few channels":            square(3, 2, 1, 1).channels(15),
		"odd output":              square(3, 2, 1, 0),
		"a phase without a tap":   square(2, 3, 0, 1),
		"inputs that are cut off": square(3, 2, 0, 1).with(strides(2, 2), pads(3, 3, 0, 0)),
		"many phases":             rectangle([2]int{9, 5}, 8, 4, 0, 0).with(strides(8, 4), outputPadding(7, 3)),
		"dilation":                square(3, 2, 1, 0).with(strides(2, 2), onnx.Ints("dilations", 2, 2), pads(1, 1, 2, 2)),
		"auto_pad":                square(3, 2, 1, 1).with(strides(2, 2), onnx.String("auto_pad", "SAME_UPPER")),
		"output_shape":            square(3, 2, 1, 1).with(strides(2, 2), onnx.Ints("output_shape", 10, 8)),
	} {
		t.Run(name, func(t *testing.T) {
			m := network(t, 16, 5, 4, []layer{l.then("Relu")})
			if subpixel.Rewrite(m) != m {
				t.Error("the model is rewritten")
			}
		})
	}
}

// TestRewriteSharedValues has phases that are read three times: by a layer, by
// something else, and as an output, in a file that repeats its weights
// among the inputs.
func TestRewriteSharedValues(t *testing.T) {
	b := onnx.NewBuilder("test")
	x := b.Input("x", onnx.Float32, onnx.Named("batch"), onnx.Size(16), onnx.Size(3), onnx.Size(4))
	w := b.Float32("w", []int{16, 16, 4, 4}, values(1, 16*16*16, 0.1))
	// The names that the rewriter would take first belong to weights.
	bias := b.Float32("up/phase_0", []int{1}, []float32{0.5})
	v := b.Float32("up/phase_1/weight_0", []int{16, 1, 3, 3}, values(2, 16*9, 0.1))
	up := b.Node("ConvTranspose", "up", []onnx.Value{x, w}, onnx.Ints("strides", 2, 2), onnx.Ints("pads", 1, 1, 1, 1))
	relu := b.Node("Relu", "relu", []onnx.Value{up})
	last := b.Node("ConvTranspose", "last", []onnx.Value{relu, v, bias}, onnx.Ints("pads", 1, 1, 1, 1))
	sum := b.Node("Add", "sum", []onnx.Value{relu, up})
	b.Output("y", b.Node("Add", "all", []onnx.Value{sum, last}))
	b.Output("up", up)
	m, err := b.Model(onnx.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, t := range m.Graph.Initializers {
		m.Graph.Inputs = append(m.Graph.Inputs, onnx.ValueInfo{Name: t.Name, Type: t.Type, Shape: onnx.Sizes(t.Shape...)})
	}
	rewritten := subpixel.Rewrite(m)
	if rewritten.Graph.Initializer("w") != nil || len(rewritten.Graph.Inputs) != 1 {
		t.Errorf("the weight that was replaced is still there, or an input: %v", rewritten.Graph.Inputs)
	}
	want := fourRelu + " Concat ConvTranspose " + interleave + " " + interleave + " Add Add"
	if got := operators(rewritten); got != want {
		t.Errorf("operators\n%s, want\n%s", got, want)
	}
	same(t, m, rewritten)
}

// TestRewriteRandom tries kernels, strides, pads and channels that nobody chose.
func TestRewriteRandom(t *testing.T) {
	rewrites := 0
	for seed := range 200 {
		r := random.New(uint64(seed), random.Init, 1, 0)
		n := func(low, high int) int64 { return int64(low + r.IntN(high-low+1)) }
		var layers []layer
		for range n(1, 3) {
			sh, sw := n(1, 3), n(1, 3)
			kh, kw := n(int(sh), 5), n(int(sw), 5)
			layers = append(layers, layer{
				out:    []int{1, 3, 16, 17, 24}[r.IntN(5)],
				kernel: [2]int{int(kh), int(kw)}, noBias: r.IntN(2) == 0, activation: []string{"", "Relu", "Tanh"}[r.IntN(3)],
				attributes: []onnx.Attribute{strides(sh, sw), pads(n(0, 1), n(0, 1), n(0, 1), n(0, 1)), outputPadding(n(0, int(sh)-1), n(0, int(sw)-1))},
			})
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := network(t, 16, 4, 3, layers)
			rewritten := subpixel.Rewrite(m)
			if rewritten != m {
				rewrites++
				same(t, m, rewritten)
			}
		})
	}
	if rewrites < 30 {
		t.Errorf("only %d of 200 networks were rewritten", rewrites)
	}
}

// reference is the decoder of the reference network.
func reference(t testing.TB) *onnx.Model {
	t.Helper()
	vae, err := models.New(models.Config{Image: models.Shape{H: 28, W: 28, C: 1}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := export.Decoder(vae, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRewriteReferenceDecoder(t *testing.T) {
	m := reference(t)
	rewritten := subpixel.Rewrite(m)
	want := "Gemm Relu Reshape " + fourRelu + " " + interleave + " " + fourRelu + " Concat ConvTranspose Sigmoid"
	if got := operators(rewritten); got != want {
		t.Errorf("operators\n%s, want\n%s", got, want)
	}
	same(t, m, rewritten)
}

// untouched returns a model that computes what m does, but that the engine does not
// rewrite: its weights come through Identity, which the library removes.
func untouched(m *onnx.Model) *onnx.Model {
	c, graph := *m, *m.Graph
	c.Graph, graph.Nodes = &graph, nil
	for _, n := range m.Graph.Nodes {
		if n.Op == "ConvTranspose" {
			weights := n.Inputs[1]
			through := &onnx.Node{Op: "Identity", Inputs: []string{weights}, Outputs: []string{weights + "/through"}}
			moved := *n
			moved.Inputs = slices.Clone(n.Inputs)
			moved.Inputs[1] = through.Outputs[0]
			graph.Nodes = append(graph.Nodes, through)
			n = &moved
		}
		graph.Nodes = append(graph.Nodes, n)
	}
	return &c
}

// BenchmarkDecoders times decoders in ONNX Runtime, one thread and chunks of 8, as
// they are and rewritten.
func BenchmarkDecoders(b *testing.B) {
	e := enginetest.ONNXRuntime(b)
	for _, c := range []struct {
		name  string
		model *onnx.Model
	}{
		{"reference", reference(b)},
		{"k4_64-32-1_28", network(b, 64, 7, 7, []layer{square(4, 2, 1, 0).channels(32).then("Relu"), square(4, 2, 1, 0).channels(1).then("Sigmoid")})},
		{"k4_256-128-64-32-3_64", network(b, 256, 4, 4, []layer{
			square(4, 2, 1, 0).channels(128).then("Relu"), square(4, 2, 1, 0).channels(64).then("Relu"),
			square(4, 2, 1, 0).channels(32).then("Relu"), square(4, 2, 1, 0).channels(3).then("Sigmoid")})},
		{"k3_32-16-1_28", network(b, 32, 7, 7, []layer{
			square(3, 2, 1, 1).channels(16).then("Relu"), square(3, 2, 1, 1).channels(1).then("Sigmoid")})},
		{"k2_128-64-3_32", network(b, 128, 8, 8, []layer{
			square(2, 2, 0, 0).channels(64).then("Relu"), square(2, 2, 0, 0).channels(3).then("Sigmoid")})},
		{"k5_64-32-1_28", network(b, 64, 7, 7, []layer{
			square(5, 2, 2, 1).channels(32).then("Relu"), square(5, 2, 2, 1).channels(1).then("Sigmoid")})},
	} {
		for i, m := range []*onnx.Model{untouched(c.model), c.model} {
			b.Run(c.name+"/"+[]string{"asis", "rewritten"}[i], func(b *testing.B) {
				const rows = 8
				x := input(m, rows)
				r, err := e.Load(m)
				if err != nil {
					b.Fatal(err)
				}
				defer r.Close()
				for b.Loop() {
					if _, err := r.Run([]engine.Tensor{x}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N*rows)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}
