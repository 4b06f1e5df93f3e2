package goengine

import (
	"math"
)

// functions are the operators that apply a function of one real number to each
// element; those with attributes make it of them.
var functions = map[string]func(c *call) func(x float64) float64{
	"Abs": always(math.Abs), "Neg": always(func(x float64) float64 { return -x }),
	"Sqrt": always(math.Sqrt), "Log": always(math.Log), "Reciprocal": always(func(x float64) float64 { return 1 / x }),
	"Ceil": always(math.Ceil), "Floor": always(math.Floor), "Round": always(math.RoundToEven), "Sign": always(sign),
	"Sin": always(math.Sin), "Cos": always(math.Cos), "Tan": always(math.Tan),
	"Asin": always(math.Asin), "Acos": always(math.Acos), "Atan": always(math.Atan),
	"Sinh": always(math.Sinh), "Cosh": always(math.Cosh),
	"Asinh": always(math.Asinh), "Acosh": always(math.Acosh), "Atanh": always(math.Atanh),
	"Softplus":  always(softplus),
	"Softsign":  always(func(x float64) float64 { return x / (1 + math.Abs(x)) }),
	"HardSwish": always(func(x float64) float64 { return x * clamp(x/6+0.5) }),
	"HardSigmoid": func(c *call) func(x float64) float64 {
		alpha, beta := c.number64("alpha", 0.2), c.number64("beta", 0.5)
		return func(x float64) float64 { return clamp(alpha*x + beta) }
	},
	"Elu": func(c *call) func(x float64) float64 { return elu(c.number64("alpha", 1), 1, 1) },
	"Celu": func(c *call) func(x float64) float64 {
		alpha := c.number64("alpha", 1)
		return elu(alpha, 1, alpha)
	},
	"Selu": func(c *call) func(x float64) float64 {
		gamma := c.number64("gamma", 1.05070102214813232421875)
		return elu(gamma*c.number64("alpha", 1.67326319217681884765625), gamma, 1)
	},
	"ThresholdedRelu": func(c *call) func(x float64) float64 {
		alpha := c.number64("alpha", 1)
		return func(x float64) float64 {
			if x > alpha || x != x {
				return x
			}
			return 0
		}
	},
	"Shrink": func(c *call) func(x float64) float64 {
		lambda, bias := c.number64("lambd", 0.5), c.number64("bias", 0)
		return func(x float64) float64 {
			switch {
			case x < -lambda:
				return x + bias
			case x > lambda:
				return x - bias
			}
			return 0
		}
	},
}

// intFunctions are those that take integers or booleans, too, or only these.
var intFunctions = map[string]func(v int64) int64{
	"Abs":  func(v int64) int64 { return max(v, -v) },
	"Neg":  func(v int64) int64 { return -v },
	"Sign": func(v int64) int64 { return min(max(v, -1), 1) },
	"Not":  func(v int64) int64 { return 1 - v },
}

func opFunction(c *call) *value {
	if x := c.in[0]; !isFloat(x.typ) {
		f := intFunctions[c.Op]
		if f == nil {
			unsupported("input 0 is %v, but the pure-Go engine computes this for real numbers only", x.typ)
		}
		return c.intUnary(x, f)
	}
	f := functions[c.Op](c)
	return c.unary(each(func(v float32) float32 { return float32(f(float64(v))) }))
}

func always(f func(x float64) float64) func(c *call) func(x float64) float64 {
	return func(*call) func(x float64) float64 { return f }
}

// number64 is a number among the attributes.
func (c *call) number64(name string, def float32) float64 { return float64(c.Float(name, def)) }

// softplus is log(1+e^x), computed so that e^x does not overflow.
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// clamp limits to [0, 1].
func clamp(x float64) float64 { return min(max(x, 0), 1) }

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// elu is slope*x above 0 and alpha*(e^(x/width)-1) below.
func elu(alpha, slope, width float64) func(x float64) float64 {
	return func(x float64) float64 {
		if x < 0 {
			return alpha * math.Expm1(x/width)
		}
		return slope * x
	}
}
