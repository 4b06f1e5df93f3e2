package kernel

import (
	"fmt"
	"slices"
	"testing"
)

// naiveConv visits every product x*w that contributes to an output, with the
// indices into x, w and y.
func naiveConv(s *Conv, n int, visit func(x, w, y int)) {
	for i := range n {
		for oy := range s.OH {
			for ox := range s.OW {
				for kh := range s.KH {
					for kw := range s.KW {
						iy, ix := oy*s.Stride+kh-s.Pad, ox*s.Stride+kw-s.Pad
						if iy < 0 || iy >= s.H || ix < 0 || ix >= s.W {
							continue
						}
						for c := range s.C {
							for k := range s.K {
								visit(((i*s.H+iy)*s.W+ix)*s.C+c, ((kh*s.KW+kw)*s.C+c)*s.K+k, ((i*s.OH+oy)*s.OW+ox)*s.K+k)
							}
						}
					}
				}
			}
		}
	}
}

// naiveConvSums computes the three products of a convolution in float64.
func naiveConvSums(s *Conv, n int, x, w, y []float32) (forward, input, weights []float32) {
	key := fmt.Sprint(*s, n, inBFloat16)
	if sums, ok := naiveResults[key]; ok {
		return sums[0], sums[1], sums[2]
	}
	f, in, ws := make([]float64, len(y)), make([]float64, len(x)), make([]float64, len(w))
	naiveConv(s, n, func(xi, wi, yi int) {
		f[yi] += float64(x[xi]) * float64(w[wi])
		in[xi] += float64(y[yi]) * float64(w[wi])
		ws[wi] += float64(x[xi]) * float64(y[yi])
	})
	sums := [3][]float32{narrow(f), narrow(in), narrow(ws)}
	naiveResults[key] = sums
	return sums[0], sums[1], sums[2]
}

// naiveResults keeps what is slow to compute for the next kernel.
var naiveResults = map[string][3][]float32{}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// geometries are the reference network's layers, then odd ones.
var geometries = []Conv{
	{H: 28, W: 28, C: 1, OH: 14, OW: 14, K: 32, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 14, W: 14, C: 32, OH: 7, OW: 7, K: 64, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 14, W: 14, C: 64, OH: 7, OW: 7, K: 64, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 28, W: 28, C: 32, OH: 14, OW: 14, K: 64, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 28, W: 28, C: 1, OH: 28, OW: 28, K: 32, KH: 3, KW: 3, Stride: 1, Pad: 1},
	{H: 1, W: 1, C: 1, OH: 1, OW: 1, K: 1, KH: 1, KW: 1, Stride: 1, Pad: 0},
	{H: 1, W: 1, C: 3, OH: 1, OW: 1, K: 5, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 7, W: 5, C: 3, OH: 4, OW: 3, K: 32, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 8, W: 6, C: 3, OH: 4, OW: 3, K: 33, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 9, W: 4, C: 40, OH: 9, OW: 4, K: 3, KH: 3, KW: 3, Stride: 1, Pad: 1},
	{H: 5, W: 6, C: 13, OH: 3, OW: 3, K: 18, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 6, W: 6, C: 2, OH: 5, OW: 5, K: 4, KH: 2, KW: 2, Stride: 1, Pad: 0},
	{H: 11, W: 13, C: 4, OH: 4, OW: 5, K: 8, KH: 5, KW: 4, Stride: 3, Pad: 2},
	{H: 6, W: 7, C: 8, OH: 3, OW: 4, K: 16, KH: 1, KW: 1, Stride: 2, Pad: 0},
	{H: 17, W: 19, C: 1, OH: 17, OW: 19, K: 17, KH: 5, KW: 5, Stride: 1, Pad: 2},
	{H: 12, W: 20, C: 3, OH: 6, OW: 10, K: 40, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 5, W: 45, C: 2, OH: 5, OW: 45, K: 9, KH: 3, KW: 3, Stride: 1, Pad: 1},
	{H: 9, W: 40, C: 1, OH: 7, OW: 35, K: 6, KH: 2, KW: 3, Stride: 1, Pad: 0},
	{H: 6, W: 30, C: 4, OH: 3, OW: 9, K: 32, KH: 2, KW: 2, Stride: 3, Pad: 1},
	{H: 32, W: 33, C: 3, OH: 16, OW: 17, K: 6, KH: 4, KW: 4, Stride: 2, Pad: 1},
	{H: 5, W: 47, C: 1, OH: 3, OW: 24, K: 5, KH: 1, KW: 1, Stride: 2, Pad: 0},
	{H: 9, W: 50, C: 2, OH: 3, OW: 17, K: 4, KH: 5, KW: 5, Stride: 3, Pad: 2},
	{H: 3, W: 9, C: 1, OH: 5, OW: 12, K: 7, KH: 1, KW: 1, Stride: 1, Pad: 3},
	{H: 2, W: 3, C: 121, OH: 2, OW: 3, K: 121, KH: 3, KW: 3, Stride: 1, Pad: 1},
	{H: 5, W: 4, C: 65, OH: 3, OW: 2, K: 230, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 6, W: 5, C: 18, OH: 3, OW: 3, K: 22, KH: 3, KW: 3, Stride: 2, Pad: 1},
	{H: 3, W: 2, C: 116, OH: 3, OW: 2, K: 130, KH: 3, KW: 3, Stride: 1, Pad: 1},
	{H: 8, W: 8, C: 16, OH: 8, OW: 8, K: 32, KH: 3, KW: 3, Stride: 1, Pad: 1},
	{H: 1, W: 2, C: 120, OH: 1, OW: 2, K: 130, KH: 3, KW: 3, Stride: 1, Pad: 1},
}

