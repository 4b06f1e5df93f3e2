package export

import (
	"math"

	"govae/contract"
	"govae/latent"
	"govae/onnx"
)

// exemplars move the points of a prior near codes of images ([latent.Exemplars]). A point of a component, whose
// noise already has the spread h, moves by sqrt(1 - h^2) times the difference of an exemplar of that component
// from its mean.
//
// The direction of the last two coordinates of z chooses the exemplar; the exemplars of a component have arcs of
// equal length. There are too many to stretch their arcs, so the noise of these two coordinates, which matter
// least, keeps its direction.
//
// In a conditional model the label may choose a class, whose exemplars are used as those of a component are.
type exemplars struct {
	byClass   bool
	spread    float32
	number    []float32 // [K] of each component
	component []int64   // [E] to which each belongs
	place     []float32 // [E] of each in its component
	offset    []float32 // [E, L]
}

// newExemplars returns the exemplars of the given components of m.
func newExemplars(m *latent.Mixture, components []int) *exemplars {
	e := &exemplars{byClass: m.OfClasses(), spread: float32(m.Exemplars.Spread)}
	near := m.Exemplars.Nearness()
	add := func(codes [][]float32, mean []float64) {
		component := int64(len(e.number))
		e.number = append(e.number, float32(len(codes)))
		for i, code := range codes {
			e.component, e.place = append(e.component, component), append(e.place, float32(i))
			for j, v := range code {
				e.offset = append(e.offset, float32(near*(float64(v)-mean[j])))
			}
		}
	}
	if m.Exemplars.ByClass {
		for _, codes := range m.Exemplars.Codes {
			add(codes, m.Means[0])
		}
		return e
	}
	for _, k := range components {
		add(m.Exemplars.Codes[k], m.Means[k])
	}
	return e
}

// move moves the point of one z [L] and of components with these weights [K], by the operations that emit adds.
func (e *exemplars) move(point, z, weights []float32) {
	u, _ := angle(z[len(z)-2], z[len(z)-1])
	for i, component := range e.component {
		n := e.number[component]
		if chosen := float32(math.Floor(float64(float32(u * n)))); e.place[i] != min(max(chosen, 0), n-1) {
			continue
		}
		for j := range point {
			point[j] += weights[component] * e.offset[i*len(point)+j]
		}
	}
}

// emit adds the nodes that move points to a graph with z and the weights of its components.
func (e *exemplars) emit(g priorGraph, z, point, component onnx.Value) onnx.Value {
	g = g.within("near")
	components, number := len(e.number), len(e.component)
	l := len(e.offset) / number
	last := make([]float32, components)
	for k, n := range e.number {
		last[k] = n - 1
	}
	u, _ := g.angle("direction", g.slice("last", z, l-2, l))
	place := g.node("Floor", "floor", g.node("Mul", "along", u, g.numbers("number", []int{components}, e.number)))
	place = g.node("Min", "place", g.node("Max", "at_least", place, g.number("zero", 0)), g.numbers("last_place", []int{components}, last))
	// of makes a column for each exemplar of one for each component.
	of := func(name string, x onnx.Value) onnx.Value { return x }
	if components > 1 {
		which := g.Int64(g.prefix+"components", []int{number}, e.component)
		of = func(name string, x onnx.Value) onnx.Value {
			return g.Node("Gather", g.prefix+name, []onnx.Value{x, which}, onnx.Int("axis", 1))
		}
	}
	exemplar := g.float("exemplar", g.node("Equal", "is_exemplar", of("places", place), g.numbers("place_of_each", []int{number}, e.place)))
	if components > 1 {
		exemplar = g.node("Mul", "of_component", exemplar, of("weights", component))
	}
	offset := g.node("MatMul", "offset", exemplar, g.numbers("offsets", []int{number, l}, e.offset))
	return g.Node("Add", contract.PriorPoint, []onnx.Value{point, offset})
}
