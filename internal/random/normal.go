package random

import "math"

// Normal fills dst with independent standard normal numbers, each within 0.5001 ulp
// of the exact one. The same stream gives the same bits on every processor: every
// operation is rounded as written here, and [govae/internal/kernel.Kernel.Normal]
// does the same operations on many streams at once.
func (s *Source) Normal(dst []float32) {
	for i := 0; i < len(dst); i += 2 {
		a, b := boxMuller(s.Uint64(), s.Uint64())
		dst[i] = a
		if i+1 < len(dst) {
			dst[i+1] = b
		}
	}
}

// boxMuller turns random bits into two independent normal numbers (Box and Muller
// 1958, "A Note on the Generation of Random Normal Deviates").
func boxMuller(u, v uint64) (a, b float32) {
	r := math.Sqrt(-2 * log(1-uniform(u))) // 1-u is in (0, 1], so the logarithm is finite
	sin, cos := sincos(uniform(v))
	return float32(r * cos), float32(r * sin)
}

// log returns ln(x) of x in [2^-53, 1], to some 2^-52 of it. With x = m 2^e and m
// from sqrt(1/2) to sqrt(2) it is e ln 2 + 2 artanh(s), s = (m-1)/(m+1), whose series
// up to s^19 has a relative error below 3e-17.
//
// An explicit conversion keeps a product from being fused with a sum, as some
// processors could; math.FMA asks for that.
func log(x float64) float64 {
	const bias = 64 // keeps the exponent from becoming negative
	halfRoot := math.Float64bits(math.Sqrt2 / 2)
	t := math.Float64bits(x) - halfRoot + bias<<52
	e := float64(t>>52) - bias
	m := math.Float64frombits(t&(1<<52-1) + halfRoot)
	s := (m - 1) / (m + 1)
	p := polynomial(float64(s*s), 2./19, 2./17, 2./15, 2./13, 2./11, 2./9, 2./7, 2./5, 2./3, 2)
	return math.FMA(e, math.Ln2, float64(s*p))
}

// sincos returns sine and cosine of x turns, x in [0, 1], to some 2^-52. In each
// quadrant they are the Taylor polynomials of degree 15 and 16 of the angle from the
// nearest axis, which have errors below 1e-16.
func sincos(x float64) (sin, cos float64) {
	q := math.RoundToEven(4 * x)
	t := (4*x - q) * (math.Pi / 2)
	t2 := float64(t * t)
	p := polynomial(t2, -1./1307674368000, 1./6227020800, -1./39916800, 1./362880, -1./5040, 1./120, -1./6)
	sin = math.FMA(float64(t*p), t2, t)
	p = polynomial(t2, 1./20922789888000, -1./87178291200, 1./479001600, -1./3628800, 1./40320, -1./720, 1./24, -1./2)
	cos = math.FMA(p, t2, 1)
	switch int(q) & 3 {
	case 1:
		return cos, -sin
	case 2:
		return -sin, -cos
	case 3:
		return -cos, sin
	}
	return sin, cos
}

// polynomial returns the sum of coefficients times powers of x, the highest first.
func polynomial(x float64, coefficients ...float64) float64 {
	p := coefficients[0]
	for _, c := range coefficients[1:] {
		p = math.FMA(p, x, c)
	}
	return p
}
