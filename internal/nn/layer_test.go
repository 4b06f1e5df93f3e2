package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/images"
	"govae/internal/alloctest"
	"govae/internal/gradienttest"
	"govae/internal/kernel"
	"govae/internal/kernel/kerneltest"
	"govae/internal/random"
	"govae/onnx"
)

func hwc(h, w, c int) Shape { return Shape{H: h, W: w, C: c} }
func vec(n int) Shape       { return Shape{C: n} }

// layerTests is the one table that every layer is tested with: its gradients by
// central differences, its ONNX form by both engines. A new layer needs a row.
var layerTests = []struct {
	name  string
	layer Layer
}{
	{"dense", NewDense("dense", vec(5), vec(4), Identity)},
	{"dense relu from an image", NewDense("dense", hwc(3, 2, 4), vec(6), ReLU)},
	{"dense tanh to an image", NewDense("dense", vec(3), hwc(2, 3, 4), Tanh)},
	{"dense from pixel to pixel", NewDense("dense", hwc(1, 1, 3), hwc(1, 1, 2), Identity)},
	{"dense from image to image", NewDense("dense", hwc(2, 2, 3), hwc(4, 1, 2), ReLU)},
	{"conv stride 1", NewConv2D("conv", hwc(5, 4, 3), 4, 3, 1, Identity)},
	{"conv stride 2 relu", NewConv2D("conv", hwc(6, 8, 1), 32, 3, 2, ReLU)},
	{"conv stride 2 odd tanh", NewConv2D("conv", hwc(7, 5, 3), 6, 3, 2, Tanh)},
	{"conv of one pixel", NewConv2D("conv", hwc(1, 1, 3), 2, 3, 2, ReLU)},
	{"conv transpose stride 1", NewConvTranspose2D("conv_transpose", 6, hwc(4, 5, 1), 3, 1, Identity)},
	{"conv transpose stride 2 relu", NewConvTranspose2D("conv_transpose", 8, hwc(6, 8, 5), 3, 2, ReLU)},
	{"conv transpose stride 2 odd", NewConvTranspose2D("conv_transpose", 3, hwc(7, 6, 3), 3, 2, Tanh)},
	{"latent", NewLatent("latent", 3)},
	{"clip", NewClip("clip", vec(6), -5, 5)},
	{"conv transpose to one pixel", NewConvTranspose2D("conv_transpose", 4, hwc(1, 1, 3), 3, 2, Identity)},
	{"conv 1x1", NewConv2D("conv", hwc(5, 4, 3), 4, 1, 1, ReLU)},
	{"conv 1x1 stride 2", NewConv2D("conv", hwc(5, 4, 3), 20, 1, 2, Identity)},
	{"conv 4x4", NewConv2D("conv", hwc(5, 6, 1), 17, 4, 1, Identity)},
	{"conv 4x4 stride 2", NewConv2D("conv", hwc(8, 6, 3), 5, 4, 2, ReLU)},
	{"conv 4x4 stride 2 odd", NewConv2D("conv", hwc(7, 5, 18), 4, 4, 2, Tanh)},
	{"conv 5x5", NewConv2D("conv", hwc(6, 5, 3), 6, 5, 1, ReLU)},
	{"conv 5x5 stride 2", NewConv2D("conv", hwc(7, 8, 1), 18, 5, 2, Identity)},
	{"conv transpose 1x1", NewConvTranspose2D("conv_transpose", 4, hwc(5, 4, 3), 1, 1, ReLU)},
	{"conv transpose 1x1 stride 2", NewConvTranspose2D("conv_transpose", 17, hwc(5, 4, 3), 1, 2, Identity)},
	{"conv transpose 4x4", NewConvTranspose2D("conv_transpose", 3, hwc(5, 6, 1), 4, 1, Identity)},
	{"conv transpose 4x4 stride 2", NewConvTranspose2D("conv_transpose", 5, hwc(8, 6, 3), 4, 2, ReLU)},
	{"conv transpose 4x4 stride 2 odd", NewConvTranspose2D("conv_transpose", 4, hwc(7, 5, 18), 4, 2, Tanh)},
	{"conv transpose 5x5", NewConvTranspose2D("conv_transpose", 6, hwc(6, 5, 3), 5, 1, ReLU)},
	{"conv transpose 5x5 stride 2", NewConvTranspose2D("conv_transpose", 18, hwc(7, 8, 1), 5, 2, Identity)},
	{"add", NewAdd("add", hwc(3, 5, 3), hwc(3, 5, 3))},
	{"add one channel", NewAdd("add", hwc(3, 2, 1), hwc(3, 2, 1))},
	{"add vectors", NewAdd("add", vec(40), vec(40))},
	{"add a vector to pixels", NewAdd("add", hwc(3, 5, 33), vec(33))},
	{"add a number to pixels", NewAdd("add", hwc(3, 5, 1), vec(1))},
	{"concat", NewConcat("concat", hwc(3, 5, 3), hwc(3, 5, 1), hwc(3, 5, 18))},
	{"concat of vectors", NewConcat("concat", vec(5), vec(1))},
	{"slice", NewSlice("slice", 7, 2, 4)},
	{"slice of all", NewSlice("slice", 33, 0, 33)},
	{"reshape to a map", NewReshape("reshape", vec(30), hwc(5, 3, 2))},
	{"reshape to a vector", NewReshape("reshape", hwc(3, 5, 33), vec(495))},
	{"reshape of one pixel", NewReshape("reshape", hwc(1, 1, 3), vec(3))},
	{"scaled noise", NewScaledNoise("noise", hwc(3, 5, 3))},
	{"scaled noise of a vector", NewScaledNoise("noise", vec(4))},
	{"concat of one", NewConcat("concat", hwc(2, 2, 3))},
	{"upsample", NewUpsample("upsample", hwc(4, 6, 3))},
	{"upsample odd", NewUpsample("upsample", hwc(7, 5, 1))},
	{"upsample many channels", NewUpsample("upsample", hwc(3, 6, 35))},
	{"upsample to one pixel", NewUpsample("upsample", hwc(1, 1, 2))},
	{"average pool", NewAvgPool("pool", hwc(4, 6, 3))},
	{"average pool odd", NewAvgPool("pool", hwc(7, 5, 1))},
	{"average pool many channels", NewAvgPool("pool", hwc(6, 3, 35))},
	{"average pool of one pixel", NewAvgPool("pool", hwc(1, 1, 2))},
	{"pixel shuffle", NewPixelShuffle("shuffle", hwc(4, 6, 3))},
	{"pixel shuffle odd", NewPixelShuffle("shuffle", hwc(7, 5, 1))},
	{"pixel shuffle many channels", NewPixelShuffle("shuffle", hwc(2, 3, 20))},
	{"group norm", NewGroupNorm("norm", hwc(4, 3, 6), 2)},
	{"group norm of one channel", NewGroupNorm("norm", hwc(5, 3, 1), 1)},
	{"group norm of one group", NewGroupNorm("norm", hwc(3, 3, 3), 1)},
	{"group norm of each channel", NewGroupNorm("norm", hwc(7, 5, 4), 4)},
	{"group norm of many channels", NewGroupNorm("norm", hwc(3, 3, 48), 8)},
	{"group norm of whole vectors", NewGroupNorm("norm", hwc(5, 3, 32), 4)},
	{"group norm of a vector", NewGroupNorm("norm", vec(12), 3)},
	{"batch norm", NewBatchNorm("norm", hwc(4, 3, 6))},
	{"batch norm of one channel", NewBatchNorm("norm", hwc(5, 3, 1))},
	{"batch norm of many channels", NewBatchNorm("norm", hwc(3, 5, 33))},
	{"batch norm of a vector", NewBatchNorm("norm", vec(4))},
	{"embedding", NewEmbedding("embedding", 10, 33)},
	{"embedding of one class", NewEmbedding("embedding", 1, 3)},
	{"silu", NewSiLU("silu", hwc(3, 5, 3))},
	{"silu of a vector", NewSiLU("silu", vec(1))},
	{"leaky relu", NewLeakyReLU("leaky_relu", hwc(3, 5, 3), 0.2)},
	{"leaky relu of a vector", NewLeakyReLU("leaky_relu", vec(7), 0.01)},
	{"relu", NewLeakyReLU("relu", hwc(3, 5, 3), 0)},
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
	for i, p := range l.Buffers() {
		p.Value = normal(p.Len(), uint32(20+i))
		for j, v := range p.Value {
			p.Value[j] = float32(math.Abs(float64(v))) // none has a use for negative ones
		}
	}
	return theta
}

