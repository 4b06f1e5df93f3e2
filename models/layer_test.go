package models

import (
	"fmt"
	"math"
	"testing"

	"govae/images"
	"govae/internal/enginetest"
	"govae/internal/gradienttest"
	"govae/internal/kernel"
	"govae/internal/random"
	"govae/onnx"
)

// layerTests is the one table that every layer is tested with: its gradients by
// central differences, its ONNX form by ONNX Runtime. A new layer needs a row.
var layerTests = []struct {
	name  string
	in    Shape
	layer Layer
}{
	{"dense", images.Vector(5), NewDense("dense", images.Vector(5), images.Vector(4), Identity)},
	{"dense relu from an image", Shape{3, 2, 4}, NewDense("dense", Shape{3, 2, 4}, images.Vector(6), ReLU)},
	{"dense tanh to an image", images.Vector(3), NewDense("dense", images.Vector(3), Shape{2, 3, 4}, Tanh)},
	{"dense from pixel to pixel", Shape{1, 1, 3}, NewDense("dense", Shape{1, 1, 3}, Shape{1, 1, 2}, Identity)},
	{"dense from image to image", Shape{2, 2, 3}, NewDense("dense", Shape{2, 2, 3}, Shape{4, 1, 2}, ReLU)},
	{"conv stride 1", Shape{5, 4, 3}, NewConv2D("conv", Shape{5, 4, 3}, 4, 1, Identity)},
	{"conv stride 2 relu", Shape{6, 8, 1}, NewConv2D("conv", Shape{6, 8, 1}, 32, 2, ReLU)},
	{"conv stride 2 odd tanh", Shape{7, 5, 3}, NewConv2D("conv", Shape{7, 5, 3}, 6, 2, Tanh)},
	{"conv of one pixel", Shape{1, 1, 3}, NewConv2D("conv", Shape{1, 1, 3}, 2, 2, ReLU)},
	{"conv transpose stride 1", Shape{4, 5, 6}, NewConvTranspose2D("conv_transpose", 6, Shape{4, 5, 1}, 1, Identity)},
	{"conv transpose stride 2 relu", Shape{3, 4, 8}, NewConvTranspose2D("conv_transpose", 8, Shape{6, 8, 5}, 2, ReLU)},
	{"conv transpose stride 2 odd", Shape{4, 3, 3}, NewConvTranspose2D("conv_transpose", 3, Shape{7, 6, 3}, 2, Tanh)},
	{"conv transpose to one pixel", Shape{1, 1, 4}, NewConvTranspose2D("conv_transpose", 4, Shape{1, 1, 3}, 2, Identity)},
}

// bind gives a layer random parameters and returns them, one after the other.
func bind(l Layer) (theta []float32) {
	total := 0
	for _, p := range l.Params() {
		p.offset = total
		total += p.Len()
	}
	theta = normal(total, 3)
	for i := range theta {
		theta[i] /= 4
	}
	for _, p := range l.Params() {
		p.Value = p.In(theta)
	}
	return theta
}

