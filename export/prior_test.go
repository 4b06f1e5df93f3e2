package export

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"

	"govae/contract"
	"govae/engine"
	"govae/engine/enginetest"
	"govae/internal/random"
	"govae/latent"
	"govae/models"
	"govae/onnx"
)

// twoComponents is a mixture for any model of three latent dimensions.
var twoComponents = latent.Mixture{
	Latent: 3, Weights: []float64{0.25, 0.75}, Means: [][]float64{{1, 0, 0}, {0, 0, -1}},
	Covariances: [][][]float64{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {{4, 2, 0}, {2, 2, 0}, {0, 0, 0.25}}},
}

// testMixture returns one of k components with full covariances, of different weights.
func testMixture(m *models.VAE, k int) *latent.Mixture {
	dims := m.Config.Latent
	mixture := &latent.Mixture{ModelID: m.ID(), Latent: dims}
	noise := random.New(uint64(k), random.Init, 0, 0)
	normal := func(n int) []float64 {
		x := make([]float32, n)
		noise.Normal(x)
		wide := make([]float64, n)
		for i, v := range x {
			wide[i] = float64(v)
		}
		return wide
	}
	total := float64(k*(k+1)) / 2
	for c := range k {
		mixture.Weights = append(mixture.Weights, float64(c+1)/total)
		mixture.Means = append(mixture.Means, normal(dims))
		a := mat.NewDense(dims, dims, normal(dims*dims))
		var square mat.Dense
		square.Mul(a, a.T())
		rows := make([][]float64, dims)
		for i := range rows {
			for j := range dims {
				v := square.At(max(i, j), min(i, j)) / float64(4*dims)
				if i == j {
					v += 0.05
				}
				rows[i] = append(rows[i], v)
			}
		}
		mixture.Covariances = append(mixture.Covariances, rows)
	}
	return mixture
}

// TestPriorMoments compares 100,000 points of the prologue with the mixture: how many are of
// each component, and the mean and covariance of all.
func TestPriorMoments(t *testing.T) {
	for _, dims := range []int{2, 5} {
		m := testModel(t, models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}, Latent: dims})
		mixture := testMixture(m, 7)
		p, err := newPrior(mixture, m)
		if err != nil {
			t.Fatal(err)
		}
		const n = 100_000
		z := make([]float32, n*dims)
		noise := random.New(3, random.Probe, 0, 0)
		noise.Normal(z)

		// What is decoded of the component is N(0, I): by its first two moments and its tails.
		counts, turned, far := make([]float64, p.components), make([]float64, 5), 0.0
		for i := range n {
			row := append([]float32{}, z[i*dims:(i+1)*dims]...)
			counts[p.turn(row)]++
			a, b := float64(row[0]), float64(row[1])
			for j, v := range []float64{a, b, a * a, b * b, a * b} {
				turned[j] += v / n
			}
			if math.Abs(a) > 1.96 {
				far += 1.0 / n
			}
		}
		for j, want := range []float64{0, 0, 1, 1, 0} {
			if math.Abs(turned[j]-want) > 0.02 {
				t.Errorf("%d dimensions: moment %d of the turned noise is %.4f, want %g", dims, j, turned[j], want)
			}
		}
		if math.Abs(far-0.05) > 0.004 {
			t.Errorf("%d dimensions: %.4f of the turned noise is beyond 1.96, want 0.05", dims, far)
		}
		for k, w := range mixture.Weights {
			if share := counts[k] / n; math.Abs(share-w) > 5*math.Sqrt(w/n) {
				t.Errorf("%d dimensions: a share of %.4f of component %d, want %.4f", dims, share, k, w)
			}
		}

		mean, covariance := make([]float64, dims), make([]float64, dims*dims)
		points := p.points(z)
		for i := range n {
			for j := range dims {
				mean[j] += float64(points[i*dims+j]) / n
			}
		}
		for i := range n {
			for j := range dims {
				for k := range dims {
					covariance[j*dims+k] += (float64(points[i*dims+j]) - mean[j]) * (float64(points[i*dims+k]) - mean[k]) / n
				}
			}
		}
		wantMean, wantCovariance := moments(mixture)
		for j := range dims {
			if math.Abs(mean[j]-wantMean[j]) > 0.02 {
				t.Errorf("%d dimensions: mean %d is %.4f, want %.4f", dims, j, mean[j], wantMean[j])
			}
			for k := range dims {
				if got, want := covariance[j*dims+k], wantCovariance[j*dims+k]; math.Abs(got-want) > 0.03 {
					t.Errorf("%d dimensions: covariance %d, %d is %.4f, want %.4f", dims, j, k, got, want)
				}
			}
		}
	}
}

