package infer_test

import (
	"testing"

	"govae/contract"
	"govae/engine"
	"govae/engine/enginetest"
	"govae/images"
	"govae/infer"
	"govae/internal/random"
	"govae/onnx"
)

// size is that of a small test model.
type size struct{ latent, c, h, w int }

func (s size) pixels() int { return s.c * s.h * s.w }

// weights returns a matrix [out, in] that is the same on every call.
func weights(name string, out, in int) []float32 {
	w := make([]float32, out*in)
	s := random.New(uint64(len(name)), random.Init, 0, uint32(in))
	s.Normal(w)
	for i := range w {
		w[i] *= 0.3
	}
	return w
}

// dense adds y = x wᵀ with the weights of that name.
func dense(b *onnx.Builder, name string, x onnx.Value, out, in int) onnx.Value {
	w := b.Float32(name+"/weight", []int{out, in}, weights(name, out, in))
	return b.Node("Gemm", name, []onnx.Value{x, w}, onnx.Int("transB", 1))
}

// decoderModel is image = sigmoid(z wᵀ), with the metadata of an exported file.
func decoderModel(t testing.TB, s size, change ...func(*onnx.Model)) []byte {
	t.Helper()
	b := onnx.NewBuilder("decoder")
	z := b.Input("z", onnx.Float32, onnx.Named("batch"), onnx.Size(int64(s.latent)))
	y := b.Node("Sigmoid", "sigmoid", []onnx.Value{dense(b, "pixels", z, s.pixels(), s.latent)})
	shape := b.Int64("shape", []int{4}, []int64{-1, int64(s.c), int64(s.h), int64(s.w)})
	b.Output("image", b.Node("Reshape", "reshape", []onnx.Value{y, shape}), dims(s.c, s.h, s.w)...)
	return finish(t, b, s, change)
}

// encoderModel is mean = x wᵀ and log_var = x vᵀ.
func encoderModel(t testing.TB, s size, change ...func(*onnx.Model)) []byte {
	t.Helper()
	b := onnx.NewBuilder("encoder")
	x := b.Input("image", onnx.Float32, dims(s.c, s.h, s.w)...)
	flat := b.Node("Flatten", "flatten", []onnx.Value{x})
	b.Output("mean", dense(b, "mean_layer", flat, s.latent, s.pixels()))
	b.Output("log_var", dense(b, "log_var_layer", flat, s.latent, s.pixels()))
	return finish(t, b, s, change)
}

// meanModel is an encoder that gives means alone.
func meanModel(t testing.TB, s size, change ...func(*onnx.Model)) []byte {
	t.Helper()
	b := onnx.NewBuilder("encoder")
	x := b.Input("image", onnx.Float32, dims(s.c, s.h, s.w)...)
	b.Output("mean", dense(b, "mean_layer", b.Node("Flatten", "flatten", []onnx.Value{x}), s.latent, s.pixels()))
	return finish(t, b, s, change)
}

func dims(sizes ...int) []onnx.Dim {
	d := []onnx.Dim{onnx.Named("batch")}
	for _, n := range sizes {
		d = append(d, onnx.Size(int64(n)))
	}
	return d
}

func finish(t testing.TB, b *onnx.Builder, s size, change []func(*onnx.Model)) []byte {
	t.Helper()
	m, err := b.Model(onnx.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	d := contract.Metadata{Latent: s.latent, Image: images.Shape{H: s.h, W: s.w, C: s.c}, ModelID: "aaaaaaaaaaaaaaaa"}
	if err := d.Write(m); err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(m)
	}
	data, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// open opens a model, with ONNX Runtime where that is found.
func open[S infer.Session](t testing.TB, open func([]byte, infer.Options) (S, error), data []byte, o infer.Options) S {
	t.Helper()
	s, err := open(data, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func openDecoder(t testing.TB, data []byte, threads int) *infer.Decoder {
	t.Helper()
	return open(t, infer.OpenDecoderBytes, data, infer.Options{Threads: threads})
}

func openEncoder(t testing.TB, data []byte, threads int) *infer.Encoder {
	t.Helper()
	return open(t, infer.OpenEncoderBytes, data, infer.Options{Threads: threads})
}

func openAutoencoder(t testing.TB, data []byte, threads int) *infer.Autoencoder {
	t.Helper()
	return open(t, infer.OpenAutoencoderBytes, data, infer.Options{Threads: threads})
}

// pair makes a pair of sessions.
func pair(t testing.TB, encoder *infer.Encoder, decoder *infer.Decoder) *infer.Pair {
	t.Helper()
	p, err := infer.PairOf(decoder, encoder)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// onEngines runs a test on each engine; where ONNX Runtime is missing its half alone is
// skipped.
func onEngines(t *testing.T, test func(t *testing.T, o engine.Options)) {
	enginetest.Each(t, func(t *testing.T, _ *engine.Engine, o engine.Options) { test(t, o) })
}