// normal returns n values from a stream of their own.
func normal(n int, stream uint32) []float32 {
	x := make([]float32, n)
	s := random.New(7, random.Probe, 0, stream)
	s.Normal(x)
	return x
}

// newCall returns a call of the layer on n random images, all gradients wanted.
func newCall(k *kernel.Kernel, l Layer, n int, theta []float32) *Call {
	c := &Call{
		Kernel: k, N: n, Train: true,
		Y: make([]float32, n*l.Out().Len()), Divergence: newDivergence("", l.Out().C), Scratch: make([]float32, n*l.Scratch()),
		DY: make([]float32, n*l.Out().Len()), Grad: make([]float32, len(theta)),
	}
	for i, in := range l.In() {
		c.X = append(c.X, normal(n*in.Len(), uint32(10+i)))
		c.DX = append(c.DX, make([]float32, n*in.Len()))
	}
	return c
}

// TestLayerGradients compares each layer's backward pass with central differences
// of sum(y * c) for random c, by every input and by every parameter.
func TestLayerGradients(t *testing.T) {
	for _, name := range kernel.Names() {
		t.Run(name, func(t *testing.T) {
			t.Setenv(kernel.Variable, name)
			testLayerGradients(t, kerneltest.New(t, 2))
		})
	}
}

func testLayerGradients(t *testing.T, k *kernel.Kernel) {
	for _, tt := range layerTests {
		t.Run(tt.name, func(t *testing.T) {
			const n = 2
			l, theta := tt.layer, bind(tt.layer)
			c := newCall(k, l, n, theta)
			weights := normal(len(c.Y), 2)
			objective := func() float64 {
				l.Forward(c)
				var sum float64
				for i, v := range c.Y {
					sum += float64(v) * float64(weights[i])
				}
				return sum
			}
			for _, train := range []bool{true, false} {
				if !train && len(l.Buffers()) == 0 {
					break // the modes differ only in layers with buffers
				}
				c.Train = train
				objective()
				copy(c.DY, weights)
				l.Backward(c)
				for i := range c.X {
					gradienttest.Check(t, fmt.Sprintf("input %d", i), c.X[i], c.DX[i], 1e-3, 5e-3, objective)
				}
				gradienttest.Check(t, "parameters", theta, c.Grad, 1e-3, 5e-3, objective)
			}
		})
	}
}

