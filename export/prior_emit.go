package export

import (
	"fmt"

	"govae/contract"
	"govae/onnx"
)

// emit adds what computes points to a graph of z, and of the labels of a conditional model.
func (p *prior) emit(b *onnx.Builder, z onnx.Value, label ...onnx.Value) onnx.Value {
	e := priorGraph{Builder: b}
	k, l := p.components, p.latent
	factors, means := b.Float32(contract.PriorFactors, []int{k * l, l}, p.factor), b.Float32(contract.PriorMeans, []int{k * l}, p.mean)
	// Of turned noise, the point of each component.
	points := func(name string, turned onnx.Value) onnx.Value {
		return b.Node("Gemm", name, []onnx.Value{turned, factors, means}, onnx.Int("transB", 1))
	}
	// The point of a component that is 1 where others are 0.
	chosen := func(turned, component onnx.Value) onnx.Value {
		all := e.node("Mul", "chosen", e.reshape("points_by_component", points("prior/points", turned), k, l), e.reshape("component_column", component, k, 1))
		return b.Node("ReduceSum", contract.PriorPoint, []onnx.Value{all, b.Int64("prior/components_axis", []int{1}, []int64{1})}, onnx.Int("keepdims", 0))
	}
	switch {
	case p.byClass:
		return chosen(z, label[0])
	case k == 1:
		return points(contract.PriorPoint, z)
	}
	pair := e.node("Clip", "pair", e.slice("first", z, 0, 2), e.number("least", -farthest), e.number("most", farthest))
	x, y := e.slice("x", pair, 0, 1), e.slice("y", pair, 1, 2)

	// The angle of (x, y) in turns, from 0 to 1.
	r := e.node("Sqrt", "r", e.node("Add", "r2", e.node("Mul", "x2", x, x), e.node("Mul", "y2", y, y)))
	one, two, half, nought := e.number("one", 1), e.number("two", 2), e.number("half", 0.5), e.number("zero", 0)
	from := e.node("Add", "divisor", e.node("Add", "r_x", r, e.node("Abs", "abs_x", x)), e.number("nothing", nothing))
	right := e.horner("arc_tangent", arcTangent, e.node("Div", "half_tangent", y, from))
	left := e.float("left", e.node("Less", "is_left", x, nought))
	mirrored := e.node("Mul", "mirrored", left, e.node("Sub", "to_left", half, e.node("Mul", "twice", right, two)))
	u := e.node("Add", "turns", e.node("Add", "turns_from_x", right, mirrored), e.number("quarter", 0.25))

	// Which arc that is in: 1 for the component, 0 for all others.
	above := e.float("above", e.node("GreaterOrEqual", "is_above", u, b.Float32("prior/lower", []int{k}, p.lower)))
	below := e.float("below", e.node("Less", "is_below", u, b.Float32("prior/upper", []int{k}, p.upper)))
	component := e.node("Mul", "component", above, below)

	// Where in the arc, from -1/2 to 1/2, which becomes the angle.
	middle := e.node("MatMul", "middle", component, b.Float32("prior/middles", []int{k, 1}, p.middle))
	inverse := e.node("MatMul", "inverse", component, b.Float32("prior/inverses", []int{k, 1}, p.inverse))
	inside := e.node("Mul", "stretched", e.node("Sub", "from_middle", u, middle), inverse)
	q := e.node("Clip", "angle", inside, e.number("minus_half", -0.5), half)
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
	return chosen(turned, component)
}

// priorGraph adds nodes whose names begin with "prior/".
type priorGraph struct{ *onnx.Builder }

func (e priorGraph) node(op, name string, in ...onnx.Value) onnx.Value {
	return e.Node(op, "prior/"+name, in)
}

// number is a constant without dimensions.
func (e priorGraph) number(name string, v float32) onnx.Value {
	return e.Float32("prior/"+name, nil, []float32{v})
}

// slice is the columns [first, end) of a matrix.
func (e priorGraph) slice(name string, x onnx.Value, first, end int) onnx.Value {
	list := func(of string, v int) onnx.Value {
		return e.Int64(fmt.Sprintf("prior/%s/%s", name, of), []int{1}, []int64{int64(v)})
	}
	return e.node("Slice", name, x, list("first", first), list("end", end), list("axis", 1))
}

// float is a truth value as 0 or 1.
func (e priorGraph) float(name string, x onnx.Value) onnx.Value {
	return e.Node("Cast", "prior/"+name, []onnx.Value{x}, onnx.Int("to", int64(onnx.Float32)))
}

// reshape makes a matrix of each row.
func (e priorGraph) reshape(name string, x onnx.Value, rows, columns int) onnx.Value {
	shape := e.Int64("prior/"+name+"/shape", []int{3}, []int64{0, int64(rows), int64(columns)})
	return e.node("Reshape", name, x, shape)
}

// horner adds what the function of that name computes.
func (e priorGraph) horner(name string, coefficients []float32, v onnx.Value) onnx.Value {
	number := func(i int) onnx.Value { return e.number(fmt.Sprintf("%s/coefficient_%d", name, i), coefficients[i]) }
	v2 := e.node("Mul", name+"/square", v, v)
	last := len(coefficients) - 1
	sum := number(last)
	for i := last - 1; i >= 0; i-- {
		product := e.node("Mul", fmt.Sprintf("%s/product_%d", name, i), sum, v2)
		sum = e.node("Add", fmt.Sprintf("%s/sum_%d", name, i), product, number(i))
	}
	return e.node("Mul", name, v, sum)
}
