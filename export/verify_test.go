package export

import (
	"math"
	"testing"

	"govae/contract"
	"govae/dataset"
	"govae/internal/kernel/kerneltest"
	"govae/models"
)

// TestTolerated: rounding explains more where weights are large and cancel each other, as they
// may be after long training, and the usual difference elsewhere.
func TestTolerated(t *testing.T) {
	k := kerneltest.New(t, 1)
	m, err := models.New(models.Config{Arch: "mlp", Hidden: []int{32}, Activation: "tanh", Latent: 3, Image: dataset.Shape{H: 20, W: 20, C: 1}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	inputs := [][]float32{make([]float32, passRows*400)}
	for i := range inputs[0] {
		inputs[0][i] = float32(i%101) / 101
	}
	tolerance := func() float64 {
		p := newPass(m, k)
		return tolerated(p, encoder, inputs, encoder.forward(p, inputs))
	}
	if got := tolerance(); got != Tolerance {
		t.Errorf("the tolerance of a new model is %g, want %g", got, float64(Tolerance))
	}
	for i := range m.Theta {
		m.Theta[i] *= 100
	}
	if got := tolerance(); !(got > Tolerance && got < 1e-3) || math.IsInf(got, 0) {
		t.Errorf("the tolerance of large weights is %g, want more than %g and less than 1e-3", got, float64(Tolerance))
	}

	// What another order of the same sums changes is tolerated.
	t.Setenv("VAE_KERNEL", "gonum")
	portable := kerneltest.New(t, 1)
	got, want := encoder.forward(newPass(m, portable), inputs), encoder.forward(newPass(m, k), inputs)
	for i := range got {
		if d := contract.Difference(got[i], want[i]); d > tolerance() {
			t.Errorf("output %d differs by %g between kernels, more than %g", i, d, tolerance())
		}
	}
}
