package export

import (
	"math"
	"testing"

	"govae/contract"
	"govae/engine"
	"govae/engine/enginetest"
	"govae/infer"
	"govae/internal/random"
	"govae/latent"
	"govae/models"
	"govae/onnx"
)

// withExemplars gives each component of m some exemplars, of different numbers.
func withExemplars(m *latent.Mixture, spread float64) *latent.Mixture {
	m.Exemplars = &latent.Exemplars{Spread: spread}
	noise := random.New(1, random.Probe, 9, 0)
	for k := range m.Weights {
		codes := make([][]float32, 3+2*k)
		for i := range codes {
			codes[i] = make([]float32, m.Latent)
			noise.Normal(codes[i])
		}
		m.Exemplars.Codes = append(m.Exemplars.Codes, codes)
	}
	return m
}

// TestExemplarsMoments draws 100,000 points near exemplars: as many near each, about what is left of it, with the covariance of
// the component scaled by the spread but for the last two dimensions.
func TestExemplarsMoments(t *testing.T) {
	const dims, n = 5, 100_000
	m := testModel(t, models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}, Latent: dims})
	mixture := withExemplars(testMixture(m, 1), 0.6)
	p, err := newPrior(mixture, m)
	if err != nil {
		t.Fatal(err)
	}
	z := make([]float32, n*dims)
	noise := random.New(3, random.Probe, 0, 0)
	noise.Normal(z)
	points := p.points(z)
	codes := mixture.Exemplars.Codes[0]
	counts := make([]float64, len(codes))
	var mean [dims]float64
	var covariance [dims][dims]float64
	for row := range n {
		u, _ := angle(z[row*dims+dims-2], z[row*dims+dims-1])
		near := min(int(u*float32(len(codes))), len(codes)-1)
		counts[near]++
		var off [dims]float64
		for i := range off {
			centre := mixture.Means[0][i] + 0.8*(float64(codes[near][i])-mixture.Means[0][i])
			off[i] = float64(points[row*dims+i]) - centre
			mean[i] += off[i] / n
			for j := range i + 1 {
				covariance[i][j] += off[i] * off[j] / n
			}
		}
	}
	for k, count := range counts {
		if math.Abs(count/n-1/float64(len(codes))) > 0.01 {
			t.Errorf("a share of %.4f near exemplar %d of %d", count/n, k, len(codes))
		}
	}
	for i := range dims {
		if math.Abs(mean[i]) > 0.01 {
			t.Errorf("dimension %d lies %.4f from the exemplars on average", i, mean[i])
		}
		for j := range i + 1 {
			if got, want := covariance[i][j], 0.36*mixture.Covariances[0][i][j]; math.Abs(got-want) > 0.02 {
				t.Errorf("covariance %d, %d is %.4f, want %.4f", i, j, got, want)
			}
		}
	}
}

// TestExemplarsOfAClass: with the label of a class the points are those of what is drawn from for it alone.
func TestExemplarsOfAClass(t *testing.T) {
	const dims, rows = 5, 50
	m := testModel(t, conditional(models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}, Latent: dims}))
	k := len(m.Config.Labels)
	z := make([]float32, rows*dims)
	noise := random.New(4, random.Probe, 0, 0)
	noise.Normal(z)
	one, each := withExemplars(testMixture(m, 1), 0.6), withExemplars(testMixture(m, k), 0.6)
	one.Exemplars.Codes, one.Exemplars.ByClass = each.Exemplars.Codes, true
	each.ByClass = true
	for name, mixture := range map[string]*latent.Mixture{"one component": one, "a component of each class": each} {
		p, err := newPrior(mixture, m)
		if err != nil {
			t.Fatal(err)
		}
		for class := range k {
			label := make([]float32, rows*k)
			for row := range rows {
				label[row*k+class] = 1
			}
			of := mixture.Of(class)
			of.ModelID = mixture.ModelID
			alone, err := newPrior(of, m)
			if err != nil {
				t.Fatal(err)
			}
			if d := contract.Difference(p.points(z, label), alone.points(z)); d > 1e-6 {
				t.Errorf("%s, class %d: differs by %g", name, class, d)
			}
		}
	}
}