func TestConv(t *testing.T) { eachProduct(t, testConv) }

func testConv(t *testing.T) {
	k := newKernel(t, 2)
	for _, s := range geometries {
		for _, n := range []int{0, 1, 5, 19} {
			if n > 1 && s.in()*s.K > 100_000 {
				continue // the naive loops would take too long; testConvBatch has many images
			}
			t.Run(fmt.Sprintf("%+v/%d", s, n), func(t *testing.T) {
				x, w, y := normal(1, n*s.in()), normal(2, s.weights()), normal(3, n*s.out())
				forward, input, weights := naiveConvSums(&s, n, x, w, y)

				got := rubbish(len(w))
				k.ConvBackwardWeights(&s, n, got, x, y)
				checkClose(t, "dw", got, weights, 4e-6)

				checkConvBackward(t, k, &s, n, x, w, y)

				for _, relu := range []bool{false, true} {
					var outBias, inBias []float32
					if relu {
						outBias, inBias = normal(4, s.K), normal(5, s.C)
					}
					got = rubbish(len(y))
					k.ConvForward(&s, n, got, x, w, outBias, relu)
					want := slices.Clone(forward)
					biasAndReLU(want, outBias, s.K, relu)
					checkClose(t, "y", got, want, 2e-6)

					got = rubbish(len(x))
					k.ConvBackwardInput(&s, n, got, y, w, inBias, relu)
					want = slices.Clone(input)
					biasAndReLU(want, inBias, s.C, relu)
					checkClose(t, "dx", got, want, 2e-6)

					if k.isa.products() && n > 0 { // also where it does not pay
						got = rubbish(len(x))
						launch(k, &k.scatter, ceilDiv(n, scatterImages), scatterTask{k, &s, n, got, y, w, inBias, relu})
						checkClose(t, "dx by scattering", got, want, 2e-6)
					}
				}
			})
		}
	}
}

func TestConvThreads(t *testing.T) { eachProduct(t, testConvThreads) }

