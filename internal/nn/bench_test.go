package nn

import (
	"testing"

	"govae/internal/kernel/kerneltest"
)

// benchmarkNetworks are the layers of the reference network, and those that networks for
// photographs are made of, with the size of a batch.
var benchmarkNetworks = []struct {
	name   string
	n      int
	layers []Layer
}{
	{"conv 28x28x1", 128, []Layer{
		NewConv2D("encoder/conv_0", hwc(28, 28, 1), 32, 3, 2, ReLU),
		NewConv2D("encoder/conv_1", hwc(14, 14, 32), 64, 3, 2, ReLU),
		NewDense("encoder/dense_0", hwc(7, 7, 64), vec(256), ReLU),
		NewDense("decoder/dense_0", vec(2), hwc(7, 7, 64), ReLU),
		NewConvTranspose2D("decoder/conv_transpose_0", 64, hwc(14, 14, 64), 3, 2, ReLU),
		NewConvTranspose2D("decoder/conv_transpose_1", 64, hwc(28, 28, 32), 3, 2, ReLU),
		NewConvTranspose2D("decoder/conv_transpose_2", 32, hwc(28, 28, 1), 3, 1, Identity),
	}},
	{"conv 64x64x3", 64, []Layer{
		NewConv2D("encoder/conv_0", hwc(64, 64, 3), 32, 3, 2, ReLU),
		NewConv2D("encoder/conv_1", hwc(32, 32, 32), 64, 3, 2, ReLU),
		NewDense("encoder/dense_0", hwc(16, 16, 64), vec(256), ReLU),
		NewDense("decoder/dense_0", vec(64), hwc(16, 16, 64), ReLU),
		NewConvTranspose2D("decoder/conv_transpose_0", 64, hwc(32, 32, 64), 3, 2, ReLU),
		NewConvTranspose2D("decoder/conv_transpose_1", 64, hwc(64, 64, 32), 3, 2, ReLU),
		NewConvTranspose2D("decoder/conv_transpose_2", 32, hwc(64, 64, 3), 3, 1, Identity),
	}},
	{"residual 64x64x3", 32, []Layer{
		NewConv2D("encoder/down_0", hwc(64, 64, 3), 32, 3, 2, Identity),
		NewConv2D("encoder/down_1", hwc(32, 32, 32), 64, 3, 2, Identity),
		NewConv2D("encoder/down_2", hwc(16, 16, 64), 128, 3, 2, Identity),
		NewConv2D("encoder/down_3", hwc(8, 8, 128), 256, 3, 2, Identity),
		NewConv2D("encoder/reduce_1", hwc(16, 16, 64), 32, 1, 1, Identity),
		NewConv2D("encoder/conv_1", hwc(16, 16, 32), 32, 3, 1, Identity),
		NewConv2D("encoder/expand_1", hwc(16, 16, 32), 64, 1, 1, Identity),
		NewConv2D("encoder/reduce_2", hwc(8, 8, 128), 64, 1, 1, Identity),
		NewConv2D("encoder/conv_2", hwc(8, 8, 64), 64, 3, 1, Identity),
		NewConv2D("encoder/expand_2", hwc(8, 8, 64), 128, 1, 1, Identity),
		NewConv2D("encoder/reduce_3", hwc(4, 4, 256), 128, 1, 1, Identity),
		NewConv2D("encoder/conv_3", hwc(4, 4, 128), 128, 3, 1, Identity),
		NewConv2D("encoder/expand_3", hwc(4, 4, 128), 256, 1, 1, Identity),
		NewDense("encoder/mean", hwc(4, 4, 256), vec(64), Identity),
		NewDense("decoder/dense_0", vec(64), hwc(4, 4, 256), Identity),
		NewConvTranspose2D("decoder/up_3", 256, hwc(8, 8, 128), 4, 2, Identity),
		NewConvTranspose2D("decoder/up_2", 128, hwc(16, 16, 64), 4, 2, Identity),
		NewConvTranspose2D("decoder/up_1", 64, hwc(32, 32, 32), 4, 2, Identity),
		NewConvTranspose2D("decoder/up_0", 32, hwc(64, 64, 3), 4, 2, Identity),
		NewSiLU("silu_0", hwc(32, 32, 32)),
		NewSiLU("silu_1", hwc(16, 16, 64)),
		NewAdd("add_1", hwc(16, 16, 64), hwc(16, 16, 64)),
	}},
}

// BenchmarkLayer times layers forward and backward.
func BenchmarkLayer(b *testing.B) {
	for _, network := range benchmarkNetworks {
		b.Run(network.name, func(b *testing.B) {
			for _, l := range network.layers {
				benchmarkLayer(b, l, network.n)
			}
		})
	}
}

func benchmarkLayer(b *testing.B, l Layer, n int) {
	c := newCall(kerneltest.New(b, 2), l, n, bind(l))
	c.Train = true
	products := 2.0
	if l.Name() == "encoder/conv_0" { // nobody needs the image's own gradient
		c.DX[0], products = nil, 1
	}
	for _, direction := range []struct {
		name     string
		do       func(*Call)
		products float64
	}{{"forward", l.Forward, 1}, {"backward", l.Backward, products}} {
		b.Run(l.Name()+"/"+direction.name, func(b *testing.B) {
			for b.Loop() {
				direction.do(c)
			}
			if adds := float64(n) * multiplyAdds(l); adds > 0 {
				b.ReportMetric(2*direction.products*adds*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			}
		})
	}
}

// multiplyAdds counts those of one image, 0 for a layer that is no product: each weight is
// used once for each pixel on the smaller side of a convolution, padding included.
func multiplyAdds(l Layer) float64 {
	in, out := l.In()[0], l.Out()
	switch l.(type) {
	case *Dense:
		return float64(l.Params()[0].Len())
	case *Conv2D, *ConvTranspose2D:
		return float64(l.Params()[0].Len() * min(in.H*in.W, out.H*out.W))
	}
	return 0
}
