package infer_test

import (
	"math"
	"strings"
	"testing"

	"govae/infer"
	"govae/internal/checkvalues"
	"govae/onnx"
)

// autoencoderModel maps images to half of them.
func autoencoderModel(t testing.TB, s size, change ...func(*onnx.Model)) []byte {
	t.Helper()
	b := onnx.NewBuilder("autoencoder")
	x := b.Input("image", onnx.Float32, dims(s.c, s.h, s.w)...)
	b.Output("reconstruction", b.Node("Mul", "mul", []onnx.Value{x, b.Float32("half", nil, []float32{0.5})}))
	return finish(t, b, s, change)
}

// withCheck adds check values of two cases to a model: those that output returns
// of an input.
func withCheck(t testing.TB, width int, output func(x []float32, rows int) []checkvalues.Output) func(*onnx.Model) {
	return func(m *onnx.Model) {
		v := checkvalues.Values{Tolerance: 1e-5}
		for _, rows := range []int{1, 3} {
			c := checkvalues.Case{Rows: rows, Step: 37, Modulus: 101, Scale: 4, Offset: -2}
			c.Outputs = output(c.InputValues(width), rows)
			v.Cases = append(v.Cases, c)
		}
		text, err := v.Text()
		if err != nil {
			t.Fatal(err)
		}
		m.SetMetadata(checkvalues.Key, text)
	}
}

// product is x wᵀ with the weights of that name, through f.
func product(x []float32, rows int, name string, out, in int, f func(float64) float64) checkvalues.Output {
	w, y := weights(name, out, in), make([]float32, 0, rows*out)
	for i := range rows {
		for j := range out {
			var sum float64
			for k := range in {
				sum += float64(x[i*in+k]) * float64(w[j*in+k])
			}
			y = append(y, float32(f(sum)))
		}
	}
	return checkvalues.NewOutput(name, y)
}

func TestCheckValues(t *testing.T) {
	sigmoid := func(s float64) float64 { return 1 / (1 + math.Exp(-s)) }
	same := func(s float64) float64 { return s }
	pixels := small.pixels()
	right := func(x []float32, rows int) []checkvalues.Output {
		return []checkvalues.Output{product(x, rows, "pixels", pixels, small.latent, sigmoid)}
	}
	for name, tt := range map[string]struct {
		data []byte
		want string // part of the error
	}{
		"decoder": {decoderModel(t, small, withCheck(t, small.latent, right)), ""},
		"encoder": {encoderModel(t, small, withCheck(t, pixels, func(x []float32, rows int) []checkvalues.Output {
			return []checkvalues.Output{product(x, rows, "mean_layer", small.latent, pixels, same), product(x, rows, "log_var_layer", small.latent, pixels, same)}
		})), ""},
		"autoencoder": {autoencoderModel(t, small, withCheck(t, pixels, func(x []float32, _ int) []checkvalues.Output {
			y := make([]float32, len(x))
			for i, v := range x {
				y[i] = v / 2
			}
			return []checkvalues.Output{checkvalues.NewOutput("reconstruction", y)}
		})), ""},
		"another value": {decoderModel(t, small, withCheck(t, small.latent, func(x []float32, rows int) []checkvalues.Output {
			outputs := right(x, rows)
			outputs[0].Values[15] += 0.25
			return outputs
		})), "the check values differ by 0.25, more than 1e-05, in "},
		"too many outputs": {decoderModel(t, small, withCheck(t, small.latent, func(x []float32, rows int) []checkvalues.Output {
			return append(right(x, rows), right(x, rows)...)
		})), "case 0 has 2 outputs, and the model 1"},
		"none":  {decoderModel(t, small), "model: holds no check values (metadata vae.check)"},
		"noise": {decoderModel(t, small, func(m *onnx.Model) { m.SetMetadata("vae.check", "noise") }), "metadata vae.check: invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := open(t, infer.OpenBytes, tt.data, infer.Options{}).CheckValues(t.Context())
			switch {
			case tt.want == "" && (err != nil || d > 1e-6):
				t.Errorf("difference %g, error %v", d, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestAutoencoder(t *testing.T) {
	set := func(key, value string) func(*onnx.Model) { return func(m *onnx.Model) { m.SetMetadata(key, value) } }
	s := openAutoencoder(t, autoencoderModel(t, small), 2)
	x := make([]float32, 11*small.pixels())
	for i := range x {
		x[i] = float32(i%5) / 2
	}
	images, err := infer.Collect(s.Reconstruct(t.Context(), infer.Images{C: small.c, H: small.h, W: small.w, Pixels: x}.All()))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range images.Pixels {
		if v != x[i]/2 {
			t.Fatalf("value %d is %g", i, v)
		}
	}
	for latent, want := range map[string]string{"x": `vae.latent is "x"`, "-1": `vae.latent is "-1"`, "99999999": "every dimension"} {
		if _, err := infer.OpenBytes(autoencoderModel(t, small, set("vae.latent", latent)), infer.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("latent %s: error %v, want one with %q", latent, err, want)
		}
	}
}
