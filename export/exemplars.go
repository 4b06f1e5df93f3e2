package export

import (
	"govae/contract"
	"govae/latent"
	"govae/onnx"
)

// exemplars move the points of a prior to those of the distributions at codes of images
// ([latent.Exemplars]): those of a component, whose noise has the spread h already, by sqrt(1 - h^2) times what an exemplar
// of the component is from its mean.
//
// The direction of the last two coordinates of z chooses the exemplar, each of a component having an arc of the
// same length. There are too many to stretch their arcs; instead the noise of these two, which tell least, keeps
// the direction.
type exemplars struct {
	spread       float32
	lower, upper []float32 // [E] where arcs begin and end, in turns
	component    []int64   // [E] to which each belongs
	offset       []float32 // [E, L]
}

// newExemplars returns those of the given components of m.
func newExemplars(m *latent.Mixture, components []int) *exemplars {
	e := &exemplars{spread: float32(m.Exemplars.Spread)}
	near := m.Exemplars.Nearness()
	for place, k := range components {
		codes := m.Exemplars.Codes[k]
		for i, code := range codes {
			e.component = append(e.component, int64(place))
			e.lower = append(e.lower, float32(i)/float32(len(codes)))
			e.upper = append(e.upper, float32(i+1)/float32(len(codes)))
			for j, v := range code {
				e.offset = append(e.offset, float32(near*(float64(v)-m.Means[k][j])))
			}
		}
		e.lower[len(e.lower)-len(codes)], e.upper[len(e.upper)-1] = -1, 2 // whatever rounding makes of the ends
	}
	return e
}

// move moves a point of z [L] and of components of these weights [K], by the operations that emit adds.
func (e *exemplars) move(point, z, weights []float32) {
	u, _ := angle(z[len(z)-2], z[len(z)-1])
	for i, lower := range e.lower {
		if u < lower || u >= e.upper[i] {
			continue
		}
		weight := weights[e.component[i]]
		for j := range point {
			point[j] += weight * e.offset[i*len(point)+j]
		}
	}
}

// emit adds what moves points to a graph of z and of the weights of its components.
func (e *exemplars) emit(g priorGraph, z, point, component onnx.Value) onnx.Value {
	g = g.within("near")
	number := len(e.lower)
	l := len(e.offset) / number
	u, _ := g.angle("direction", g.slice("last", z, l-2, l))
	exemplar := g.inArc("exemplar", u, e.lower, e.upper)
	if e.component[number-1] > 0 { // there are several
		weights := g.Node("Gather", g.prefix+"weights", []onnx.Value{component, g.Int64(g.prefix+"components", []int{number}, e.component)}, onnx.Int("axis", 1))
		exemplar = g.node("Mul", "of_component", exemplar, weights)
	}
	offset := g.node("MatMul", "offset", exemplar, g.numbers("offsets", []int{number, l}, e.offset))
	return g.Node("Add", contract.PriorPoint, []onnx.Value{point, offset})
}
