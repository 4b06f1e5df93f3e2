package goengine

import "govae/onnx"

// opCompare compares floats or integers, and gives 1 for true.
func opCompare(c *call) *value {
	a, b := c.in[0], c.in[1]
	if isFloat(a.typ) {
		c.float(0)
	} else if a.typ == onnx.Uint64 {
		unsupported("the pure-Go engine does not compare %v", a.typ)
	}
	y, w, _ := c.broadcast(onnx.Bool, a, b)
	if a.mem.ints {
		holds := comparison[int64](c.Op)
		c.emit(func(s *state) { compare(w, s.i(y), s.i(a), s.i(b), holds) }, []*value{y}, []*value{a, b})
	} else {
		holds := comparison[float32](c.Op)
		c.emit(func(s *state) { compare(w, s.i(y), s.f(a), s.f(b), holds) }, []*value{y}, []*value{a, b})
	}
	return y
}

func comparison[T float32 | int64](op string) func(a, b T) bool {
	switch op {
	case "Less":
		return func(a, b T) bool { return a < b }
	case "LessOrEqual":
		return func(a, b T) bool { return a <= b }
	case "Greater":
		return func(a, b T) bool { return a > b }
	}
	return func(a, b T) bool { return a >= b }
}

func compare[T float32 | int64](w *walk, dst []int64, a, b []T, holds func(a, b T) bool) {
	w.rows(func(row, i, j int) {
		for k := range w.inner {
			yes := int64(0)
			if holds(a[i+k*w.step(0)], b[j+k*w.step(1)]) {
				yes = 1
			}
			dst[row*w.inner+k] = yes
		}
	})
}
