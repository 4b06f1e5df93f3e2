package models

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"govae/internal/nn"
)

// Axes are new coordinates of a vector of latent variables: z' = To (z - Centre), and z = From
// z' + Centre with From the inverse of To.
type Axes struct {
	Centre   []float64  // [L]
	To, From *mat.Dense // [L, L]
	LogVar   []float64  // [L], the mean log variances of posteriors before the change
	// Centres are the centres of a conditional model's classes relative to Centre, [classes, L]: codes
	// become relative to the centre of their class. It may be nil.
	Centres *mat.Dense
}

// Vector is the number of variables of the latent vector: all of them, or of a hierarchical model
// those of its first group.
func (m *VAE) Vector() int { return m.groups[0].mean.Shape().Len() }

// NewLogVar returns the log variance along the new axis j of a posterior with a.LogVar.
func (a Axes) NewLogVar(j int) float64 { return math.Log(floats.Sum(a.variances(j))) }

// variances returns the part of each old dimension in the variance along the new axis j: To_ji^2
// exp(LogVar_i). Divided by their sum they are the derivatives of its logarithm by LogVar_i.
func (a Axes) variances(j int) []float64 {
	all := make([]float64, len(a.LogVar))
	for i, to := range a.To.RawRowView(j) {
		all[i] = to * to * math.Exp(a.LogVar[i])
	}
	return all
}

// ChangeAxes changes the layers around the latent vector so that it has new coordinates. The image that is
// decoded from the mean of an image's posterior stays the same; with centres, for the same class. The
// variances of the posterior become those along the new axes, the diagonal of To diag(exp(log_var)) To'.
// Their logarithms are approximated to first order about a.LogVar, as a dense layer can compute that;
// covariances between the new axes are lost.
func (m *VAE) ChangeAxes(a Axes) {
	n := m.Vector()
	centre, old := mat.NewVecDense(n, a.Centre), mat.NewVecDense(n, a.LogVar)
	m.dense(m.vector.mean).mapOutput(a.To, centre, mat.NewVecDense(n, nil))
	share, level := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
	for j := range n {
		v := a.variances(j)
		sum := floats.Sum(v)
		level.SetVec(j, math.Log(sum))
		floats.ScaleTo(share.RawRowView(j), 1/sum, v)
	}
	m.dense(m.vector.logVar).mapOutput(share, old, level)
	m.dense(m.vector.decoder).mapInput(a.From, centre)
	if m.label != nil {
		m.recentre(encoderCentre, a, -1)
		m.recentre(decoderCentre, a, 1)
	}
}

// recentre adds sign times the centres of a to those that a layer adds to codes, in the new coordinates.
func (m *VAE) recentre(name string, a Axes, sign float64) {
	w := m.param(name + "/weight")
	old := mat.NewDense(m.Config.Classes(), m.Vector(), doubles(w.Value))
	if a.Centres != nil {
		var shift mat.Dense
		shift.Scale(sign, a.Centres)
		old.Add(old, &shift)
	}
	var centres mat.Dense
	centres.Mul(old, a.To.T())
	singles(w.Value, centres.RawMatrix().Data)
}

// latentLayers names the dense layers around the latent vector: those of means and log variances, and the
// decoder's first one.
type latentLayers struct{ mean, logVar, decoder string }

// dense are the parameters of a dense layer.
type dense struct{ weight, bias *nn.Param }

func (m *VAE) dense(name string) dense {
	return dense{m.param(name + "/weight"), m.param(name + "/bias")}
}

func (m *VAE) param(name string) *nn.Param {
	i := slices.IndexFunc(m.Params(), func(p *nn.Param) bool { return p.Name == name })
	return m.Params()[i]
}

// mapOutput changes the layer so that it gives to (y - from) + level in place of y.
func (d dense) mapOutput(to mat.Matrix, from, level *mat.VecDense) {
	old := d.vector()
	old.SubVec(old, from)
	var w mat.Dense
	var b mat.VecDense
	w.Mul(d.matrix(), to.T())
	b.MulVec(to, old)
	b.AddVec(&b, level)
	d.set(&w, &b)
}

// mapInput changes the layer so that it takes x as its first inputs where it took from x + centre.
func (d dense) mapInput(from mat.Matrix, centre *mat.VecDense) {
	w, b := d.matrix(), d.vector()
	n, outputs := centre.Len(), b.Len()
	first := w.Slice(0, n, 0, outputs).(*mat.Dense)
	var shift mat.VecDense
	shift.MulVec(first.T(), centre)
	b.AddVec(b, &shift)
	first.Mul(from.T(), mat.DenseCopyOf(first))
	d.set(w, b)
}

// matrix and vector are copies of the weight [in, out], as it lies in memory, and of the bias.
func (d dense) matrix() *mat.Dense {
	n := d.bias.Len()
	return mat.NewDense(d.weight.Len()/n, n, doubles(d.weight.Value))
}

func (d dense) vector() *mat.VecDense { return mat.NewVecDense(d.bias.Len(), doubles(d.bias.Value)) }

func (d dense) set(w *mat.Dense, b *mat.VecDense) {
	singles(d.weight.Value, w.RawMatrix().Data)
	singles(d.bias.Value, b.RawVector().Data)
}

func singles(dst []float32, x []float64) {
	for i, v := range x {
		dst[i] = float32(v)
	}
}

func doubles(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