// moments returns the mean and the covariance of a mixture.
func moments(m *latent.Mixture) (mean, covariance []float64) {
	dims := m.Latent
	mean, covariance = make([]float64, dims), make([]float64, dims*dims)
	for c, w := range m.Weights {
		for j := range dims {
			mean[j] += w * m.Means[c][j]
		}
	}
	for c, w := range m.Weights {
		for j := range dims {
			for k := range dims {
				covariance[j*dims+k] += w * (m.Covariances[c][j][k] + (m.Means[c][j]-mean[j])*(m.Means[c][k]-mean[k]))
			}
		}
	}
	return mean, covariance
}

// priorFile returns a file that computes points alone.
func priorFile(t *testing.T, p *prior) []byte {
	t.Helper()
	b := onnx.NewBuilder("prior")
	input := func(name string, width int) onnx.Value {
		return b.Input(name, onnx.Float32, onnx.Named("batch"), onnx.Size(int64(width)))
	}
	z, label := input("z", p.latent), []onnx.Value(nil)
	switch {
	case p.byClass:
		label = append(label, input("label", p.components))
	case p.near != nil && p.near.byClass:
		label = append(label, input("label", len(p.near.number)))
	}
	b.Output("point", p.emit(b, z, label...))
	return enginetest.File(t, b, onnx.ModelOptions{})
}

// TestPriorByClass: each label has its own prior, in all engines, and labels between classes have
// points between theirs.
func TestPriorByClass(t *testing.T) {
	const dims, rows = 4, 60
	m := testModel(t, models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}, Latent: dims, Labels: []string{"a", "b", "c"}, Conditional: true})
	mixture := testMixture(m, 3)
	mixture.ByClass = true
	mixture.Weights = []float64{0, 0.5, 0.5} // which do not count
	p, err := newPrior(mixture, m)
	if err != nil {
		t.Fatal(err)
	}
	two := testMixture(m, 2)
	two.ByClass = true
	if _, err := newPrior(two, m); err == nil {
		t.Error("two components for three classes are no error")
	}
	factors, err := mixture.Factors()
	if err != nil {
		t.Fatal(err)
	}
	z, label, want := make([]float32, rows*dims), make([]float32, rows*3), make([]float32, rows*dims)
	noise := random.New(1, random.Probe, 0, 0)
	noise.Normal(z)
	for row := range rows {
		class := row % 3
		label[3*row+class] = 1
		if row >= rows/2 {
			label[3*row+class], label[3*row+(class+1)%3] = 0.25, 0.75
		}
		for k := range 3 {
			for i := range dims {
				v := mixture.Means[k][i]
				for j := range i + 1 {
					v += factors[k].At(i, j) * float64(z[row*dims+j])
				}
				want[row*dims+i] += label[3*row+k] * float32(v)
			}
		}
	}
	if d := contract.Difference(p.points(z, label), want); d > 1e-6 {
		t.Errorf("points differ by %g", d)
	}
	data := priorFile(t, p)
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		outputs, err := e.Run(t.Context(), data, onnx.Float32Tensor("z", []int64{rows, dims}, z), onnx.Float32Tensor("label", []int64{rows, 3}, label))
		if err != nil {
			t.Fatal(err)
		}
		got, err := outputs[0].Float32s()
		if err != nil {
			t.Fatal(err)
		}
		if d := contract.Difference(got, want); d > 2e-6 {
			t.Errorf("points differ by %g", d)
		}
	})
}

// TestPriorGraph: engines compute the points that the exporter expects, at the origin, on the
// axes, where arcs meet and far away too.
func TestPriorGraph(t *testing.T) {
	for _, dims := range []int{2, 4} {
		m := testModel(t, models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}, Latent: dims})
		mixture := testMixture(m, 5)
		mixture.Weights[0], mixture.Weights[1] = 0, mixture.Weights[0]+mixture.Weights[1] // one that is never drawn
		mixture.Weights[2], mixture.Weights[3] = 1e-4, mixture.Weights[2]+mixture.Weights[3]-1e-4
		p, err := newPrior(mixture, m)
		if err != nil {
			t.Fatal(err)
		}
		data := priorFile(t, p)
		var z []float32
		for _, x := range []float64{0, 1e-40, 1e-25, 1, 3e38, math.Inf(1)} {
			for _, y := range []float64{0, 1e-40, 1, 3e38} {
				for _, s := range [][2]float64{{1, 1}, {1, -1}, {-1, 1}, {-1, -1}} {
					z = append(z, float32(s[0]*x), float32(s[1]*y))
					z = append(z, make([]float32, dims-2)...)
				}
			}
		}
		for _, u := range p.lower { // in turns from -y, where arcs begin
			for _, d := range []float64{-1e-6, -1e-7, 0, 1e-7, 1e-6} {
				angle := 2 * math.Pi * (float64(u) - 0.25 + d)
				z = append(z, float32(2*math.Cos(angle)), float32(2*math.Sin(angle)))
				z = append(z, make([]float32, dims-2)...)
			}
		}
		more := make([]float32, 1000*dims)
		noise := random.New(1, random.Probe, 0, 0)
		noise.Normal(more)
		z = append(z, more...)
		want := p.points(z)
		for i, v := range want {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatalf("the point for %v is %v", z[i/dims*dims:i/dims*dims+dims], want[i/dims*dims:i/dims*dims+dims])
			}
		}
		enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
			outputs, err := e.Run(t.Context(), data, onnx.Float32Tensor("z", []int64{int64(len(z) / dims), int64(dims)}, z))
			if err != nil {
				t.Fatal(err)
			}
			got, err := outputs[0].Float32s()
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(z); i += dims { // each by itself: far away the numbers are large
				if d := contract.Difference(got[i:i+dims], want[i:i+dims]); d > 2e-6 {
					t.Errorf("%v gives %v, want %v: differs by %g", z[i:i+dims], got[i:i+dims], want[i:i+dims], d)
				}
			}
		})
	}
}

