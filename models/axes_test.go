package models

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"govae/internal/kernel/kerneltest"
)

// TestChangeAxes: in other coordinates means and images are the same, and variances those along
// the new axes.
func TestChangeAxes(t *testing.T) {
	for _, arch := range Architectures() {
		for _, conditional := range []bool{false, true} {
			c := Config{Arch: arch, Image: Shape{H: 12, W: 9, C: 3}, Labels: []string{"a", "b"}, Conditional: conditional}
			if arch != "ladder" {
				c.Latent = 5
			}
			m, err := New(c, 1)
			if err != nil {
				t.Fatal(err)
			}
			const images = 3
			r := rand.New(rand.NewPCG(1, 2))
			x, labels := make([]float32, images*c.Image.Len()), [][]float32(nil)
			for i := range x {
				x[i] = r.Float32()
			}
			if conditional {
				labels = [][]float32{{1, 0, 0, 1, 1, 0}}
			}
			l, n := m.Config.Latent, m.Vector()
			if arch == "ladder" && n != m.Config.Groups[0] || arch != "ladder" && n != l {
				t.Fatalf("%s: a vector of %d variables", arch, n)
			}

			e := m.NewEvaluator(kerneltest.New(t, 2), images)
			mean, logVar := e.Encode(x, labels...)
			decoded := e.Decode(mean, labels...)
			a := randomAxes(r, n)
			if conditional {
				a.Centres = randomAxes(r, n).To.Slice(0, 2, 0, n).(*mat.Dense)
			}
			for i := range n { // the level is that of the second image, of which the others are not far
				a.LogVar[i] = float64(logVar[l+i])
			}
			m.ChangeAxes(a)
			newMean, newLogVar := e.Encode(x, labels...)
			for i, v := range e.Decode(newMean, labels...) {
				if math.Abs(float64(v-decoded[i])) > 1e-5 {
					t.Fatalf("%s: value %d of an image is %g, was %g", arch, i, v, decoded[i])
				}
			}
			for row := range images {
				old, now := mean[row*l:(row+1)*l], newMean[row*l:(row+1)*l]
				oldVar, nowVar := logVar[row*l:(row+1)*l], newLogVar[row*l:(row+1)*l]
				for j := range n {
					var want, variance, first, all float64
					for i, to := range a.To.RawRowView(j) {
						want += to * (float64(old[i]) - a.Centre[i])
						if conditional {
							want -= to * a.Centres.At(int(labels[0][2*row+1]), i)
						}
						variance += to * to * math.Exp(float64(oldVar[i]))
						weight := to * to * math.Exp(a.LogVar[i])
						first, all = first+weight*(float64(oldVar[i])-a.LogVar[i]), all+weight
					}
					if math.Abs(float64(now[j])-want) > 1e-4 {
						t.Errorf("%s: mean %d is %g, want %g", arch, j, now[j], want)
					}
					if got := float64(nowVar[j]); math.Abs(got-math.Log(all)-first/all) > 1e-4 || row == 1 && math.Abs(got-math.Log(variance)) > 1e-4 {
						t.Errorf("%s: image %d: log variance %d is %g, want %g about", arch, row, j, got, math.Log(variance))
					}
				}
				for j := n; j < l; j++ { // of other groups, which the images of the first one reach
					if math.Abs(float64(now[j]-old[j])) > 1e-5 || math.Abs(float64(nowVar[j]-oldVar[j])) > 1e-5 {
						t.Fatalf("%s: variable %d of another group has changed", arch, j)
					}
				}
			}
		}
	}
}

// randomAxes are coordinates turned, stretched and moved at random.
func randomAxes(r *rand.Rand, n int) Axes {
	random := mat.NewDense(n, n, nil)
	a := Axes{Centre: make([]float64, n), To: new(mat.Dense), From: new(mat.Dense), LogVar: make([]float64, n)}
	for i := range n {
		a.Centre[i] = r.NormFloat64()
		for j := range n {
			random.Set(i, j, r.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(random)
	qr.QTo(a.To)
	for i := range n {
		row := a.To.RawRowView(i)
		for j := range row {
			row[j] *= 0.5 + r.Float64()
		}
	}
	if err := a.From.Inverse(a.To); err != nil {
		panic(err)
	}
	return a
}
