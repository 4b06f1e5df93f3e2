package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"

	"govae/internal/random"
)

// report adds GFLOP/s and the share of the peak of float32 of the threads in use.
func report(b *testing.B, k *Kernel, flop float64) {
	rate := flop * float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(rate/1e9, "GFLOP/s")
	if k.isa.peak != nil {
		p := k.isa.flops(100_000, 20)
		b.ReportMetric(100*rate/(p*float64(k.Threads())), "%peak")
	}
}

func BenchmarkSgemm(b *testing.B) {
	type shape struct{ m, n, k int }
	products := []struct {
		name   string
		tA, tB blas.Transpose
		shape  func(s shape) shape // the product of this kind for a forward m x n x k
	}{
		{"forward", blas.NoTrans, blas.NoTrans, func(s shape) shape { return s }},
		{"input", blas.NoTrans, blas.Trans, func(s shape) shape { return shape{s.m, s.k, s.n} }},
		{"weights", blas.Trans, blas.NoTrans, func(s shape) shape { return shape{s.k, s.n, s.m} }},
	}
	k := newKernel(b, 1)
	for _, forward := range []shape{{25088, 32, 9}, {6272, 64, 288}, {128, 256, 3136}, {6272, 576, 64}, {25088, 288, 64}} {
		for _, p := range products {
			s := p.shape(forward)
			b.Run(fmt.Sprintf("%dx%dx%d/%s", forward.m, forward.n, forward.k, p.name), func(b *testing.B) {
				lda, ldb := s.k, s.n
				if p.tA != blas.NoTrans {
					lda = s.m
				}
				if p.tB != blas.NoTrans {
					ldb = s.k
				}
				x, y, c := normal(1, s.m*s.k), normal(2, s.k*s.n), make([]float32, s.m*s.n)
				multiply := func() { k.Sgemm(p.tA, p.tB, s.m, s.n, s.k, 1, x, lda, y, ldb, 0, c, s.n) }
				multiply() // touches memory for the first time
				for b.Loop() {
					multiply()
				}
				report(b, k, 2*float64(s.m)*float64(s.n)*float64(s.k))
			})
		}
	}
}

func BenchmarkConv(b *testing.B) {
	const n = 128
	for threads := 1; threads <= 2; threads++ {
		k := newKernel(b, threads)
		for i, name := range []string{"conv1", "conv2", "convT1", "convT2", "convT3", "convT 4x4 to 1", "convT 4x4 to 3"} {
			s := append(geometries[:5:5],
				Conv{H: 28, W: 28, C: 1, OH: 14, OW: 14, K: 32, KH: 4, KW: 4, Stride: 2, Pad: 1},
				Conv{H: 28, W: 28, C: 3, OH: 14, OW: 14, K: 32, KH: 4, KW: 4, Stride: 2, Pad: 1})[i]
			x, w, y := normal(1, n*s.in()), normal(2, s.weights()), normal(3, n*s.out())
			dw, outBias, inBias := make([]float32, s.weights()), make([]float32, s.K), make([]float32, s.C)
			for _, op := range []struct {
				name string
				do   func()
			}{
				{"forward", func() { k.ConvForward(&s, n, y, x, w, outBias, true) }},
				{"input", func() { k.ConvBackwardInput(&s, n, x, y, w, inBias, true) }},
				{"weights", func() { k.ConvBackwardWeights(&s, n, dw, x, y) }},
			} {
				b.Run(fmt.Sprintf("%s/%s/threads=%d", name, op.name, threads), func(b *testing.B) {
					for b.Loop() {
						op.do()
					}
					flop := 2 * float64(n*s.OH*s.OW*s.K) * float64(s.KH*s.KW*s.C)
					report(b, k, flop)
				})
			}
		}
	}
}

