package infer_test

import (
	"math"
	"strings"
	"testing"

	"govae/contract"
	"govae/infer"
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
func withCheck(t testing.TB, width int, output func(x []float32, rows int) []contract.Output) func(*onnx.Model) {
	return func(m *onnx.Model) {
		check := contract.Check{Tolerance: 1e-5}
		for _, rows := range []int{1, 3} {
			in := contract.Input{Name: m.Graph.Inputs[0].Name, Formula: contract.Formula{Step: 37, Modulus: 101, Scale: 4, Offset: -2}}
			check.Cases = append(check.Cases, contract.Case{Rows: rows, Inputs: []contract.Input{in}, Outputs: output(in.Values(rows*width), rows)})
		}
		setCheck(t, m, check)
	}
}

func setCheck(t testing.TB, m *onnx.Model, check contract.Check) {
	t.Helper()
	text, err := check.Text()
	if err != nil {
		t.Fatal(err)
	}
	m.SetMetadata(contract.KeyCheck, text)
}

// product is x wᵀ with the weights of that name, through f.
func product(x []float32, rows int, name string, out, in int, f func(float64) float64) contract.Output {
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
	return contract.NewOutput(name, y)
}

func TestCheckValues(t *testing.T) {
	sigmoid := func(s float64) float64 { return 1 / (1 + math.Exp(-s)) }
	same := func(s float64) float64 { return s }
	pixels := small.pixels()
	right := func(x []float32, rows int) []contract.Output {
		return []contract.Output{product(x, rows, "pixels", pixels, small.latent, sigmoid)}
	}
	for name, tt := range map[string]struct {
		data []byte
		want string // part of the error
	}{
		"decoder": {decoderModel(t, small, withCheck(t, small.latent, right)), ""},
		"encoder": {encoderModel(t, small, withCheck(t, pixels, func(x []float32, rows int) []contract.Output {
			return []contract.Output{product(x, rows, "mean_layer", small.latent, pixels, same), product(x, rows, "log_var_layer", small.latent, pixels, same)}
		})), ""},
		"autoencoder": {autoencoderModel(t, small, withCheck(t, pixels, func(x []float32, _ int) []contract.Output {
			y := make([]float32, len(x))
			for i, v := range x {
				y[i] = v / 2
			}
			return []contract.Output{contract.NewOutput("reconstruction", y)}
		})), ""},
		"another value": {decoderModel(t, small, withCheck(t, small.latent, func(x []float32, rows int) []contract.Output {
			outputs := right(x, rows)
			outputs[0].Values[15] += 0.25
			return outputs
		})), "the check values differ by 0.25, more than 1e-05, in "},
		"too many outputs": {decoderModel(t, small, withCheck(t, small.latent, func(x []float32, rows int) []contract.Output {
			return append(right(x, rows), right(x, rows)...)
		})), "case 0 has 2 outputs, and the model 1"},
		"two inputs": {decoderModel(t, small, func(m *onnx.Model) {
			in := contract.Input{Name: contract.Z, Formula: contract.Formula{Modulus: 1}}
			setCheck(t, m, contract.Check{Tolerance: 1e-5, Cases: []contract.Case{{Rows: 1, Inputs: []contract.Input{in, in}, Outputs: right(make([]float32, small.latent), 1)}}})
		}), "case 0 has 2 inputs, and the model 1"},
		"mean alone": {meanModel(t, small, withCheck(t, pixels, func(x []float32, rows int) []contract.Output {
			return []contract.Output{product(x, rows, "mean_layer", small.latent, pixels, same)}
		})), ""},
		"mean alone, two values": {meanModel(t, small, withCheck(t, pixels, func(x []float32, rows int) []contract.Output {
			mean := product(x, rows, "mean_layer", small.latent, pixels, same)
			return []contract.Output{mean, mean}
		})), "case 0 has 2 outputs, and the model 1"},
		"none":  {decoderModel(t, small), "model: holds no check values (metadata vae.check)"},
		"noise": {decoderModel(t, small, metadata(contract.KeyCheck, "noise")), `model: vae.check is "noise", which cannot be read: invalid`},
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
	s := openAutoencoder(t, autoencoderModel(t, small), 2)
	x := make([]float32, 11*small.pixels())
	for i := range x {
		x[i] = float32(i%5) / 2
	}
	images, err := infer.Collect(s.Reconstruct(t.Context(), infer.Images{Shape: s.Shape(), Pixels: x}.All()))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range images.Pixels {
		if v != x[i]/2 {
			t.Fatalf("value %d is %g", i, v)
		}
	}
	for latent, want := range map[string]string{"x": `vae.latent is "x"`, "-1": `vae.latent is "-1"`, "99999999": "every dimension"} {
		if _, err := infer.OpenBytes(autoencoderModel(t, small, metadata(contract.KeyLatent, latent)), infer.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("latent %s: error %v, want one with %q", latent, err, want)
		}
	}
}
