package train

import (
	"math"
	"testing"

	"govae/internal/random"
	"govae/models"
)

// TestOptimalSigma: a step takes the sigma of its batch, whose loss is that of Rybkin et
// al., values/2 (log MSE + log 2 pi + 1); a smaller batch than usual, part of the way;
// evaluation none.
func TestOptimalSigma(t *testing.T) {
	c := models.Config{Image: models.Shape{H: 6, W: 5, C: 3}, Likelihood: models.Gaussian, OptimalSigma: true}
	m := smallModel(t, c)
	const n = 4
	e := testTrainer(t, m, 2, n, 1)
	images := noiseImages(n, c.Image)
	grad := make([]float32, len(m.Theta))
	errorOf := func(x []float32) (mse float64) {
		for i, l := range e.net.Logits() {
			d := float64(x[i]) - 1/(1+math.Exp(-float64(l)))
			mse += d * d / float64(len(x))
		}
		return mse
	}
	load := func(index ...int) *Batch { return e.pipeline.load(images, index, 1, random.TrainNoise, 0) }

	start := m.Sigma()
	batch := load(0, 1, 2, 3)
	if e.terms(batch, 0, nil); m.Sigma() != start {
		t.Error("evaluation changes sigma")
	}
	got := e.terms(batch, 1, grad)
	mse, values := errorOf(batch.Image), float64(len(batch.Image))
	if math.Abs(m.Sigma()-math.Sqrt(mse)) > 1e-5 {
		t.Errorf("sigma %v, want the root of %v", m.Sigma(), mse)
	}
	if want := values / 2 * (math.Log(mse) + math.Log(2*math.Pi) + 1); math.Abs(got.Reconstruction-want) > 1e-4*math.Abs(want) {
		t.Errorf("loss %v, want %v", got.Reconstruction, want)
	}
	before := m.Sigma()
	batch = load(2)
	e.terms(batch, 1, grad)
	if want := math.Sqrt(before*before*3/4 + errorOf(batch.Image)/4); math.Abs(m.Sigma()-want) > 1e-5 {
		t.Errorf("after a quarter of a batch sigma is %v, want %v", m.Sigma(), want)
	}
}

// TestScaleOfTheKeptWeights: a run leaves the scale that fits the training images with the
// weights that it leaves, whatever the images for test.
func TestScaleOfTheKeptWeights(t *testing.T) {
	for _, c := range []models.Config{
		{Arch: "mlp", Hidden: []int{8}, Image: smallShape, Likelihood: models.Gaussian, OptimalSigma: true},
		{Arch: "mlp", Hidden: []int{8}, Image: smallShape, Likelihood: models.Logistic},
	} {
		scales := map[float64]bool{}
		for _, test := range []int{3, 10} {
			m, data := smallModel(t, c), smallData()
			data.Test = data.Test.Head(test)
			metrics, err := Run(t.Context(), m, data, Options{Epochs: 3, Batch: 16, LR: Constant(0.01), Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			e := testTrainer(t, m, 1, 40, 1)
			index := make([]int, 40)
			for i := range index {
				index[i] = i
			}
			e.terms(e.pipeline.load(data.Train, index, 0, random.EvalNoise, int(trainSplit)), 0, nil)
			if d := e.net.ScaleGradient() / float64(len(data.Train.Pixels)); math.Abs(d) > 0.01 {
				t.Errorf("%s: the derivative by log scale is %v at the end, want 0", c.Likelihood, d)
			}
			scales[m.Sigma()+m.Scale()] = true
			last := metrics[2].Test
			if want := m.BitsPerDimension(-last.ELBO()); want == 0 || math.Abs(last.BitsPerDimension-want) > 1e-12 {
				t.Errorf("%s: %v bits per dimension, want %v", c.Likelihood, last.BitsPerDimension, want)
			}
		}
		if len(scales) != 1 {
			t.Errorf("%s: the scale depends on the images for test: %v", c.Likelihood, scales)
		}
	}
}
