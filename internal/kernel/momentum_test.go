package kernel

import "testing"

func TestMomentum(t *testing.T) {
	k := newKernel(t, 2)
	const n, mu = 40003, 0.9
	m, g := normal(1, n), normal(2, n)
	wantM, wantG := make([]float32, n), make([]float32, n)
	for i := range m {
		x := mu*float64(m[i]) + (1-mu)*float64(g[i])
		wantM[i], wantG[i] = float32(x), float32(mu*x+(1-mu)*float64(g[i]))
	}
	k.Momentum(m, g, mu)
	checkClose(t, "m", m, wantM, 1e-6)
	checkClose(t, "g", g, wantG, 1e-6)
}

func TestAverageAndScale(t *testing.T) {
	k := newKernel(t, 2)
	const n = 40003
	average, x := normal(1, n), normal(2, n)
	want, scaled := make([]float32, n), make([]float32, n)
	for i := range x {
		want[i] = float32(0.75*float64(average[i]) + 0.25*float64(x[i]))
		scaled[i] = x[i] * 0.5
	}
	k.Average(average, x, 0.25)
	checkClose(t, "average", average, want, 1e-6)
	k.Scale(x, 0.5)
	checkClose(t, "scaled", x, scaled, 0)
}
