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