func testKernel(t testing.TB) *kernel.Kernel {
	k, err := kernel.New(2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

// normal returns n values from a stream of their own.
func normal(n int, stream uint32) []float32 {
	x := make([]float32, n)
	s := random.New(7, random.Probe, 0, stream)
	s.Normal(x)
	return x
}

// TestLayerGradients compares each layer's backward pass with central differences
// of sum(y * c) for random c, by the input and by every parameter.
func TestLayerGradients(t *testing.T) {
	for _, name := range kernel.Names() {
		t.Run(name, func(t *testing.T) {
			t.Setenv(kernel.Variable, name)
			testLayerGradients(t, testKernel(t))
		})
	}
}

func testLayerGradients(t *testing.T, k *kernel.Kernel) {
	for _, tt := range layerTests {
		t.Run(tt.name, func(t *testing.T) {
			const n = 2
			l, theta := tt.layer, bind(tt.layer)
			in, out := n*tt.in.Len(), n*l.Out().Len()
			x, c, y := normal(in, 1), normal(out, 2), make([]float32, out)
			objective := func() float64 {
				l.Forward(k, n, y, x)
				var sum float64
				for i, v := range y {
					sum += float64(v) * float64(c[i])
				}
				return sum
			}
			objective()
			dx, dy, grad := make([]float32, in), append([]float32(nil), c...), make([]float32, len(theta))
			l.Backward(k, n, dx, dy, y, x, grad)
			gradienttest.Check(t, "x", x, dx, 1e-3, 5e-3, objective)
			gradienttest.Check(t, "parameters", theta, grad, 1e-3, 5e-3, objective)
		})
	}
}

// TestConvNaive compares the convolutions with the sums that define them.
func TestConvNaive(t *testing.T) {
	k := testKernel(t)
	for _, stride := range []int{1, 2} {
		for _, size := range []Shape{{7, 5, 3}, {8, 6, 1}, {1, 2, 2}} {
			t.Run(fmt.Sprintf("%v stride %d", size, stride), func(t *testing.T) {
				const filters = 4
				c := NewConv2D("c", size, filters, stride, Identity)
				bind(c)
				file := make([]float32, c.weight.Len())
				c.weight.ToFile(file, c.weight.Value)
				x, y := normal(size.Len(), 1), make([]float32, c.Out().Len())
				c.Forward(k, 1, y, x)
				o := c.Out()
				for i := range o.H {
					for j := range o.W {
						for f := range filters {
							want := float64(c.bias.Value[f])
							for u := range kernelSize {
								for v := range kernelSize {
									r, s := i*stride+u-padding, j*stride+v-padding
									if r < 0 || r >= size.H || s < 0 || s >= size.W {
										continue
									}
									for ch := range size.C {
										want += float64(x[(r*size.W+s)*size.C+ch]) * float64(file[((f*size.C+ch)*kernelSize+u)*kernelSize+v])
									}
								}
							}
							if got := y[(i*o.W+j)*filters+f]; math.Abs(float64(got)-want) > 1e-5 {
								t.Fatalf("output at %d,%d,%d is %g, want %g", i, j, f, got, want)
							}
						}
					}
				}
			})
		}
	}
}

// TestLayerParity runs each layer's ONNX form in ONNX Runtime and compares it with
// the forward pass.
func TestLayerParity(t *testing.T) {
	engine := enginetest.ONNXRuntime(t)
	k := testKernel(t)
	for _, tt := range layerTests {
		t.Run(tt.name, func(t *testing.T) {
			const n = 3
			bind(tt.layer)
			x, y := normal(n*tt.in.Len(), 1), make([]float32, n*tt.layer.Out().Len())
			tt.layer.Forward(k, n, y, x)

			g := onnx.NewBuilder("layer")
			g.Output("y", tt.layer.Emit(g, g.Input("x", onnx.Float32, dims(tt.in)...)))
			m, err := g.Model(onnx.ModelOptions{})
			if err != nil {
				t.Fatal(err)
			}
			data, err := m.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			shape := []int64{n}
			for _, d := range dims(tt.in)[1:] {
				shape = append(shape, d.Size)
			}
			out, err := engine.Run(t.Context(), data, onnx.Float32Tensor("x", shape, channelsFirst(x, tt.in)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := out[0].Float32s()
			if err != nil {
				t.Fatal(err)
			}
			want := channelsFirst(y, tt.layer.Out())
			if len(got) != len(want) {
				t.Fatalf("%d values, want %d", len(got), len(want))
			}
			for i, w := range want {
				if diff := math.Abs(float64(got[i] - w)); !(diff <= 1e-5*math.Max(1, math.Abs(float64(w)))) {
					t.Fatalf("value %d is %g in ONNX Runtime and %g here", i, got[i], w)
				}
			}
		})
	}
}

// dims is a shape in ONNX: [batch, C, H, W], or [batch, n] for a vector.
func dims(s Shape) []onnx.Dim {
	d := []onnx.Dim{onnx.Named("batch"), onnx.Size(int64(s.C))}
	if !s.IsVector() {
		d = append(d, onnx.Size(int64(s.H)), onnx.Size(int64(s.W)))
	}
	return d
}

// channelsFirst copies images from (N, H, W, C) to (N, C, H, W).
func channelsFirst(x []float32, s Shape) []float32 {
	out := make([]float32, 0, len(x))
	for image := x; len(image) > 0; image = image[s.Len():] {
		for c := range s.C {
			for p := range s.Len() / s.C {
				out = append(out, image[p*s.C+c])
			}
		}
	}
	return out
}