// TestExemplarsGraph: engines compute the points that the exporter expects, of one component, of several and of
// classes, also where labels lie between them.
func TestExemplarsGraph(t *testing.T) {
	const dims, rows = 5, 600
	config := models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}, Latent: dims}
	classes := conditional(config)
	z := make([]float32, rows*dims)
	noise := random.New(2, random.Probe, 0, 0)
	noise.Normal(z)
	for i, v := range []float32{0, 1, -1, 3e38, 1e-40} { // the last two coordinates along the axes, and at the origin
		z[(2*i+1)*dims-1], z[(2*i+1)*dims-2] = v, 0
		z[(2*i+2)*dims-1], z[(2*i+2)*dims-2] = 0, v
	}
	for name, tt := range map[string]struct {
		config     models.Config
		components int
	}{"one": {config, 1}, "several": {config, 3}, "classes": {classes, len(classes.Labels)}, "exemplars of classes": {classes, 1}} {
		t.Run(name, func(t *testing.T) {
			m := testModel(t, tt.config)
			mixture := withExemplars(testMixture(m, tt.components), 0.6)
			k := len(tt.config.Labels)
			if tt.components < k {
				of := withExemplars(testMixture(m, k), 0.6).Exemplars
				mixture.Exemplars, of.ByClass = of, true
			}
			inputs := []*onnx.Tensor{onnx.Float32Tensor("z", []int64{rows, dims}, z)}
			var labels [][]float32
			mixture.ByClass = k > 0 && tt.components == k
			if k > 0 {
				label := make([]float32, rows*k)
				for row := range rows {
					label[row*k+row%k] = 1
					if row%7 == 0 {
						label[row*k+row%k], label[row*k+(row+1)%k] = 0.25, 0.75
					}
				}
				labels = append(labels, label)
				inputs = append(inputs, onnx.Float32Tensor("label", []int64{rows, int64(k)}, label))
			} else if tt.components > 1 {
				mixture.Weights = []float64{0.5, 0, 0.5} // the second is never drawn
			}
			p, err := newPrior(mixture, m)
			if err != nil {
				t.Fatal(err)
			}
			want, data := p.points(z, labels...), priorFile(t, p)
			enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
				outputs, err := e.Run(t.Context(), data, inputs...)
				if err != nil {
					t.Fatal(err)
				}
				got, err := outputs[0].Float32s()
				if err != nil {
					t.Fatal(err)
				}
				for i := 0; i < len(z); i += dims {
					if d := contract.Difference(got[i:i+dims], want[i:i+dims]); d > 2e-6 {
						t.Errorf("%v gives %v, want %v: differs by %g", z[i:i+dims], got[i:i+dims], want[i:i+dims], d)
					}
				}
			})
			model, err := Sampler(m, Options{Prior: mixture})
			if err != nil {
				t.Fatal(err)
			}
			decoder, err := infer.NewDecoder(model, infer.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer decoder.Close()
			if k > 0 {
				if decoder, err = decoder.WithLabel(func(row int, weights []float32) error {
					copy(weights, labels[0][row*len(weights):])
					return nil
				}); err != nil {
					t.Fatal(err)
				}
			}
			if points, err := decoder.PriorPoints(t.Context(), z); err != nil || contract.Difference(points, want) > 2e-6 {
				t.Errorf("the points of a session are others, error %v", err)
			}
			if _, err := decoder.PriorPoints(t.Context(), z[1:]); err == nil {
				t.Error("points of no dimensions")
			}
			d, err := contract.Read(model)
			if err != nil {
				t.Fatal(err)
			}
			number := mixture.Exemplars.Len()
			if name == "several" {
				number -= len(mixture.Exemplars.Codes[1])
			}
			if d.Prior == nil || d.Prior.Exemplars != number || d.Prior.ExemplarsByClass != (k > 0) {
				t.Errorf("%+v, want %d exemplars", d.Prior, number)
			}
			mixture.Exemplars = nil
			plain, err := newPrior(mixture, m)
			if err != nil || plain.id == p.id {
				t.Errorf("exemplars do not change the id of the latent space, error %v", err)
			}
		})
	}
	for dims, components := range map[int]int{3: 2, 1: 1} { // which would be chosen by the same coordinates, or by none
		m := testModel(t, models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}, Latent: dims})
		if _, err := newPrior(withExemplars(testMixture(m, components), 0.6), m); err == nil {
			t.Errorf("%d components with exemplars in %d dimensions are no error", components, dims)
		}
	}
}
