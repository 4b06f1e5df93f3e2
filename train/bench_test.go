package train

import (
	"errors"
	"runtime"
	"testing"

	"govae/dataset"
	"govae/internal/alloctest"
	"govae/internal/random"
	"govae/models"
)

// stepFlops are the floating point operations of one image in a training step of
// the reference network: a multiply-add counts two, the backward pass twice the
// forward pass, less the gradient of the first layer's input.
const stepFlops = 2 * (3*(56448+903168+802816+2*512+6272+1806336+3612672+225792) - 56448)

// BenchmarkStep is one training step of the reference network at batch 128, on
// all cores and on one, in each arithmetic. It must not allocate.
func BenchmarkStep(b *testing.B) {
	for _, compute := range Computes() {
		for name, threads := range map[string]int{"all": runtime.GOMAXPROCS(0), "one": 1} {
			b.Run(compute+"/"+name, func(b *testing.B) { benchmarkStep(b, benchRun(b, threads, compute)) })
		}
	}
}

func benchmarkStep(b *testing.B, r *run) {
	index := make([]int, r.Batch)
	dataset.Order(index, 1, 0)
	batch := planned{images: index}
	r.prepare(batch)
	step := func() {
		if err := r.trainBatch(batch); err != nil {
			b.Fatal(err)
		}
	}
	alloctest.None(b, "a step", step)
	for b.Loop() {
		step()
	}
	perImage := b.Elapsed().Seconds() / float64(b.N*r.Batch)
	b.ReportMetric(1/perImage, "images/s")
	b.ReportMetric(stepFlops/perImage/1e9, "GFLOP/s")
}

// TestStepAllocatesNothing takes steps with every likelihood.
func TestStepAllocatesNothing(t *testing.T) {
	for name, c := range map[string]models.Config{
		"bernoulli": {},
		"augmented": {},
		"gaussian":  {Likelihood: models.Gaussian},
		"learned":   {Likelihood: models.Gaussian, LearnSigma: true, Latent: 5},
		"optimal":   {Likelihood: models.Gaussian, OptimalSigma: true},
		"logistic":  {Likelihood: models.Logistic},
		"weighed":   {},
		"bf16":      {},
		"free bits": {},
		"labelled":  conditional(models.Config{}),
	} {
		t.Run(name, func(t *testing.T) {
			data := &dataset.Data{Train: labelled(noiseImages(24, dataset.Shape{H: 10, W: 9, C: 3}), c), Classes: c.Labels}
			data.Test, c.Image = data.Train, data.Train.Shape
			m, err := models.New(c, 1)
			if err != nil {
				t.Fatal(err)
			}
			o := Options{Threads: 2, Batch: 16}
			switch name {
			case "augmented":
				o.Augment, o.Binarize, o.Clip = everything, Dynamic, 1
			case "bf16":
				needs(t, BFloat16)
				o.Compute, o.Optimizer = BFloat16, Muon
			case "weighed":
				o.Importance = 3
			case "free bits":
				o.FreeBits, o.LR, o.Beta = FreeBits{Nats: 1}, Course{Kind: OneCycle}, Warmup{To: 1, Epochs: 2}
			}
			r, err := newRun(m, data, o)
			if err != nil {
				t.Fatal(err)
			}
			defer r.close()
			index := make([]int, 24)
			dataset.Order(index, 1, 0)
			first, second := planned{images: index[:16]}, planned{images: index[16:]}
			r.prepare(first)
			step := func() {
				for _, next := range []planned{second, first} {
					if err := r.trainBatch(next); err != nil {
						t.Fatal(err)
					}
				}
			}
			alloctest.None(t, "two steps", step)
		})
	}
}

// BenchmarkAugment changes one image of 64x64x3, by moving pixels and by interpolation.
func BenchmarkAugment(b *testing.B) {
	s := dataset.Shape{H: 64, W: 64, C: 3}
	image, x := noiseImages(1, s).At(0), make([]float32, s.Len())
	for _, a := range []Augment{flip | shift, rotate, everything} {
		b.Run(a.String(), func(b *testing.B) {
			b.ReportAllocs()
			for i := uint32(0); b.Loop(); i++ {
				r := random.New(1, random.TrainAugment, 0, i)
				a.apply(x, image, s, &r)
			}
		})
	}
}

// BenchmarkLoad is the preparation of a batch: bytes to float32, and noise.
func BenchmarkLoad(b *testing.B) {
	r := benchRun(b, 0, Float32)
	index := make([]int, r.Batch)
	dataset.Order(index, 1, 0)
	for b.Loop() {
		r.pipeline.load(r.train, index, 1, random.TrainNoise, 0)
	}
}

func benchRun(b *testing.B, threads int, compute string) *run {
	b.Helper()
	data := &dataset.Data{Train: noiseImages(128, dataset.Shape{H: 28, W: 28, C: 1})}
	data.Test = data.Train
	m, err := models.New(models.Config{Image: data.Train.Shape}, 1)
	if err != nil {
		b.Fatal(err)
	}
	r, err := newRun(m, data, Options{Threads: threads, Compute: compute})
	if _, ok := errors.AsType[*ComputeError](err); ok {
		b.Skip(err)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(r.close)
	return r
}
