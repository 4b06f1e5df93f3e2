package infer_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"govae/contract"
	"govae/engine"
	"govae/infer"
	"govae/onnx"
)

// scaled is a decoder of three latent dimensions whose images are f(a + b z), z being one
// of its points, pixel by pixel.
func scaled(t testing.TB, f string, a, b float32) []byte {
	t.Helper()
	g := onnx.NewBuilder("decoder")
	z := g.Input("z", onnx.Float32, onnx.Named("batch"), onnx.Size(3))
	y := g.Node("Add", "add", []onnx.Value{g.Node("Mul", "mul", []onnx.Value{z, g.Float32("b", nil, []float32{b})}), g.Float32("a", nil, []float32{a})})
	if f != "" {
		y = g.Node(f, "end", []onnx.Value{y})
	}
	g.Output("image", g.Node("Reshape", "reshape", []onnx.Value{y, g.Int64("shape", []int{4}, []int64{-1, 1, 1, 3})}), dims(1, 1, 3)...)
	return finish(t, g, size{3, 1, 1, 3}, nil)
}

func TestRange(t *testing.T) {
	nan := float32(math.NaN())
	for name, tt := range map[string]struct {
		data []byte
		want string // part of the error
	}{
		"sigmoid":     {scaled(t, "Sigmoid", 0, 50), ""},
		"rounding":    {scaled(t, "", 0.5, 0.5000001), ""},
		"tanh":        {scaled(t, "Tanh", 0, 1), "model: an output image has values from -0.761594 to 0.761594, and those of images are in [0, 1]"},
		"logits":      {scaled(t, "", 1, 5), "has values from -4 to 6, and those of images are in [0, 1]"},
		"bytes":       {scaled(t, "", 127, 127), "has values from 127 to 127, and those of images are in [0, 1]"},
		"NaN weights": {scaled(t, "Sigmoid", nan, 1), "model: 3 of the 3 values of an output image are not finite"},
		"infinite":    {scaled(t, "", float32(math.Inf(1)), 1), "3 of the 3 values of an output image are not finite"},
	} {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, e engine.Options) {
				d := open(t, infer.OpenDecoderBytes, tt.data, infer.Options{Engine: e, Threads: 2})
				// 21 points, of which the last two chunks have some that go far.
				z := make([]float32, 3*21)
				for i := 3 * 10; i < len(z); i += 3 {
					z[i], z[i+1] = -1, 1
				}
				points := func(yield func([]float32, error) bool) {
					for i := 0; i < len(z) && yield(z[i:i+3], nil); i += 3 {
					}
				}
				_, err := d.Decode(t.Context(), z)
				for _, err := range []error{err, last(d.DecodeAll(t.Context(), points))} {
					wrong := errors.As(err, new(*infer.RangeError))
					if wrong != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
						t.Errorf("error %v, want one with %q", err, tt.want)
					}
				}
			})
		})
	}
}

// TestRangeOfOthers: codes need be finite alone, reconstructions are images, and logits
// are not looked at.
func TestRangeOfOthers(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine.Options) {
		o := infer.Options{Engine: e}
		x := someImages(small, 3)
		x.Pixels[small.pixels()] = float32(math.NaN())
		encoder := open(t, infer.OpenEncoderBytes, encoderModel(t, small), o)
		if err := last(encoder.EncodeAll(t.Context(), x.All())); err == nil || !strings.Contains(err.Error(), "2 of the 2 values of an output code are not finite") {
			t.Errorf("codes: error %v", err)
		}
		autoencoder := open(t, infer.OpenAutoencoderBytes, autoencoderModel(t, small), o)
		if err := last(autoencoder.Reconstruct(t.Context(), x.All())); err == nil || !strings.Contains(err.Error(), "1 of the 20 values of an output image are not finite") {
			t.Errorf("reconstructions: error %v", err)
		}
		x.Pixels[small.pixels()] = 8
		if err := last(autoencoder.Reconstruct(t.Context(), x.All())); !errors.As(err, new(*infer.RangeError)) {
			t.Errorf("reconstructions: error %v", err)
		}
		if err := last(encoder.EncodeAll(t.Context(), x.All())); err != nil {
			t.Errorf("large codes: error %v", err)
		}
		decoder := open(t, infer.OpenDecoderBytes, decoderModel(t, small, metadata(contract.KeyLikelihood, "bernoulli")), o)
		likelihood, err := decoder.Likelihood()
		if err != nil {
			t.Fatal(err)
		}
		defer likelihood.Close()
		if _, err := likelihood.Nats(t.Context(), x.At(0).Pixels, []float32{30, -30}); err != nil {
			t.Errorf("logits: error %v", err)
		}
	})
}
