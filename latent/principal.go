package latent

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Principal is the plane in which a set of latent points is most spread out: its
// first two principal components (Pearson 1901).
type Principal struct {
	Mean  []float64    // [L], where the plane's origin is
	Axes  [2][]float64 // [L] each, at right angles and of length 1
	Share [2]float64   // the part of the points' variance along each axis, in units of the noise
}

// FitPrincipal finds the plane of points of two dimensions or more. It wants at least three of
// them. The points are compared in units of the noise that each dimension has; nil is the same of
// all. That matters as codes themselves are spread out alike in all dimensions that tell anything.
func FitPrincipal(points [][]float32, noise []float64) (Principal, error) {
	unit := func(k int) float64 {
		if noise == nil {
			return 1
		}
		return noise[k]
	}
	n := len(points)
	if n < 3 {
		return Principal{}, fmt.Errorf("principal components need 3 points or more, and there are %d", n)
	}
	width := len(points[0])
	if width < 2 {
		return Principal{}, fmt.Errorf("principal components need points of 2 dimensions or more, and these have %d", width)
	}
	if err := checkNoise(noise, width); err != nil {
		return Principal{}, err
	}
	x := mat.NewDense(n, width, nil)
	p := Principal{Mean: make([]float64, width)}
	for i, z := range points {
		if len(z) != width {
			return Principal{}, fmt.Errorf("latent point %d has %d values, want %d", i, len(z), width)
		}
		for k, v := range z {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return Principal{}, fmt.Errorf("latent point %d is not finite; check the images and the encoder", i)
			}
			x.Set(i, k, float64(v)/unit(k))
			p.Mean[k] += float64(v) / float64(n)
		}
	}
	var pc stat.PC
	if !pc.PrincipalComponents(x, nil) {
		return Principal{}, errors.New("the points have no principal components: the singular value decomposition does not converge")
	}
	var axes mat.Dense
	pc.VectorsTo(&axes)
	variances, total := pc.VarsTo(nil), 0.0
	for _, v := range variances {
		total += v
	}
	for a := range p.Axes {
		p.Axes[a] = mat.Col(nil, a, &axes)
		for k := range p.Axes[a] {
			p.Axes[a][k] /= unit(k)
		}
		if a > 0 { // at right angles again
			floats.AddScaled(p.Axes[a], -floats.Dot(p.Axes[0], p.Axes[a]), p.Axes[0])
		}
		floats.Scale(1/floats.Norm(p.Axes[a], 2), p.Axes[a])
		upright(p.Axes[a])
		if total > 0 {
			p.Share[a] = variances[a] / total
		}
	}
	return p, nil
}

// upright chooses the one of an axis' two directions in which its largest number is
// positive, so that a picture is never mirrored by chance.
func upright(axis []float64) {
	largest := 0.0
	for _, v := range axis {
		if math.Abs(v) > math.Abs(largest) {
			largest = v
		}
	}
	if largest < 0 {
		for k := range axis {
			axis[k] = -axis[k]
		}
	}
}

// Project returns the place in the plane of a point [L]. It panics on one of another length.
func (p Principal) Project(z []float32) (x, y float64) {
	if len(z) != len(p.Mean) {
		panic(fmt.Sprintf("latent: Principal of %d dimensions, and a point of %d", len(p.Mean), len(z)))
	}
	for k, v := range z {
		d := float64(v) - p.Mean[k]
		x += d * p.Axes[0][k]
		y += d * p.Axes[1][k]
	}
	return x, y
}
