package nn

import (
	"math"
	"slices"
	"testing"

	"govae/internal/alloctest"
	"govae/internal/gradienttest"
	"govae/internal/kernel/kerneltest"
)

// diamond is a network in which one value has three readers, one of them twice removed.
func diamond() (g *Graph, x, y *Value) {
	g = &Graph{}
	x = g.Input("x", hwc(4, 4, 2))
	a := g.Add(NewConv2D("a", x.Shape(), 4, 3, 1, Tanh), x)
	b := g.Add(NewConv2D("b", a.Shape(), 4, 3, 1, Tanh), a)
	c := g.Add(NewClip("c", a.Shape(), -5, 5), a)
	y = g.Add(NewLatent("y", 64), g.flat("fb", b), g.flat("fc", c), g.flat("fa", a))
	return g, x, y
}

// flat adds a dense layer to 64 values.
func (g *Graph) flat(name string, x *Value) *Value {
	return g.Add(NewDense(name, x.Shape(), vec(64), Identity), x)
}

func TestPassGradient(t *testing.T) {
	g, x, y := diamond()
	theta, _, err := g.Bind(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range g.Params() {
		p.Initialise(1, i)
	}
	const n, beta = 2, 0.3
	k := kerneltest.New(t, 2)
	p := g.Pass(Plan{Batch: n + 1, Inputs: []*Value{x}, Outputs: []*Value{y}, Seeds: []*Value{y}})
	input, weights := normal(n*x.Shape().Len(), 1), normal(n*y.Shape().Len(), 2)
	loss := func() float64 {
		p.Forward(k, n, true, input)
		var sum float64
		for i, v := range p.Value(y) {
			sum += float64(v) * float64(weights[i])
		}
		for _, d := range p.Divergences() {
			for _, kl := range d.KL {
				sum += beta * kl
			}
		}
		return sum
	}
	loss()
	copy(p.Gradient(y), weights)
	for _, d := range p.Divergences() {
		for i := range d.Scale {
			d.Scale[i] = beta
		}
	}
	grad := make([]float32, len(theta))
	p.Backward(grad, nil)
	gradienttest.Check(t, "parameters", theta, grad, 1e-3, 5e-3, loss)
}

// TestUnusedGradients: a parameter that no seed depends on has gradient 0.
func TestUnusedGradients(t *testing.T) {
	g, x, y := diamond()
	side := g.flat("side", x)
	theta, _, err := g.Bind(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	p := g.Pass(Plan{Batch: 1, Inputs: []*Value{x}, Outputs: []*Value{y, side}, Seeds: []*Value{y}})
	p.Forward(kerneltest.New(t, 2), 1, true, normal(x.Shape().Len(), 1))
	grad := make([]float32, len(theta))
	for i := range grad {
		grad[i] = 7
	}
	clear(p.Gradient(y))
	p.Backward(grad, nil)
	for _, w := range g.Params() {
		for _, v := range w.In(grad) {
			if v != 0 {
				t.Fatalf("the gradient of %s is %g, want 0", w.Name, v)
			}
		}
	}
}

// TestPassAllocatesNothing runs batches of several sizes.
func TestPassAllocatesNothing(t *testing.T) {
	g, x, y := diamond()
	theta, _, err := g.Bind(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	k, grad := kerneltest.New(t, 2), make([]float32, len(theta))
	p := g.Pass(Plan{Batch: 8, Inputs: []*Value{x}, Outputs: []*Value{y}, Seeds: []*Value{y}})
	input := normal(8*x.Shape().Len(), 1)
	alloctest.None(t, "two passes", func() {
		for _, n := range []int{8, 3} {
			p.Forward(k, n, true, input[:n*x.Shape().Len()])
			clear(p.Gradient(y))
			p.Backward(grad, nil)
		}
	})
}

// TestPartOfAGraph gives a value in place of computing it, as a decoder's input.
func TestPartOfAGraph(t *testing.T) {
	g, x, y := diamond()
	if _, _, err := g.Bind(1 << 20); err != nil {
		t.Fatal(err)
	}
	for i, p := range g.Params() {
		p.Initialise(1, i)
	}
	k, input := kerneltest.New(t, 2), normal(x.Shape().Len(), 1)
	whole := g.Pass(Plan{Batch: 1, Inputs: []*Value{x}, Outputs: append(y.in[:3:3], y)})
	whole.Forward(k, 1, false, input)
	part := g.Pass(Plan{Batch: 1, Inputs: y.in, Outputs: []*Value{y}})
	part.Forward(k, 1, false, whole.Value(y.in[0]), whole.Value(y.in[1]), whole.Value(y.in[2]))
	for i, v := range whole.Value(y) {
		if got := part.Value(y)[i]; got != v || math.IsNaN(float64(v)) {
			t.Fatalf("value %d is %g in a part of the graph, %g in all of it", i, got, v)
		}
	}
}

// TestLayOut shares memory where steps do not overlap, and only there.
func TestLayOut(t *testing.T) {
	a, b, c, d := &memory{size: 4, from: 0, to: 1}, &memory{size: 8, from: 1, to: 2}, &memory{size: 3, from: 2, to: 3}, &memory{size: 9, from: 3, to: 4}
	layOut([]*memory{a, b, c, d}, 2)
	same := func(x, y *memory) bool { return &x.data[0] == &y.data[0] }
	if !same(a, c) || !same(b, d) || same(a, b) || same(c, d) {
		t.Error("want a and c in one place, and b and d in another")
	}
	for _, m := range []*memory{a, b, c, d} {
		if len(m.data) != 2*m.size {
			t.Errorf("%d values for a batch of 2 of %d", len(m.data), m.size)
		}
	}
}

// TestPartsOfAPass runs a network in two passes, the second of which gives the first the
// gradients of what it has read: the gradient is that of one pass.
func TestPartsOfAPass(t *testing.T) {
	g, x, y := diamond()
	theta, _, err := g.Bind(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range g.Params() {
		p.Initialise(1, i)
	}
	const n, beta = 2, 0.3
	k, input, weights := kerneltest.New(t, 2), normal(n*x.Shape().Len(), 1), normal(n*y.Shape().Len(), 2)
	run := func(p *Pass, in ...[]float32) {
		p.Forward(k, n, true, in...)
		copy(p.Gradient(y), weights)
		for _, d := range p.Divergences() {
			for i := range d.Scale {
				d.Scale[i] = beta
			}
		}
	}
	whole := g.Pass(Plan{Batch: n, Inputs: []*Value{x}, Outputs: []*Value{y}, Seeds: []*Value{y}})
	run(whole, input)
	want := make([]float32, len(theta))
	whole.Backward(want, nil)

	a := y.in[2].in[0] // which has three readers, in both passes or in the second
	b := y.in[0].in[0]
	first := g.Pass(Plan{Batch: n, Inputs: []*Value{x}, Outputs: []*Value{a, b}, Seeds: []*Value{a, b}})
	second := g.Pass(Plan{Batch: n, Inputs: []*Value{a, b}, Outputs: []*Value{y}, Seeds: []*Value{y}, Wanted: []*Value{a, b}})
	first.Forward(k, n, true, input)
	run(second, first.Value(a), first.Value(b))
	got := make([]float32, len(theta))
	final(t, got, second.Backward)
	for _, v := range []*Value{a, b} {
		copy(first.Gradient(v), second.InputGradient(v))
	}
	first.Backward(got, nil)
	final(t, make([]float32, len(theta)), whole.Backward)
	for i := range want {
		if math.Abs(float64(got[i]-want[i])) > 1e-5 {
			t.Fatalf("gradient %d is %g in two passes, %g in one", i, got[i], want[i])
		}
	}
}

// final runs a backward pass and looks that it writes the gradients that it has called final, and
// does not change them afterwards.
func final(t *testing.T, grad []float32, backward func(grad []float32, final func(int))) {
	t.Helper()
	for i := range grad {
		grad[i] = float32(math.NaN())
	}
	at, seen := len(grad), slices.Clone(grad)
	backward(grad, func(from int) {
		if from < at {
			copy(seen[from:at], grad[from:at])
			at = from
		}
	})
	if at == len(grad) {
		t.Error("no gradient is ever final")
	}
	for i := at; i < len(grad); i++ {
		if seen[i] != grad[i] {
			t.Fatalf("gradient %d is called final when it is %g, and becomes %g", i, seen[i], grad[i])
		}
	}
}

// TestAgain computes a value from another one in the place of a draw, by the same parameters.
func TestAgain(t *testing.T) {
	g := &Graph{}
	x, noise, z := g.Input("x", vec(64)), g.Input("noise", vec(64)), g.Input("z", vec(64))
	a, b := g.flat("a", x), g.flat("b", x)
	u := g.Add(NewLatent("u", 64), a, b, noise)
	y := g.Add(NewAdd("y", vec(64), vec(64)), g.flat("c", u), b)
	params := len(g.Params())
	means, given := g.Again(y, map[*Value]*Value{u: a}), g.Again(y, map[*Value]*Value{u: z, b: z})
	if len(g.Params()) != params || g.Again(y, map[*Value]*Value{}) != y {
		t.Error("something was computed by other parameters, or for nothing")
	}
	if _, _, err := g.Bind(1 << 20); err != nil {
		t.Fatal(err)
	}
	for i, p := range g.Params() {
		p.Initialise(1, i)
	}
	const n = 2
	k, input := kerneltest.New(t, 2), normal(n*64, 1)
	run := func(to *Value, from []*Value, inputs ...[]float32) []float32 {
		p := g.Pass(Plan{Batch: n, Inputs: from, Outputs: []*Value{to}})
		p.Forward(k, n, false, inputs...)
		return p.Value(to)
	}
	if got, want := run(means, []*Value{x}, input), run(y, []*Value{x, noise}, input, make([]float32, n*64)); !slices.Equal(got, want) {
		t.Errorf("the way of the means gives %v, want %v", got[:3], want[:3])
	}
	if got, want := run(given, []*Value{z}, input), run(y, []*Value{u, b}, input, input); !slices.Equal(got, want) {
		t.Errorf("another value in place of two gives %v, want %v", got[:3], want[:3])
	}
}