func testConvThreads(t *testing.T) {
	for _, s := range geometries {
		n := 11
		if s.in()*s.K > 100_000 {
			n = 3
		}
		x, w, y := normal(1, n*s.in()), normal(2, s.weights()), normal(3, n*s.out())
		checkThreads(t, func(k *Kernel) []float32 {
			dy, dx, dw := rubbish(len(y)), rubbish(len(x)), rubbish(len(w))
			k.ConvForward(&s, n, dy, x, w, nil, false)
			k.ConvBackwardInput(&s, n, dx, y, w, nil, false)
			k.ConvBackwardWeights(&s, n, dw, x, y)
			for _, backward := range []func(*Conv, int, []float32, []float32, []float32, []float32, []float32, []float32, []float32, bool){k.ConvBackward, k.ConvTransposeBackward} {
				bdx, bdw := rubbish(len(x)), rubbish(len(w))
				if len(dw) > len(w) {
					bdx = rubbish(len(y))
					backward(&s, n, bdx, bdw, make([]float32, s.C), y, x, slices.Clone(x), w, true)
				} else {
					backward(&s, n, bdx, bdw, make([]float32, s.K), x, y, slices.Clone(y), w, true)
				}
				dw = append(append(dw, bdx...), bdw...)
			}
			return append(append(dy, dx...), dw...)
		})
	}
}

// An image's result does not depend on the batch that it is in.
func TestConvBatch(t *testing.T) { eachProduct(t, testConvBatch) }

func testConvBatch(t *testing.T) {
	k := newKernel(t, 2)
	for _, s := range geometries {
		const n = 13
		x, w := normal(1, n*s.in()), normal(2, s.weights())
		y, dx := rubbish(n*s.out()), rubbish(n*s.in())
		k.ConvForward(&s, n, y, x, w, nil, false)
		k.ConvBackwardInput(&s, n, dx, y, w, nil, false)
		for i := range n {
			y1, dx1 := rubbish(s.out()), rubbish(s.in())
			k.ConvForward(&s, 1, y1, x[i*s.in():(i+1)*s.in()], w, nil, false)
			k.ConvBackwardInput(&s, 1, dx1, y1, w, nil, false)
			checkClose(t, "y", y1, y[i*s.out():(i+1)*s.out()], 0)
			checkClose(t, "dx", dx1, dx[i*s.in():(i+1)*s.in()], 0)
		}
	}
}

// checkConvBackward compares the backward passes of whole layers with the
// primitives that they combine.
func checkConvBackward(t *testing.T, k *Kernel, s *Conv, n int, big, w, small []float32) {
	for _, relu := range []bool{false, true} {
		for _, transposed := range []bool{false, true} {
			x, y, channels, backward := big, small, s.K, k.ConvBackward
			if transposed {
				x, y, channels, backward = small, big, s.C, k.ConvTransposeBackward
			}
			name := fmt.Sprintf("transposed=%v relu=%v ", transposed, relu)
			dy := normal(6, len(y))
			dx, dw, db := rubbish(len(x)), rubbish(len(w)), rubbish(channels)
			wantDb := rubbish(channels)
			backward(s, n, dx, dw, db, x, y, dy, w, relu)

			dy = normal(6, len(y))
			k.BiasGradient(n, wantDb, dy, y, channels, relu)
			checkClose(t, name+"db", db, wantDb, 1e-5)
			wantDx, wantDw := rubbish(len(x)), rubbish(len(w))
			if transposed {
				k.ConvForward(s, n, wantDx, dy, w, nil, false)
				k.ConvBackwardWeights(s, n, wantDw, dy, x)
			} else {
				k.ConvBackwardInput(s, n, wantDx, dy, w, nil, false)
				k.ConvBackwardWeights(s, n, wantDw, x, dy)
			}
			checkClose(t, name+"dx", dx, wantDx, 2e-6)
			checkClose(t, name+"dw", dw, wantDw, 4e-6)

			dy, dw = normal(6, len(y)), rubbish(len(w))
			backward(s, n, nil, dw, db, x, y, dy, w, relu)
			checkClose(t, name+"dw without dx", dw, wantDw, 4e-6)
		}
	}
}
