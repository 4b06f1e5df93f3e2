package goengine

import (
	"cmp"

	"govae/onnx"
)

// opCompare compares floats, integers or booleans, and gives 1 for true.
func opCompare(c *call) *value {
	a, b := c.in[0], c.in[1]
	if a.typ == onnx.Uint64 && c.Op != "Equal" {
		unsupported("the pure-Go engine does not compare %v", a.typ)
	}
	y, w, _ := c.broadcast(onnx.Bool, a, b)
	if a.mem.ints {
		holds := comparison[int64](c.Op)
		c.emit(func(s *state) { combine(w, s.i(y), s.i(a), s.i(b), holds) }, []*value{y}, []*value{a, b})
	} else {
		holds := comparison[float32](c.Op)
		c.emit(func(s *state) { combine(w, s.i(y), s.f(a), s.f(b), holds) }, []*value{y}, []*value{a, b})
	}
	return y
}

func comparison[T cmp.Ordered](op string) row[T, int64] {
	holds := map[string]func(a, b T) bool{
		"Less":           func(a, b T) bool { return a < b },
		"LessOrEqual":    func(a, b T) bool { return a <= b },
		"Greater":        func(a, b T) bool { return a > b },
		"GreaterOrEqual": func(a, b T) bool { return a >= b },
		"Equal":          func(a, b T) bool { return a == b },
	}[op]
	return pairwise(func(a, b T) int64 {
		if holds(a, b) {
			return 1
		}
		return 0
	})
}
