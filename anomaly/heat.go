package anomaly

import "math"

// heat shows where a picture differs, [H, W], as [Verdict].Heat says.
func (d *Detector) heat(e evidence) []float32 {
	heat := make([]float32, d.shape.H*d.shape.W)
	add := func(planes []plane, deviations []float32, hottest float64) {
		for _, p := range planes {
			n := p.h * p.w
			p.v, deviations = deviations[:n], deviations[n:]
			for i := range heat {
				y, x := i/d.shape.W, i%d.shape.W
				v := math.Abs(float64(p.at(float64(2*y+1)/float64(2*d.shape.H), float64(2*x+1)/float64(2*d.shape.W))))
				heat[i] = max(heat[i], float32(v/hottest))
			}
		}
	}
	add(detailPlanes(d.shape), e.detailAt, d.hottest.Detail)
	add(differencePlanes(d.shape), e.differenceAt, d.hottest.Difference)
	return heat
}

// at returns the value at a place given as shares of height and width, between the
// centres of the nearest four cells.
func (p plane) at(y, x float64) float32 {
	side := func(share float64, n int) (low, high int, t float32) {
		at := min(max(share*float64(n)-0.5, 0), float64(n-1))
		low = int(at)
		return low, min(low+1, n-1), float32(at - float64(low))
	}
	y0, y1, ty := side(y, p.h)
	x0, x1, tx := side(x, p.w)
	top := p.v[y0*p.w+x0]*(1-tx) + p.v[y0*p.w+x1]*tx
	bottom := p.v[y1*p.w+x0]*(1-tx) + p.v[y1*p.w+x1]*tx
	return top*(1-ty) + bottom*ty
}
