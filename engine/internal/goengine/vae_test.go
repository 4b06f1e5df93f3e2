package goengine_test

import (
	"fmt"
	"testing"

	"govae/export"
	"govae/internal/random"
	"govae/models"
	"govae/onnx"
)

// TestVAE compares the engines on everything that package export writes.
func TestVAE(t *testing.T) {
	for _, c := range []models.Config{
		{Arch: "conv", Image: models.Shape{H: 28, W: 28, C: 1}},
		{Arch: "conv", Image: models.Shape{H: 13, W: 10, C: 3}, Latent: 5, Likelihood: models.Gaussian, LearnSigma: true},
		{Arch: "mlp", Image: models.Shape{H: 28, W: 28, C: 1}},
		{Arch: "mlp", Image: models.Shape{H: 9, W: 9, C: 3}, Latent: 3, Activation: "tanh", Likelihood: models.Gaussian},
	} {
		vae, err := models.New(c, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i, precision := range models.Precisions() {
			opset := []int64{17, 13, 22}[i]
			t.Run(fmt.Sprintf("%s/%v/opset=%d/%s", c.Arch, c.Image, opset, precision), func(t *testing.T) {
				vae, err := vae.AtPrecision(precision)
				if err != nil {
					t.Fatal(err)
				}
				decoder, err := export.Decoder(vae, export.Options{Opset: opset})
				if err != nil {
					t.Fatal(err)
				}
				encoder, err := export.Encoder(vae, export.Options{Opset: opset})
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range []*onnx.Model{decoder, encoder} {
					data, err := m.Marshal()
					if err != nil {
						t.Fatal(err)
					}
					for _, n := range []int{1, 3, 64} {
						shape := []int{n}
						for _, d := range m.Graph.Inputs[0].Shape[1:] {
							shape = append(shape, int(d.Size))
						}
						agree(t, data, normal(n, shape...))
					}
				}
			})
		}
	}
}

// TestRandomNetworks compares the engines on networks of random layers, in which
// layouts, fused operations and shared buffers meet in ways nobody thought of.
func TestRandomNetworks(t *testing.T) {
	for seed := range 100 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := random.New(uint64(seed), random.Init, 1, 0)
			pick := r.IntN
			x := normal(seed, 2, 3, 6, 8)
			data := file(t, []int64{13, 18, 22}[seed%3], x, func(g *graph, x onnx.Value) []onnx.Value {
				type image struct {
					v       onnx.Value
					c, h, w int
				}
				g.small = true
				last := image{x, 3, 6, 8}
				all := []image{last}
				for range 3 + pick(8) {
					y := last
					channels := 1 + pick(5)
					switch pick(16) {
					case 0, 1:
						y = image{g.node("Conv", y.v, g.weight(channels, y.c, 3, 3), g.weight(channels), is("pads", 1, 1, 1, 1)), channels, y.h, y.w}
					case 2:
						y = image{g.node("ConvTranspose", y.v, g.weight(y.c, channels, 3, 3), is("pads", 1, 1, 1, 1)), channels, y.h, y.w}
					case 3:
						y.v = g.node("Conv", y.v, g.weight(y.c, 1, 3, 3), i("group", int64(y.c)), is("pads", 1, 1, 1, 1))
					case 4, 5:
						y.v = g.node("Relu", y.v)
					case 6:
						y.v = g.node("Add", g.weight(y.c, 1, 1), y.v)
					case 7:
						y.v = g.node("Mul", y.v, g.weight(1, y.c, 1, 1))
					case 8:
						y.v = g.node("BatchNormalization", y.v, g.weight(y.c), g.weight(y.c), g.weight(y.c), g.positive(y.c))
					case 9:
						y = image{g.node("Transpose", y.v, is("perm", 0, 3, 1, 2)), y.w, y.c, y.h}
					case 10:
						y = image{g.node("Concat", y.v, g.node("Sigmoid", y.v), i("axis", 1)), 2 * y.c, y.h, y.w}
					case 11:
						flat := g.node("Flatten", y.v)
						size := channels * 4
						flat = g.node("Gemm", flat, g.weight(y.c*y.h*y.w, size), g.weight(size))
						y = image{g.node("Reshape", flat, g.list(0, int64(channels), 2, 2)), channels, 2, 2}
					case 12:
						y.v = g.node("Tanh", y.v)
					case 13:
						y = image{g.node("MaxPool", y.v, is("kernel_shape", 2, 2), is("pads", 0, 0, 1, 1)), y.c, y.h, y.w}
					case 14:
						y = image{g.node("MatMul", y.v, g.weight(y.w, channels)), y.c, y.h, channels}
					case 15:
						for _, other := range all {
							if other.c == y.c && other.h == y.h && other.w == y.w {
								y.v = g.node("Add", y.v, other.v)
								break
							}
						}
					}
					last = y
					all = append(all, y)
				}
				return []onnx.Value{last.v, all[pick(len(all))].v}
			})
			agree(t, data, x)
		})
	}
}
