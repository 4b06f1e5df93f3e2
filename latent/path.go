package latent

import "math"

// Path gives the latent point at the fraction t of the way from a to b, t in
// [0, 1].
type Path func(a, b []float32, t float64) []float32

// Linear is the straight line: (1-t) a + t b.
func Linear(a, b []float32, t float64) []float32 {
	z := make([]float32, len(a))
	for k := range z {
		z[k] = float32((1-t)*float64(a[k]) + t*float64(b[k]))
	}
	return z
}

// Spherical turns from the direction of a to that of b at constant speed
// (Shoemake 1985, Animating rotation with quaternion curves, section 3.3), while
// the distance from the origin changes evenly. In many dimensions a straight line
// between two points of the prior comes nearer to the origin than nearly all
// points of the prior do, and this path does not.
//
// Opposite points turn through one fixed direction of the many that they could, and
// where a or b is the origin, which has no direction, the path is the straight line.
func Spherical(a, b []float32, t float64) []float32 {
	lengthA, lengthB := norm(a), norm(b)
	if lengthA == 0 || lengthB == 0 {
		return Linear(a, b, t)
	}
	var cos float64
	for k := range a {
		cos += float64(a[k]) / lengthA * float64(b[k]) / lengthB
	}
	// u is the unit vector across a, on the side of b.
	u := make([]float64, len(a))
	for k := range u {
		u[k] = float64(b[k])/lengthB - cos*float64(a[k])/lengthA
	}
	sin := unit(u)
	if sin < 1e-6 { // a and b are parallel, and rounding alone chose u
		u = across(a, lengthA)
	}
	angle, length := t*math.Atan2(sin, cos), (1-t)*lengthA+t*lengthB
	z := make([]float32, len(a))
	for k := range z {
		z[k] = float32(length * (math.Cos(angle)*float64(a[k])/lengthA + math.Sin(angle)*u[k]))
	}
	return z
}

// across returns a unit vector at a right angle to a: what is left of the axis on
// which a is shortest. In one dimension there is none, and it returns 0.
func across(a []float32, length float64) []float64 {
	axis := 0
	for k := range a {
		if math.Abs(float64(a[k])) < math.Abs(float64(a[axis])) {
			axis = k
		}
	}
	u := make([]float64, len(a))
	if len(a) == 1 {
		return u
	}
	for k := range u {
		u[k] = -float64(a[axis]) / length * float64(a[k]) / length
	}
	u[axis]++
	unit(u)
	return u
}

// unit divides u by its length, unless that is 0, and returns the length.
func unit(u []float64) float64 {
	var sum float64
	for _, v := range u {
		sum += v * v
	}
	length := math.Sqrt(sum)
	if length > 0 {
		for k := range u {
			u[k] /= length
		}
	}
	return length
}

func norm(z []float32) float64 {
	var sum float64
	for _, v := range z {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}