// TestConvNaive compares convolutions and their transposes with the sums that define them:
// each tap of each filter takes a pixel of one side to one of the other.
func TestConvNaive(t *testing.T) {
	for _, name := range kernel.Names() {
		t.Run(name, func(t *testing.T) {
			t.Setenv(kernel.Variable, name)
			testConvNaive(t, kerneltest.New(t, 2))
		})
	}
}

func testConvNaive(t *testing.T, k *kernel.Kernel) {
	for _, stride := range []int{1, 2} {
		for _, filter := range []int{1, 3, 4, 5} {
			for _, large := range []Shape{hwc(7, 5, 3), hwc(8, 6, 1), hwc(1, 2, 2), hwc(5, 8, 33)} {
				for _, filters := range []int{1, 4, 33} {
					t.Run(fmt.Sprintf("%v filter %d stride %d to %d", large, filter, stride, filters), func(t *testing.T) {
						conv := NewConv2D("c", large, filters, filter, stride, Identity)
						transpose := NewConvTranspose2D("c", filters, large, filter, stride, Identity)
						checkNaive(t, k, conv, conv.weight, conv.bias, conv.geometry, false)
						checkNaive(t, k, transpose, transpose.weight, transpose.bias, transpose.geometry, true)
					})
				}
			}
		}
	}
}

func checkNaive(t *testing.T, k *kernel.Kernel, l Layer, weight, bias *Param, g kernel.Conv, transposed bool) {
	t.Helper()
	c := newCall(k, l, 1, bind(l))
	file := make([]float32, weight.Len()) // [K][C][size][size] of both
	weight.ToFile(weight.Value)(file, 0)
	l.Forward(c)
	want := make([]float64, len(c.Y))
	for i := range want {
		want[i] = float64(bias.Value[i%len(bias.Value)])
	}
	padding := (g.KH - 1) / 2
	for i := range g.OH {
		for j := range g.OW {
			for u := range g.KH {
				for v := range g.KW {
					r, s := i*g.Stride+u-padding, j*g.Stride+v-padding
					if r < 0 || r >= g.H || s < 0 || s >= g.W {
						continue
					}
					for f := range g.K {
						for ch := range g.C {
							large, small := (r*g.W+s)*g.C+ch, (i*g.OW+j)*g.K+f
							tap := float64(file[((f*g.C+ch)*g.KH+u)*g.KW+v])
							if transposed {
								want[large] += tap * float64(c.X[0][small])
							} else {
								want[small] += tap * float64(c.X[0][large])
							}
						}
					}
				}
			}
		}
	}
	for i, w := range want {
		if diff := math.Abs(float64(c.Y[i]) - w); !(diff <= 2e-5*math.Max(1, math.Abs(w))) {
			t.Fatalf("%T: output %d is %g, want %g", l, i, c.Y[i], w)
		}
	}
}