// TestPriorFiles writes decoders with priors and lets the engines verify them.
func TestPriorFiles(t *testing.T) {
	for _, c := range []models.Config{
		{Image: models.Shape{H: 9, W: 8, C: 1}},
		conditional(models.Config{Arch: "mlp", Image: models.Shape{H: 6, W: 5, C: 3}, Latent: 9}),
		{Arch: "ladder", Image: models.Shape{H: 16, W: 15, C: 1}, Groups: []int{2, 1}, Width: 2},
	} {
		m := testModel(t, c)
		m.LatentStats = &models.LatentStats{Mean: make([]float64, m.Config.Latent), Std: make([]float64, m.Config.Latent)}
		for _, o := range []Options{{}, {Opset: 13, Precision: models.INT8}, {Opset: 22, Precision: models.FP16}} {
			o.Prior = testMixture(m, 6)
			t.Run(fmt.Sprint(c.Arch, o.Opset), func(t *testing.T) {
				enginetest.Each(t, func(t *testing.T, e *engine.Engine, run engine.Options) {
					path := filepath.Join(t.TempDir(), "sampler.onnx")
					results, err := Write(t.Context(), m, Paths{Sampler: path}, e, o)
					if err != nil {
						t.Fatal(err)
					}
					if !results[0].Verified {
						t.Error("was not run")
					}
				})
			})
		}
		model, err := Sampler(m, Options{Prior: testMixture(m, 6)})
		if err != nil {
			t.Fatal(err)
		}
		d, err := contract.Read(model)
		if err != nil {
			t.Fatal(err)
		}
		if d.Prior == nil || *d.Prior != (contract.Prior{Kind: "mixture", Components: 6, ModelID: m.ID()}) || d.ModelID == m.ID() || len(d.ModelID) != len(m.ID()) || d.LatentStats != nil || d.LatentGroups != nil {
			t.Errorf("metadata %+v", d)
		}
	}
}

// TestPriorOfModel: without another mixture a sampler draws from the model's own.
func TestPriorOfModel(t *testing.T) {
	m := testModel(t, models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}})
	id := func(o Options) string {
		t.Helper()
		model, err := Sampler(m, o)
		if err != nil {
			t.Fatal(err)
		}
		id, _ := model.MetadataValue(contract.KeyModelID)
		return id
	}
	own, other := testMixture(m, 2), testMixture(m, 3)
	m.Prior = own
	if got := id(Options{}); got != id(Options{Prior: own}) {
		t.Error("does not draw from the model's prior")
	}
	if got := id(Options{Prior: other}); got == id(Options{}) {
		t.Error("does not draw from the mixture that was given")
	}
}

func TestPriorErrors(t *testing.T) {
	m := testModel(t, models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}})
	if _, err := Sampler(m, Options{}); !errors.As(err, new(*NoPriorError)) {
		t.Errorf("error %v, want a NoPriorError", err)
	}
	other := testMixture(m, 2)
	other.ModelID = "another"
	if _, err := Sampler(m, Options{Prior: other}); errors.As(err, new(*latent.SpaceError)) == false {
		t.Errorf("error %v, want one about another model", err)
	}
	broken := testMixture(m, 2)
	broken.Weights[0] = 2
	if _, err := Sampler(m, Options{Prior: broken}); err == nil {
		t.Error("weights that are none are no error")
	}
	flat := testModel(t, models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}, Latent: 1})
	if _, err := Sampler(flat, Options{Prior: testMixture(flat, 2)}); err == nil {
		t.Error("one latent dimension is no error")
	}
}
