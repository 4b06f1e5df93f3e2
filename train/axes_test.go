package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"govae/contract"
	"govae/models"
)

// TestAxes: in the axes codes have the covariance of N(0, I), and posteriors independent dimensions,
// the narrowest first.
func TestAxes(t *testing.T) {
	const n, seen = 9, 60
	r := rand.New(rand.NewPCG(1, 2))
	codes, c := mat.NewDense(n, n, nil), mat.NewSymDense(n, nil)
	for i := range n {
		for j := range n {
			codes.Set(i, j, r.NormFloat64())
		}
	}
	c.SymOuterK(1, codes)
	m := &moments{mean: make([]float64, n), variance: make([]float64, n), logVar: make([]float64, n), covariance: c}
	for i := range n {
		m.variance[i] = 0.01 + r.Float64()
		c.SetSym(i, i, c.At(i, i)+m.variance[i])
	}
	a, ok := m.axes(float64(seen))
	if !ok {
		t.Fatal("no axes")
	}
	in := func(s mat.Matrix) *mat.Dense {
		var d mat.Dense
		d.Product(a.To, s, a.To.T())
		return &d
	}
	all := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			all.SetSym(i, j, c.At(i, j)*seen/(seen+n))
		}
		all.SetSym(i, i, all.At(i, i)+n/float64(seen+n))
	}
	identity := mat.NewDiagDense(n, slices.Repeat([]float64{1}, n))
	var inverse mat.Dense
	inverse.Mul(a.To, a.From)
	if !mat.EqualApprox(in(all), identity, 1e-9) || !mat.EqualApprox(&inverse, identity, 1e-9) {
		t.Errorf("covariance %v, To From %v", mat.Formatted(in(all)), mat.Formatted(&inverse))
	}
	rest := in(mat.NewDiagDense(n, m.variance))
	for i := range n {
		for j := range i {
			if math.Abs(rest.At(i, j)) > 1e-9 {
				t.Errorf("posteriors have the covariance %g between dimensions %d and %d", rest.At(i, j), i, j)
			}
		}
		if i > 0 && rest.At(i, i) < rest.At(i-1, i-1) {
			t.Errorf("dimension %d is narrower than the one before", i)
		}
	}
}