// TestLayerParity runs each layer's ONNX form in both engines, for every operator set, and
// compares it with the forward pass in evaluation mode.
func TestLayerParity(t *testing.T) {
	enginetest.Each(t, testLayerParity)
}

func testLayerParity(t *testing.T, e *engine.Engine, _ engine.Options) {
	k := kerneltest.New(t, 2)
	for _, tt := range layerTests {
		t.Run(tt.name, func(t *testing.T) {
			const n = 3
			l := tt.layer
			c := newCall(k, l, n, bind(l))
			c.Train = false
			l.Forward(c)

			var inputs []*onnx.Tensor
			for i, in := range l.In() {
				shape := []int64{n}
				for _, d := range dims(in)[1:] {
					shape = append(shape, d.Size)
				}
				inputs = append(inputs, onnx.Float32Tensor(fmt.Sprintf("x%d", i), shape, images.ChannelsFirst(c.X[i], in)))
			}
			want := images.ChannelsFirst(c.Y, l.Out())
			for opset := int64(13); opset <= 22; opset++ {
				out, err := e.Run(t.Context(), onnxOf(t, l, opset), inputs...)
				if err != nil {
					t.Fatal(err)
				}
				got, err := out[0].Float32s()
				if err != nil {
					t.Fatal(err)
				}
				if len(got) != len(want) {
					t.Fatalf("operator set %d: %d values, want %d", opset, len(got), len(want))
				}
				for i, w := range want {
					if diff := math.Abs(float64(got[i] - w)); !(diff <= 1e-5*math.Max(1, math.Abs(float64(w)))) {
						t.Fatalf("operator set %d: value %d is %g in the engine and %g here", opset, i, got[i], w)
					}
				}
			}
		})
	}
}

// onnxOf is the layer as an ONNX file.
func onnxOf(t *testing.T, l Layer, opset int64) []byte {
	g := onnx.NewBuilder("layer")
	var values []onnx.Value
	for i, in := range l.In() {
		values = append(values, g.Input(fmt.Sprintf("x%d", i), onnx.Float32, dims(in)...))
	}
	g.Output("y", l.Emit(g, values...))
	return enginetest.File(t, g, onnx.ModelOptions{Opset: opset})
}

// TestLayerThreads: a layer computes the same bits whatever the number of threads, and
// the parameters' gradients also where those of the inputs are not wanted.
func TestLayerThreads(t *testing.T) {
	for _, tt := range layerTests {
		var want []float32
		for threads := 1; threads <= 3; threads++ {
			k := kerneltest.New(t, threads)
			c := newCall(k, tt.layer, 5, bind(tt.layer))
			runLayer(tt.layer, c)
			got := slices.Concat(c.Grad, c.Y, slices.Concat(c.DX...))
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d threads compute other numbers than one", tt.name, threads)
			}
			clear(c.Grad)
			clear(c.DX)
			runLayer(tt.layer, c)
			for i, g := range c.Grad { // convolutions may add in another order
				if diff := math.Abs(float64(g - want[i])); !(diff <= 1e-4) {
					t.Errorf("%s: the gradient of parameter %d is %g, without those of the inputs %g", tt.name, i, want[i], g)
					break
				}
			}
		}
	}
}

// runLayer does a forward and a backward pass from a gradient that is always the same.
func runLayer(l Layer, c *Call) {
	l.Forward(c)
	copy(c.DY, normal(len(c.DY), 2))
	l.Backward(c)
}

func TestLayersAllocateNothing(t *testing.T) {
	k := kerneltest.New(t, 2)
	for _, tt := range layerTests {
		c := newCall(k, tt.layer, 5, bind(tt.layer))
		alloctest.None(t, tt.name, func() {
			tt.layer.Forward(c)
			tt.layer.Backward(c)
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
