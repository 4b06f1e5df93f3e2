package train

import (
	"testing"

	"govae/internal/gradienttest"
	"govae/internal/random"
	"govae/models"
)

// TestFreeBitsGradient compares with differences of the loss, of whose divergences some are
// free.
func TestFreeBitsGradient(t *testing.T) {
	m := smallModel(t, models.Config{Arch: "mlp", Hidden: []int{7}, Activation: "tanh", Latent: 4, Image: smallShape})
	for i, p := range m.Params() { // divergences that differ
		r := random.New(1, random.Probe, 0, uint32(i))
		bias := make([]float32, p.Len())
		r.Normal(bias)
		for j := range bias {
			p.Value[j] += bias[j] / 4
		}
	}
	const n, beta = 3, 1.7
	for _, group := range []bool{false, true} {
		e := testTrainer(t, m, 2, n, beta)
		batch := e.pipeline.load(noiseImages(n, smallShape), []int{2, 0, 1}, 1, random.TrainNoise, 0)
		terms := e.terms(batch, 0, nil).over(n)
		kl := terms.KLByDimension
		for _, f := range []FreeBits{{0, group}, {(kl[0] + kl[1]) / 2, group}, {terms.KL * 0.9, group}, {terms.KL * 1.1, group}} {
			e.objective = &ELBO{Beta: Constant(beta), FreeBits: f}
			free := 0
			loss := func() float64 {
				mean := e.terms(batch, 0, nil).over(n)
				kl := mean.KLByDimension
				if f.Group {
					kl = []float64{mean.KL}
				}
				loss := mean.Reconstruction
				free = 0
				for _, v := range kl {
					if v < f.Nats {
						free++
					}
					loss += beta * max(v, f.Nats)
				}
				return loss
			}
			grad := make([]float32, len(m.Theta))
			e.terms(batch, 1, grad)
			for _, p := range m.Params() {
				gradienttest.Check(t, p.Name, p.Value, p.In(grad), 2e-3, 0.02, loss)
			}
			t.Logf("%v: %d free", f, free)
		}
	}
}

func TestFreeBitsText(t *testing.T) {
	for text, want := range map[string]FreeBits{"0": {}, "0.5": {Nats: 0.5}, "2/group": {2, true}, "0/group": {}} {
		var got FreeBits
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %+v (%v), want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "NaN", "Inf", "1/dimension", "group"} {
		if err := new(FreeBits).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q are free bits", text)
		}
	}
}
