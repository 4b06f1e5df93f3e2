package latent

import (
	"fmt"
	"slices"
)

// Plane is a plane of the latent space in which points are drawn.
type Plane struct {
	X, Y string // what lies along the axes, in words for a picture
	at   func(z []float32) (x, y float64)
}

// Project returns the places of points [L] in the plane.
func (p Plane) Project(points [][]float32) (x, y []float64) {
	x, y = make([]float64, len(points)), make([]float64, len(points))
	for i, z := range points {
		x[i], y[i] = p.at(z)
	}
	return x, y
}

// DimensionPlane is the plane of two dimensions, which the space of the points must have
// ([Space.CheckDims]).
func DimensionPlane(a, b int) Plane {
	return Plane{fmt.Sprintf("z[%d]", a), fmt.Sprintf("z[%d]", b), func(z []float32) (x, y float64) {
		return float64(z[a]), float64(z[b])
	}}
}

// WidestPlane returns the plane in which points are most spread out, in units of the noise of each
// dimension: that of their first two principal components ([FitPrincipal]), or, if there are only two
// dimensions, that of these.
func WidestPlane(points [][]float32, noise []float64) (Plane, error) {
	if len(points) > 0 && len(points[0]) == 2 {
		return DimensionPlane(0, 1), nil
	}
	variance := "the variance"
	if noise != nil {
		variance += " in units of noise"
	}
	return principalPlane(points, noise, variance)
}

// ClassPlane returns the plane in which the means of the points of each label are most spread out, in
// units of the noise of each dimension. A VAE spreads its points about evenly in all directions, but
// not its classes. There must be a label for each point, and three labels or more.
func ClassPlane(points [][]float32, labels []int, noise []float64) (Plane, error) {
	means, err := ClassMeans(Of(points...), labels)
	if err != nil {
		return Plane{}, err
	}
	means = slices.DeleteFunc(means, func(z []float32) bool { return z == nil })
	if len(means) < 3 {
		return Plane{}, fmt.Errorf("%d classes make no plane: three are needed", len(means))
	}
	return principalPlane(means, noise, "the class means' variance")
}

// principalPlane is the principal plane of points whose variance has a name.
func principalPlane(points [][]float32, noise []float64, variance string) (Plane, error) {
	p, err := FitPrincipal(points, noise)
	if err != nil {
		return Plane{}, err
	}
	return Plane{
		X:  fmt.Sprintf("first principal component (%.0f %% of %s)", 100*p.Share[0], variance),
		Y:  fmt.Sprintf("second principal component (%.0f %%)", 100*p.Share[1]),
		at: p.Project,
	}, nil
}
