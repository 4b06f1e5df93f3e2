package train

import (
	"math"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"govae/latent"
	"govae/models"
)

// TestPrior: the prior has the moments of the codes, by another library.
func TestPrior(t *testing.T) {
	d := smallData()
	images := d.Train
	for _, dims := range []int{leastFitted - 1, leastFitted} {
		dir := t.TempDir()
		m := smallModel(t, models.Config{Arch: "mlp", Image: images.Shape, Hidden: []int{5}, Latent: dims})
		if _, err := Run(t.Context(), m, d, Options{Dir: dir, Epochs: 1}); err != nil {
			t.Fatal(err)
		}
		prior, err := latent.ReadMixture(filepath.Join(dir, models.PriorFile))
		if dims < leastFitted {
			if err == nil {
				t.Errorf("%d dimensions have a prior", dims)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		x, index := make([]float32, images.Len()*images.Shape.Len()), make([]int, images.Len())
		for i := range index {
			index[i] = i
		}
		images.Floats(x, index)
		mean, logVar := m.NewEvaluator(testKernel(t, 1), images.Len()).Encode(x)
		codes := mat.NewDense(images.Len(), dims, nil)
		for i, v := range mean {
			codes.Set(i/dims, i%dims, float64(v))
		}
		var want mat.SymDense
		stat.CovarianceMatrix(&want, codes, nil)
		want.ScaleSym(1-1/float64(images.Len()), &want) // the mean over n, not n - 1
		for i, v := range logVar {
			k := i % dims
			want.SetSym(k, k, want.At(k, k)+math.Exp(float64(v))/float64(images.Len()))
		}
		for i := range dims {
			for j := range dims {
				if got := prior.Covariances[0][i][j]; math.Abs(got-want.At(i, j)) > 1e-5 {
					t.Errorf("covariance %d, %d is %g, want %g", i, j, got, want.At(i, j))
				}
			}
			if got, want := prior.Means[0][i], stat.Mean(mat.Col(nil, i, codes), nil); math.Abs(got-want) > 1e-6 {
				t.Errorf("mean %d is %g, want %g", i, got, want)
			}
		}
		if prior.ModelID != m.ID() {
			t.Errorf("model id %s, want %s", prior.ModelID, m.ID())
		}
	}
}

// TestPriorByClass: each class has a prior between that of its own codes and that of all, by how
// many codes it has for each dimension, and one without images that of all.
func TestPriorByClass(t *testing.T) {
	d := smallData()
	images := d.Train
	images.Labels, d.Test.Labels = make([]int, images.Len()), make([]int, d.Test.Len())
	for i := range images.Labels {
		images.Labels[i] = i % 3 % 2 // twice as many of class 0
	}
	d.Classes = []string{"a", "b", "none"}
	const l = leastFitted
	m := smallModel(t, models.Config{Arch: "mlp", Image: images.Shape, Hidden: []int{5}, Latent: l, Labels: d.Classes, Conditional: true})
	r, err := newRun(m, d, Options{Epochs: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	c, err := r.codes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all, err := r.moments(t.Context(), images, l)
	if err != nil {
		t.Fatal(err)
	}
	if !c.prior.ByClass || len(c.prior.Means) != 3 {
		t.Fatalf("a prior by class: %v, of %d", c.prior.ByClass, len(c.prior.Means))
	}
	for class := range 3 {
		var index []int
		for i, label := range images.Labels {
			if label == class {
				index = append(index, i)
			}
		}
		share, own := 0.0, all
		if index != nil {
			share = float64(len(index)) / float64(len(index)+l)
			if own, err = r.moments(t.Context(), images.Select(index), l); err != nil {
				t.Fatal(err)
			}
		}
		for i := range l {
			if want := share*own.mean[i] + (1-share)*all.mean[i]; math.Abs(c.prior.Means[class][i]-want) > 1e-9 {
				t.Errorf("class %d: mean %d is %g, want %g", class, i, c.prior.Means[class][i], want)
			}
			for j := range i {
				if want := share*own.covariance.At(i, j) + (1-share)*all.covariance.At(i, j); math.Abs(c.prior.Covariances[class][i][j]-want) > 1e-9 {
					t.Errorf("class %d: covariance %d, %d is %g, want %g", class, i, j, c.prior.Covariances[class][i][j], want)
				}
			}
		}
	}
	if z, _, err := r.sampled(c.prior); err != nil || len(z) != 3*sampleRow*l {
		t.Errorf("%d values of samples, error %v", len(z), err)
	}
}