// TestAlign: codes that are far from N(0, I) cost less afterwards, and give the same images.
func TestAlign(t *testing.T) {
	data := smallData()
	for _, arch := range []string{"mlp", "ladder"} {
		c := models.Config{Arch: arch, Image: data.Train.Shape}
		if arch == "mlp" {
			c.Latent = contract.LeastPrior
		}
		m := smallModel(t, c)
		for _, p := range m.Params() { // codes around 1.5 that lie on a line, nearly
			if p.Name == "encoder/mean/bias" || p.Name == "encoder/group_0/mean/bias" {
				for i := range p.Value {
					p.Value[i] = 1.5
				}
			}
		}
		r, err := newRun(m, data, Options{Epochs: 1, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		figures := func() (Terms, []float32) {
			terms, err := r.evaluate(t.Context(), r.train, trainSplit, 0)
			if err != nil {
				t.Fatal(err)
			}
			x, index := make([]float32, r.train.Len()*r.train.Shape.Len()), make([]int, r.train.Len())
			for i := range index {
				index[i] = i
			}
			r.train.Floats(x, index)
			mean, _ := r.evaluator().Encode(x)
			return terms, r.evaluator().Decode(mean)
		}
		before, images := figures()
		if err := r.align(t.Context()); err != nil {
			t.Fatal(err)
		}
		after, same := figures()
		if want := before.KL - float64(m.Vector()); after.KL > want {
			t.Errorf("%s: KL %g, was %g", arch, after.KL, before.KL)
		}
		if math.Abs(after.Reconstruction-before.Reconstruction) > 0.02*before.Reconstruction {
			t.Errorf("%s: reconstruction %g, was %g", arch, after.Reconstruction, before.Reconstruction)
		}
		for i, v := range same {
			if math.Abs(float64(v-images[i])) > 1e-5 {
				t.Fatalf("%s: value %d of an image is %g, was %g", arch, i, v, images[i])
			}
		}
	}
}

// TestNoAxesOfInfinity: codes that are not finite have none.
func TestNoAxesOfInfinity(t *testing.T) {
	for _, v := range []float64{math.Inf(1), math.NaN(), 0} {
		m := &moments{mean: make([]float64, 2), variance: []float64{1, v}, logVar: make([]float64, 2), covariance: mat.NewSymDense(2, []float64{1, 0, 0, v})}
		if _, ok := m.axes(10); ok {
			t.Errorf("%g has axes", v)
		}
	}
}

// TestNoAxes: few dimensions stay as they are, so that the plane does not turn from epoch to epoch.
func TestNoAxes(t *testing.T) {
	data := smallData()
	m := smallModel(t, models.Config{Arch: "mlp", Image: data.Train.Shape, Latent: contract.LeastPrior - 1})
	r, err := newRun(m, data, Options{Epochs: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	theta := slices.Clone(m.Theta)
	if err := r.align(t.Context()); err != nil || !slices.Equal(theta, m.Theta) {
		t.Errorf("parameters have changed, or %v", err)
	}
}

// TestDivergence is that of the codes themselves, and of the same in other axes.
func TestDivergence(t *testing.T) {
	codes := [][2]float64{{1, 0.5}, {-0.5, 2}, {0.25, -1}}
	m := &moments{mean: make([]float64, 2), variance: []float64{0.5, 0.25}, logVar: []float64{math.Log(0.5), math.Log(0.25)}, covariance: mat.NewSymDense(2, nil)}
	for _, c := range codes {
		for i := range 2 {
			m.mean[i] += c[i] / 3
		}
		m.covariance.SymRankOne(m.covariance, 1./3, mat.NewVecDense(2, c[:]))
	}
	m.covariance.SymRankOne(m.covariance, -1, mat.NewVecDense(2, m.mean))
	for i, v := range m.variance {
		m.covariance.SetSym(i, i, m.covariance.At(i, i)+v)
	}
	m.within = m.covariance
	a := models.Axes{Centre: m.mean, To: mat.NewDense(2, 2, []float64{2, 1, -1, 3}), LogVar: m.logVar}
	var before, after float64
	for _, c := range codes {
		for j := range 2 {
			before += (c[j]*c[j] + m.variance[j] - 1 - m.logVar[j]) / 6
			z, v := 0.0, 0.0
			for i := range 2 {
				to := a.To.At(j, i)
				z, v = z+to*(c[i]-m.mean[i]), v+to*to*m.variance[i]
			}
			after += (z*z + v - 1 - math.Log(v)) / 6
		}
	}
	if gotBefore, gotAfter := m.divergence(a); math.Abs(gotBefore-before) > 1e-9 || math.Abs(gotAfter-after) > 1e-9 {
		t.Errorf("%g and %g, want %g and %g", gotBefore, gotAfter, before, after)
	}
}

// TestCentres: the centres of classes are found where they are far apart and have many codes, and
// count little where they are few, whose means differ by chance.
func TestCentres(t *testing.T) {
	const n, seen = 8, 1000
	r := rand.New(rand.NewPCG(3, 4))
	m := &moments{
		mean: make([]float64, n), variance: slices.Repeat([]float64{0.1}, n), logVar: slices.Repeat([]float64{math.Log(0.1)}, n),
		covariance: mat.NewSymDense(n, nil), classes: mat.NewDense(4, n, nil), counts: []float64{490, 490, 20, 0},
	}
	for class, count := range m.counts { // of codes about ±2 in the first dimension, or 0
		for range int(count) {
			z := make([]float64, n)
			for i := range z {
				z[i] = r.NormFloat64()
			}
			z[0] += []float64{2, -2, 0, 0}[class]
			floats.AddScaled(m.classes.RawRowView(class), 1/count, z)
			floats.AddScaled(m.mean, 1./seen, z)
			m.covariance.SymRankOne(m.covariance, 1./seen, mat.NewVecDense(n, z))
		}
	}
	m.covariance.SymRankOne(m.covariance, -1, mat.NewVecDense(n, m.mean))
	for i, v := range m.variance {
		m.covariance.SetSym(i, i, m.covariance.At(i, i)+v)
	}
	a, ok := m.axes(seen)
	if !ok {
		t.Fatal("there are no axes")
	}
	for class, want := range []float64{2, -2} {
		if got := a.Centres.At(class, 0) + m.mean[0]; math.Abs(got-want) > 0.2 {
			t.Errorf("the centre of class %d is at %g, want %g", class, got, want)
		}
	}
	mean := mat.NewVecDense(n, nil)
	mean.SubVec(m.classes.RowView(2), mat.NewVecDense(n, m.mean))
	if got := mat.Norm(a.Centres.RowView(2), 2); got > mat.Norm(mean, 2)/2 {
		t.Errorf("the centre of 20 codes is %g away, of which %g is chance", got, mat.Norm(mean, 2))
	}
	if got := mat.Norm(a.Centres.RowView(3), 2); got != 0 {
		t.Errorf("a class without images is %g away", got)
	}
	if got := m.within.At(0, 0); math.Abs(got-1.1) > 0.2 {
		t.Errorf("the variance within classes is %g, want 1.1; of all it is %g", got, m.covariance.At(0, 0))
	}
}

// TestCentresByBlocks: where classes differ their centres are kept, whatever the other dimensions do by chance.
func TestCentresByBlocks(t *testing.T) {
	const n, count, seen = 40, 100, 200
	identity := mat.NewDense(n, n, nil)
	m := &moments{mean: make([]float64, n), covariance: mat.NewSymDense(n, nil), classes: mat.NewDense(2, n, nil), counts: []float64{count, 0}}
	for i := range n {
		identity.Set(i, i, 1)
		m.covariance.SetSym(i, i, 1)
	}
	own, want := m.classes.RawRowView(0), make([]float64, n)
	own[0], own[20], own[35] = 1, 0.05, 0.5 // in blocks of 16, 16 and 8
	want[0], want[35] = 1-16./(count*1), 0.5*(1-8./(count*0.25))
	centres := m.centres(models.Axes{To: identity, From: identity}, seen)
	if !floats.EqualApprox(centres.RawRowView(0), want, 1e-12) {
		t.Errorf("the centre is %v, want %v", centres.RawRowView(0), want)
	}
	for i := range n {
		for j := range n {
			within := m.covariance.At(i, j) - count/float64(seen)*(own[i]*own[j]-(own[i]-want[i])*(own[j]-want[j]))
			if got := m.within.At(i, j); math.Abs(got-within) > 1e-12 {
				t.Errorf("covariance %d, %d within classes is %g, want %g", i, j, got, within)
			}
		}
	}
}
