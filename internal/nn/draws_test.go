package nn

import (
	"math"
	"testing"

	"govae/internal/kernel/kerneltest"
)

// TestDrawsGradient compares with the formulas in float64: the plain gradient, and that of
// Tucker et al. 2019 (arXiv 1810.04152).
func TestDrawsGradient(t *testing.T) {
	const n, dims = 5, 3
	mean, logVar, eps, dz := normal(n*dims, 1), normal(n*dims, 2), normal(n*dims, 3), normal(n*dims, 4)
	slope, share := make([]float64, n), make([]float64, n)
	for i := range n {
		slope[i], share[i] = 0.1+float64(i)/7, float64(i)/15
	}
	k, l := kerneltest.New(t, 2), NewLatent("z", dims)
	for _, doubly := range []bool{false, true} {
		draws := &Draws{Ratio: make([]float64, n+2), Slope: slope}
		if doubly {
			draws.Share = share
		}
		d := newDivergence("z", dims)
		d.Draws = draws
		dmean, dlogVar := make([]float32, n*dims), make([]float32, n*dims)
		c := &Call{
			Kernel: k, N: n, X: [][]float32{mean, logVar, eps}, Y: make([]float32, n*dims), Divergence: d,
			DX: [][]float32{dmean, dlogVar, nil}, DY: append([]float32(nil), dz...),
		}
		l.Forward(c)
		l.Backward(c)
		for i := range n {
			var ratio float64
			for j := i * dims; j < (i+1)*dims; j++ {
				mu, lv, e := float64(mean[j]), float64(logVar[j]), float64(eps[j])
				sd := math.Exp(lv / 2)
				z := mu + sd*e
				ratio += (-z*z + e*e + lv) / 2
				g, direct := float64(dz[j])+slope[i]*z, -slope[i]/2
				if doubly {
					g, direct = share[i]*(g-slope[i]*(z-mu)/(sd*sd)), 0
				}
				for name, v := range map[string][2]float64{
					"mean":    {float64(dmean[j]), g},
					"log_var": {float64(dlogVar[j]), g*sd*e/2 + direct},
				} {
					if math.Abs(v[0]-v[1]) > 1e-5 {
						t.Errorf("doubly %v, row %d: the gradient of %s is %g, want %g", doubly, i, name, v[0], v[1])
					}
				}
			}
			if math.Abs(draws.Ratio[i]-ratio) > 1e-5 {
				t.Errorf("row %d: a ratio of %g, want %g", i, draws.Ratio[i], ratio)
			}
		}
	}
}