func BenchmarkVector(b *testing.B) {
	k := newKernel(b, 2)
	const n, parameters = 128, 884_000
	x, y, loss := make([]float32, n*784), normal(1, n*784), make([]float64, n)
	theta, average, g := normal(1, parameters), make([]float32, parameters), normal(2, parameters)
	m, v := make([]float32, parameters), make([]float32, parameters)
	faded := slices.Repeat([]float32{math.SmallestNonzeroFloat32}, parameters) // what is left of gradients that became 0
	none := make([]float32, parameters)
	latent := [6][]float32{}
	for i := range latent {
		latent[i] = make([]float32, 2*n)
	}
	eps, index, pixels := latent[0], make([]int, n), make([]byte, len(x))
	act, dact, db := normal(1, n*784*32), normal(2, n*784*32), make([]float32, 32)
	groups := &GroupNorm{Pixels: 784, C: 32, Groups: 8, Epsilon: 1e-5}
	stats, shift := make([]float32, n*groups.Stats()), make([]float32, 32)
	halving := &Halving{28, 28, 32}
	for _, op := range []struct {
		name  string
		bytes int
		do    func()
	}{
		{"Adam", 9 * 4 * parameters, func() { k.Adam(theta, average, m, v, g, 1e-3, 0.9, 0.999, 1e-8, 0.1, 10) }},
		{"AdamFaded", 9 * 4 * parameters, func() { k.Adam(theta, average, faded, v, none, 1e-3, 0.9, 0.999, 1e-8, 0.1, 10) }},
		{"Bernoulli", 3 * 4 * len(x), func() { k.Bernoulli(loss, x, y, y, 1) }},
		{"Gaussian", 3 * 4 * len(x), func() { k.Gaussian(loss, x, y, y, 1) }},
		{"Logistic", 3 * 4 * len(x), func() { k.Logistic(loss, x, y, y, 0.1, 1) }},
		{"Sigmoid", 2 * 4 * len(x), func() { k.Sigmoid(x, y) }},
		{"Tanh", 2 * 4 * len(x), func() { k.Tanh(x, y) }},
		{"TanhGradient", 3 * 4 * len(x), func() { k.TanhGradient(x, y) }},
		{"Pixels", 5 * len(x), func() { k.Pixels(x, pixels) }},
		{"Normal", 4 * len(eps), func() { k.Normal(eps, 1, random.TrainNoise, 0, index) }},
		{"Sample", 4 * 4 * len(eps), func() { sample(k, eps, latent[1], latent[2], latent[3]) }},
		{"SampleGradient", 6 * 4 * len(eps), func() {
			sampleGradient(k, latent[1], latent[2], latent[3], latent[4], latent[5], eps, 1./n)
		}},
		{"BiasGradient", 3 * 4 * len(act), func() { k.BiasGradient(128, db, dact, act, 32, true) }},
		{"Add", 3 * 4 * len(act), func() { k.Add(act, act, dact) }},
		{"LeakyReLU", 2 * 4 * len(act), func() { k.LeakyReLU(dact, act, act, 0.2) }},
		{"SiLU", 2 * 4 * len(act), func() { k.SiLU(dact, act) }},
		{"SiLUGradient", 3 * 4 * len(act), func() { k.SiLUGradient(dact, act) }},
		{"GroupNormForward", 2 * 4 * len(act), func() { k.GroupNormForward(groups, n, dact, stats, act, db, db) }},
		{"GroupNormBackward", 3 * 4 * len(act), func() { k.GroupNormBackward(groups, n, dact, db, shift, stats, act, dact, db) }},
		{"Spread", 5 * len(act), func() { k.Spread(halving, n, dact, act[:len(act)/4], false) }},
		{"Collect", 5 * len(act), func() { k.Collect(halving, n, act[:len(act)/4], dact, true) }},
		{"Shuffle", 2 * 4 * len(act), func() { k.Shuffle(halving, n, dact, act) }},
	} {
		b.Run(op.name, func(b *testing.B) {
			b.SetBytes(int64(op.bytes))
			for b.Loop() {
				op.do()
			}
		})
	}
}

