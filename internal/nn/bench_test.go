package nn

import "testing"

// BenchmarkLayer times each layer of the reference network, forward and backward,
// at batch 128.
func BenchmarkLayer(b *testing.B) {
	k := testKernel(b)
	const n = 128
	for _, l := range []Layer{
		NewConv2D("encoder/conv_0", hwc(28, 28, 1), 32, 3, 2, ReLU),
		NewConv2D("encoder/conv_1", hwc(14, 14, 32), 64, 3, 2, ReLU),
		NewDense("encoder/dense_0", hwc(7, 7, 64), vec(256), ReLU),
		NewDense("decoder/dense_0", vec(2), hwc(7, 7, 64), ReLU),
		NewConvTranspose2D("decoder/conv_transpose_0", 64, hwc(14, 14, 64), 3, 2, ReLU),
		NewConvTranspose2D("decoder/conv_transpose_1", 64, hwc(28, 28, 32), 3, 2, ReLU),
		NewConvTranspose2D("decoder/conv_transpose_2", 32, hwc(28, 28, 1), 3, 1, Identity),
	} {
		c := newCall(k, l, n, bind(l))
		products := 2.0
		if l.Name() == "encoder/conv_0" { // nobody needs the image's own gradient
			c.DX[0], products = nil, 1
		}
		adds := n * multiplyAdds(l)
		b.Run(l.Name()+"/forward", func(b *testing.B) {
			for b.Loop() {
				l.Forward(c)
			}
			b.ReportMetric(2*adds*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
		b.Run(l.Name()+"/backward", func(b *testing.B) {
			for b.Loop() {
				l.Backward(c)
			}
			b.ReportMetric(2*products*adds*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

// multiplyAdds counts those of one image: each weight is used once for each pixel
// on the smaller side of a convolution, padding included.
func multiplyAdds(l Layer) float64 {
	weights, in, out := l.Params()[0].Len(), l.In()[0], l.Out()
	if _, dense := l.(*Dense); dense {
		return float64(weights)
	}
	return float64(weights * min(in.H*in.W, out.H*out.W))
}
