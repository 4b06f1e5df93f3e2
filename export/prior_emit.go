package export

import (
	"fmt"

	"govae/contract"
	"govae/onnx"
)

// emit adds the nodes that compute points to a graph with z, and with the labels of a conditional model.
func (p *prior) emit(b *onnx.Builder, z onnx.Value, label ...onnx.Value) onnx.Value {
	e := priorGraph{b, "prior/"}
	if p.near == nil {
		point, _ := p.emitMixture(e, contract.PriorPoint, z, label...)
		return point
	}
	point, component := p.emitMixture(e, "prior/of_component", z, label...)
	if p.near.byClass {
		component = label[0]
	}
	return p.near.emit(e, z, point, component)
}

// emitMixture adds what computes points of the mixture, with the noise scaled by the spread, and the weights
// of its components (N, K): the zero Value if there is one.
func (p *prior) emitMixture(e priorGraph, name string, z onnx.Value, label ...onnx.Value) (point, component onnx.Value) {
	b, k, l := e.Builder, p.components, p.latent
	factors, means := b.Float32(contract.PriorFactors, []int{k * l, l}, p.factor), b.Float32(contract.PriorMeans, []int{k * l}, p.mean)
	// The point of each component for the turned noise.
	points := func(name string, turned onnx.Value) onnx.Value {
		attributes := []onnx.Attribute{onnx.Int("transB", 1)}
		if p.near != nil {
			attributes = append(attributes, onnx.Float("alpha", p.near.spread))
		}
		return b.Node("Gemm", name, []onnx.Value{turned, factors, means}, attributes...)
	}
	// The point of the component whose weight is 1.
	chosen := func(turned, component onnx.Value) onnx.Value {
		all := e.node("Mul", "chosen", e.reshape("points_by_component", points("prior/points", turned), k, l), e.reshape("component_column", component, k, 1))
		return b.Node("ReduceSum", name, []onnx.Value{all, b.Int64("prior/components_axis", []int{1}, []int64{1})}, onnx.Int("keepdims", 0))
	}
	switch {
	case p.byClass:
		return chosen(z, label[0]), label[0]
	case k == 1:
		return points(name, z), component
	}
	u, r := e.angle("turns", e.slice("pair", z, 0, 2))
	above := e.float("above", e.node("GreaterOrEqual", "is_above", u, e.numbers("lower", []int{k}, p.lower)))
	below := e.float("below", e.node("Less", "is_below", u, e.numbers("upper", []int{k}, p.upper)))
	component = e.node("Mul", "component", above, below) // 1 for the arc that u is in, 0 for others

	// Where in the arc, from -1/2 to 1/2, which becomes the angle.
	middle := e.node("MatMul", "middle", component, b.Float32("prior/middles", []int{k, 1}, p.middle))
	inverse := e.node("MatMul", "inverse", component, b.Float32("prior/inverses", []int{k, 1}, p.inverse))
	inside := e.node("Mul", "stretched", e.node("Sub", "from_middle", u, middle), inverse)
	one, two := e.number("one", 1), e.number("two", 2)
	q := e.node("Clip", "angle", inside, e.number("minus_half", -0.5), e.number("half", 0.5))
	t := e.horner("tangent", tangent, q)
	t2 := e.node("Mul", "tangent_2", t, t)
	d := e.node("Add", "secant_2", one, t2)
	sin := e.node("Div", "sin", e.node("Mul", "tangent_twice", two, t), d)
	cos := e.node("Div", "cos", e.node("Sub", "one_minus", one, t2), d)
	parts := []onnx.Value{
		e.node("Mul", "x_turned", e.node("Mul", "x_sin", e.node("Mul", "r_twice", e.number("minus_two", -2), r), sin), cos),
		e.node("Mul", "y_turned", e.node("Mul", "y_difference", r, e.node("Sub", "difference", cos, sin)), e.node("Add", "sum", cos, sin)),
	}
	if l > 2 {
		parts = append(parts, e.slice("others", z, 2, l))
	}
	turned := b.Node("Concat", "prior/turned", parts, onnx.Int("axis", 1))
	return chosen(turned, component), component
}

// angle adds the function of that name for each pair (N, 2); both results are (N, 1).
func (e priorGraph) angle(name string, pair onnx.Value) (u, r onnx.Value) {
	e = e.within(name)
	pair = e.node("Clip", "pair", pair, e.number("least", -farthest), e.number("most", farthest))
	x, y := e.slice("x", pair, 0, 1), e.slice("y", pair, 1, 2)
	r = e.node("Sqrt", "r", e.node("Add", "r2", e.node("Mul", "x2", x, x), e.node("Mul", "y2", y, y)))
	from := e.node("Add", "divisor", e.node("Add", "r_x", r, e.node("Abs", "abs_x", x)), e.number("nothing", nothing))
	right := e.horner("arc_tangent", arcTangent, e.node("Div", "half_tangent", y, from))
	left := e.float("left", e.node("Less", "is_left", x, e.number("zero", 0)))
	toLeft := e.node("Sub", "to_left", e.number("half", 0.5), e.node("Mul", "twice", right, e.number("two", 2)))
	u = e.node("Add", "from_x", right, e.node("Mul", "mirrored", left, toLeft))
	return e.node("Add", "turns", u, e.number("quarter", 0.25)), r
}

// priorGraph adds nodes and constants whose names have a prefix.
type priorGraph struct {
	*onnx.Builder
	prefix string
}

// within is e for the parts of something that has a name.
func (e priorGraph) within(name string) priorGraph {
	return priorGraph{e.Builder, e.prefix + name + "/"}
}

func (e priorGraph) node(op, name string, in ...onnx.Value) onnx.Value {
	return e.Node(op, e.prefix+name, in)
}

// number is a constant without dimensions.
func (e priorGraph) number(name string, v float32) onnx.Value {
	return e.numbers(name, nil, []float32{v})
}

func (e priorGraph) numbers(name string, shape []int, v []float32) onnx.Value {
	return e.Float32(e.prefix+name, shape, v)
}

// slice is the columns [first, end) of a matrix.
func (e priorGraph) slice(name string, x onnx.Value, first, end int) onnx.Value {
	list := func(of string, v int) onnx.Value {
		return e.Int64(e.prefix+name+"/"+of, []int{1}, []int64{int64(v)})
	}
	return e.node("Slice", name, x, list("first", first), list("end", end), list("axis", 1))
}

// float is a truth value as 0 or 1.
func (e priorGraph) float(name string, x onnx.Value) onnx.Value {
	return e.Node("Cast", e.prefix+name, []onnx.Value{x}, onnx.Int("to", int64(onnx.Float32)))
}

// reshape makes a matrix of each row.
func (e priorGraph) reshape(name string, x onnx.Value, rows, columns int) onnx.Value {
	shape := e.Int64(e.prefix+name+"/shape", []int{3}, []int64{0, int64(rows), int64(columns)})
	return e.node("Reshape", name, x, shape)
}

// horner adds the function of that name.
func (e priorGraph) horner(name string, coefficients []float32, v onnx.Value) onnx.Value {
	part := e.within(name)
	number := func(i int) onnx.Value { return part.number(fmt.Sprintf("coefficient_%d", i), coefficients[i]) }
	v2 := part.node("Mul", "square", v, v)
	last := len(coefficients) - 1
	sum := number(last)
	for i := last - 1; i >= 0; i-- {
		product := part.node("Mul", fmt.Sprintf("product_%d", i), sum, v2)
		sum = part.node("Add", fmt.Sprintf("sum_%d", i), product, number(i))
	}
	return e.node("Mul", name, v, sum)
}
