package models

import (
	"testing"

	"govae/images"
)

// BenchmarkLayer times each layer of the reference network, forward and backward,
// at batch 128.
func BenchmarkLayer(b *testing.B) {
	m, err := New(Config{Image: Shape{28, 28, 1}}, 1)
	if err != nil {
		b.Fatal(err)
	}
	k := testKernel(b)
	const n = 128
	grad := make([]float32, len(m.Theta))
	for _, part := range []struct {
		in     Shape
		layers []Layer
	}{{m.Config.Image, m.net.encoder}, {images.Vector(m.Config.Latent), m.net.decoder}} {
		in := part.in
		for _, l := range part.layers {
			x, y := normal(n*in.Len(), 1), make([]float32, n*l.Out().Len())
			dy := normal(len(y), 2)
			var dx []float32
			if in != m.Config.Image { // whose own gradient nobody needs
				dx = make([]float32, len(x))
			}
			adds := float64(n) * multiplyAdds(l, in)
			name := l.Params()[0].Name
			b.Run(name[:len(name)-len("/weight")]+"/forward", func(b *testing.B) {
				for b.Loop() {
					l.Forward(k, n, y, x)
				}
				b.ReportMetric(2*adds*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
			b.Run(name[:len(name)-len("/weight")]+"/backward", func(b *testing.B) {
				for b.Loop() {
					l.Backward(k, n, dx, dy, y, x, grad)
				}
				products := 2.0
				if dx == nil {
					products = 1
				}
				b.ReportMetric(2*products*adds*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
			in = l.Out()
		}
	}
}

// multiplyAdds counts those of one image: each weight is used once for each pixel
// on the smaller side of a convolution, padding included.
func multiplyAdds(l Layer, in Shape) float64 {
	weights := l.Params()[0].Len()
	if _, dense := l.(*Dense); dense {
		return float64(weights)
	}
	out := l.Out()
	return float64(weights * min(in.H*in.W, out.H*out.W))
}