// BenchmarkStep does the arithmetic of one training step of the reference
// network: 44 MFLOP per image.
func BenchmarkStep(b *testing.B) {
	for threads := 1; threads <= 2; threads++ {
		k := newKernel(b, threads)
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) { benchmarkStep(b, k) })
		if half, ok := k.BFloat16(); ok {
			b.Run(fmt.Sprintf("threads=%d/bfloat16", threads), func(b *testing.B) { benchmarkStep(b, half) })
		}
	}
}

func benchmarkStep(b *testing.B, k *Kernel) {
	const n = 128
	conv := geometries[:5]
	make32 := func(sizes ...int) [][]float32 {
		buffers := make([][]float32, len(sizes))
		for i, size := range sizes {
			buffers[i] = normal(uint64(i), size)
		}
		return buffers
	}
	sizes := []int{n * 784, n * 196 * 32, n * 3136, n * 256, n * 2, n * 3136, n * 196 * 64, n * 784 * 32, n * 784}
	x, dx := make32(sizes...), make32(sizes...)
	weights := []int{9 * 32, 9 * 32 * 64, 3136 * 256, 256 * 2, 2 * 3136, 9 * 64 * 64, 9 * 32 * 64, 9 * 32}
	w, dw := make32(weights...), make32(weights...)
	average, m, v := make32(weights...), make32(weights...), make32(weights...)
	bias := make32(32, 64, 256, 2, 3136, 64, 32, 1)
	db := make32(32, 64, 256, 2, 3136, 64, 32, 1)
	loss := make([]float64, n)
	for i := range v {
		clear(m[i])
		clear(v[i])
	}
	dense := func(i, in, out int, relu bool) {
		k.BiasGradient(len(dx[i+1])/out, db[i], dx[i+1], x[i+1], out, relu)
		k.Sgemm(blas.Trans, blas.NoTrans, in, out, n, 1, x[i], in, dx[i+1], out, 0, dw[i], out)
		k.Sgemm(blas.NoTrans, blas.Trans, n, in, out, 1, dx[i+1], out, w[i], out, 0, dx[i], in)
	}
	for b.Loop() {
		k.ConvForward(&conv[0], n, x[1], x[0], w[0], bias[0], true)
		k.ConvForward(&conv[1], n, x[2], x[1], w[1], bias[1], true)
		k.Affine(n, 256, 3136, x[3], x[2], w[2], bias[2], true)
		k.Affine(n, 2, 256, x[4], x[3], w[3], bias[3], false)
		k.Affine(n, 3136, 2, x[5], x[4], w[4], bias[4], true)
		k.ConvBackwardInput(&conv[2], n, x[6], x[5], w[5], bias[5], true)
		k.ConvBackwardInput(&conv[3], n, x[7], x[6], w[6], bias[6], true)
		k.ConvBackwardInput(&conv[4], n, x[8], x[7], w[7], bias[7], false)
		k.Bernoulli(loss, dx[8], x[8], x[0], 1./n)
		for i := 7; i >= 5; i-- {
			s := &conv[i-3]
			k.ConvTransposeBackward(s, n, dx[i], dw[i], db[i], x[i], x[i+1], dx[i+1], w[i], i < 7)
		}
		dense(4, 2, 3136, true)
		dense(3, 256, 2, false)
		dense(2, 3136, 256, true)
		k.ConvBackward(&conv[1], n, dx[1], dw[1], db[1], x[1], x[2], dx[2], w[1], true)
		k.ConvBackward(&conv[0], n, nil, dw[0], db[0], x[0], x[1], dx[1], w[0], true)
		for i := range w {
			k.Adam(w[i], average[i], m[i], v[i], dw[i], 1e-9, 0.9, 0.999, 1e-8, 0.1, 1)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "images/s")
	report(b, k, n*44e6)
}
