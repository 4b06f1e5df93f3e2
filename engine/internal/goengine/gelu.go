package goengine

import "math"

// The functions here are made of e^x, which the kernel computes a vector at a time.

// opErf is the error function.
func opErf(c *call) *value {
	x := c.float(0)
	return c.pair(x, c.bell(x), erfRow)
}

// opGelu is x times the normal distribution's share below x (Hendrycks and Gimpel
// 2016, arXiv 1606.08415), or its usual approximation by tanh.
func opGelu(c *call) *value {
	x := c.float(0)
	switch approximate := c.String("approximate", "none"); approximate {
	case "none":
		half := c.unaryOf(x, each(func(v float32) float32 { return v * math.Sqrt2 / 2 }))
		return c.pair(x, c.pair(half, c.bell(half), erfRow), func(dst, a, b []float32, aStep, bStep int) {
			for i := range dst {
				dst[i] = a[i*aStep] * (0.5 + 0.5*b[i*bStep])
			}
		})
	case "tanh": // (1 + tanh(u)) / 2 is 1 / (1 + e^-2u)
		inner := c.unaryOf(x, each(func(v float32) float32 {
			return 2 * 0.7978845608028654 * (v + 0.044715*v*v*v)
		}))
		return c.arithmetic("Mul", x, c.unaryOf(inner, c.kernel.Sigmoid))
	default:
		failf("attribute \"approximate\" is %q", approximate)
		return nil
	}
}

// opMish is x*tanh(log(1+e^x)) (Misra 2019, arXiv 1908.08681). With e = e^x the tanh is
// (e^2+2e) / (e^2+2e+2), which is 1 to float32's precision long before e^2 overflows.
func opMish(c *call) *value {
	x := c.float(0)
	e := c.unaryOf(c.unaryOf(x, each(func(v float32) float32 { return min(v, 20) })), c.kernel.Exp)
	return c.pair(x, e, func(dst, a, b []float32, aStep, bStep int) {
		for i := range dst {
			e := b[i*bStep]
			n := e * (e + 2)
			dst[i] = a[i*aStep] * (n / (n + 2))
		}
	})
}

// bell is e^-x^2.
func (c *compiler) bell(x *value) *value {
	return c.unaryOf(c.unaryOf(x, each(func(v float32) float32 { return -v * v })), c.kernel.Exp)
}

// erfRow is erf(a), given b = e^-a^2, by formula 7.1.26 of Abramowitz and Stegun, whose
// error is below 1.5e-7.
func erfRow(dst, a, b []float32, aStep, bStep int) {
	for i := range dst {
		x := a[i*aStep]
		t := 1 / (1 + 0.3275911*float32(math.Abs(float64(x))))
		y := 1 - t*(0.254829592+t*(-0.284496736+t*(1.421413741+t*(-1.453152027+t*1.061405429))))*b[i*bStep]
		dst[i] = float32(math.Copysign(float64(y), float64(x)))
	}
}
