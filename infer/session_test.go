package infer_test

import (
	"context"
	"errors"
	"image/color"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"govae/contract"
	"govae/engine/enginetest"
	"govae/images"
	"govae/infer"
	"govae/internal/parallel"
	"govae/latent"
	"govae/onnx"
)

var small = size{latent: 2, c: 1, h: 5, w: 4}

func TestDecodeComputes(t *testing.T) {
	s := openDecoder(t, decoderModel(t, small), 1)
	z := []float32{0.5, -1, 2, 0.25, 0, 0}
	images, err := s.Decode(context.Background(), z)
	if err != nil {
		t.Fatal(err)
	}
	w := weights("pixels", small.pixels(), 2)
	for i := range 3 {
		for p, got := range images.At(i).Pixels {
			logit := float64(z[2*i]*w[2*p] + z[2*i+1]*w[2*p+1])
			if want := 1 / (1 + math.Exp(-logit)); math.Abs(float64(got)-want) > 1e-6 {
				t.Fatalf("image %d, pixel %d is %g, want %g", i, p, got, want)
			}
		}
	}
	if images.Len() != 3 || images.C != 1 || images.H != 5 || images.W != 4 {
		t.Errorf("%d images %dx%dx%d, want 3 of 1x5x4", images.Len(), images.C, images.H, images.W)
	}
}

func TestEncodeAndReconstruct(t *testing.T) {
	ctx := context.Background()
	encoder, decoder := openEncoder(t, encoderModel(t, small), 2), openDecoder(t, decoderModel(t, small), 2)
	drawn, err := infer.Collect(decoder.Sample(ctx, 21, latent.SampleOptions{Seed: 3}))
	if err != nil {
		t.Fatal(err)
	}
	mean, logVar, err := encoder.Encode(ctx, drawn.Pixels)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]float32{"mean_layer": mean, "log_var_layer": logVar} {
		w := weights(name, 2, small.pixels())
		for i, v := range got {
			var want float64
			for p, x := range drawn.At(i / 2).Pixels {
				want += float64(x) * float64(w[i%2*small.pixels()+p])
			}
			if math.Abs(float64(v)-want) > 1e-5 {
				t.Fatalf("%s %d is %g, want %g", name, i, v, want)
			}
		}
	}
	want, err := decoder.Decode(ctx, mean)
	if err != nil {
		t.Fatal(err)
	}
	got, err := infer.Collect(pair(t, encoder, decoder).Reconstruct(ctx, drawn.All()))
	if err != nil || !slices.Equal(got.Pixels, want.Pixels) {
		t.Errorf("reconstruction is not the decoded mean (%v)", err)
	}
}

// TestBitsDoNotDependOnTheBatch draws the same samples alone, in parts and in
// one go, on one thread and on many.
func TestBitsDoNotDependOnTheBatch(t *testing.T) {
	ctx := context.Background()
	s := size{latent: 5, c: 3, h: 9, w: 7}
	data := decoderModel(t, s)
	one, many := openDecoder(t, data, 1), openDecoder(t, data, 5)
	all, err := infer.Collect(many.Sample(ctx, 61, latent.SampleOptions{Seed: 9}))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ first, n int }{{0, 1}, {60, 1}, {0, 7}, {13, 17}, {0, 61}, {5, 0}} {
		for _, session := range []*infer.Decoder{one, many} {
			got, err := infer.Collect(session.Sample(ctx, tt.n, latent.SampleOptions{Seed: 9, First: tt.first}))
			if err != nil {
				t.Fatal(err)
			}
			if want := all.Pixels[tt.first*s.pixels() : (tt.first+tt.n)*s.pixels()]; !slices.Equal(got.Pixels, want) {
				t.Errorf("%d samples from number %d on differ from those of the whole series", tt.n, tt.first)
			}
		}
	}
	other, err := infer.Collect(one.Sample(ctx, 61, latent.SampleOptions{Seed: 10}))
	if err != nil || slices.Equal(other.Pixels, all.Pixels) {
		t.Errorf("another seed gives the same images (%v)", err)
	}
}

// TestStreams reads more rows than a stream has ahead, leaves early, and meets errors.
func TestStreams(t *testing.T) {
	ctx := t.Context()
	encoder, decoder := openEncoder(t, encoderModel(t, small), 2), openDecoder(t, decoderModel(t, small), 2)
	const n = 5000
	count := 0
	for image, err := range pair(t, encoder, decoder).Reconstruct(ctx, decoder.Sample(ctx, n, latent.SampleOptions{})) {
		if err != nil || len(image.Pixels) != small.pixels() {
			t.Fatalf("image %d: %d pixels, error %v", count, len(image.Pixels), err)
		}
		count++
	}
	if count != n {
		t.Errorf("%d images, want %d", count, n)
	}
	failure := errors.New("no more")
	points := func(yield func([]float32, error) bool) {
		for range 3000 {
			if !yield([]float32{1, 2}, nil) {
				return
			}
		}
		yield(nil, failure)
	}
	if _, err := infer.Collect(decoder.DecodeAll(ctx, points)); err != failure {
		t.Errorf("error %v, want that of the input", err)
	}
	narrow := func(yield func([]float32, error) bool) { yield([]float32{1}, nil) }
	if _, err := infer.Collect(decoder.DecodeAll(ctx, narrow)); err == nil || !strings.Contains(err.Error(), "a row of 1 values") {
		t.Errorf("a short row: error %v", err)
	}
	hot, err := infer.Collect(decoder.Sample(ctx, 3, latent.SampleOptions{Temperature: 2}))
	if err != nil {
		t.Fatal(err)
	}
	cold, err := infer.Collect(decoder.Sample(ctx, 3, latent.SampleOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	for i := range cold.Pixels { // the logits are linear in z
		logit := func(p float32) float64 { return math.Log(float64(p) / (1 - float64(p))) }
		if a, b := logit(hot.Pixels[i]), 2*logit(cold.Pixels[i]); math.Abs(a-b) > 1e-3*(1+math.Abs(b)) {
			t.Fatalf("logit %d at temperature 2 is %g, want %g", i, a, b)
		}
	}
}

// TestStreamsEnd leaves an endless stream early, and cancels one: its source ends before
// the consumer goes on.
func TestStreamsEnd(t *testing.T) {
	decoder := openDecoder(t, decoderModel(t, small), 2)
	reading := false
	endless := func(yield func([]float32, error) bool) {
		reading = true
		defer func() { reading = false }()
		for yield([]float32{1, 2}, nil) {
		}
	}
	for range decoder.DecodeAll(t.Context(), endless) {
		break
	}
	if reading {
		t.Error("the source is still read after a break")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range decoder.DecodeAll(ctx, endless) {
		cancel()
		last = err
	}
	if reading || last != context.Canceled {
		t.Errorf("cancelled: still reading %v, error %v", reading, last)
	}
}

// TestPanicsReachTheCaller panics in what a stream reads on another goroutine.
func TestPanicsReachTheCaller(t *testing.T) {
	decoder := openDecoder(t, decoderModel(t, small), 2)
	defer func() {
		if p, ok := recover().(*parallel.Panic); !ok || p.Value != "no such point" {
			t.Errorf("recovered %v", p)
		}
	}()
	infer.Collect(decoder.DecodeAll(t.Context(), func(func([]float32, error) bool) { panic("no such point") }))
}

func TestPicture(t *testing.T) {
	gray := infer.Image{Shape: images.Shape{H: 1, W: 2, C: 1}, Pixels: []float32{0.5, 2}}.Picture()
	if a, b := gray.At(0, 0), gray.At(1, 0); a != (color.Gray{Y: 128}) || b != (color.Gray{Y: 255}) {
		t.Errorf("gray pixels %v and %v", a, b)
	}
	rgb := infer.Image{Shape: images.Shape{H: 2, W: 1, C: 3}, Pixels: []float32{0, 1, 0.2, 0.4, 0.6, -1}}.Picture()
	if a, b := rgb.At(0, 0), rgb.At(0, 1); a != (color.RGBA{0, 51, 153, 255}) || b != (color.RGBA{255, 102, 0, 255}) {
		t.Errorf("colour pixels %v and %v", a, b)
	}
}

func TestConcurrentUseCancelAndClose(t *testing.T) {
	s := openDecoder(t, decoderModel(t, small), 2)
	want, err := infer.Collect(s.Sample(context.Background(), 20, latent.SampleOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	var users sync.WaitGroup
	for range 8 {
		users.Go(func() {
			got, err := infer.Collect(s.Sample(context.Background(), 20, latent.SampleOptions{}))
			if err != nil || !slices.Equal(got.Pixels, want.Pixels) {
				t.Errorf("concurrent use gives other images (%v)", err)
			}
		})
	}
	users.Wait()

	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := infer.Collect(s.Sample(cancelled, 20, latent.SampleOptions{})); err != context.Canceled {
		t.Errorf("cancelled: error %v, want %v", err, context.Canceled)
	}
	s.Close()
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if _, err := infer.Collect(s.Sample(context.Background(), 20, latent.SampleOptions{})); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("after Close: error %v", err)
	}
}

func TestRoles(t *testing.T) {
	for role, data := range map[infer.Role][]byte{
		infer.RoleDecoder: decoderModel(t, small), infer.RoleEncoder: encoderModel(t, small), infer.RoleAutoencoder: autoencoderModel(t, small),
	} {
		s := open(t, infer.OpenBytes, data, infer.Options{})
		var got infer.Role
		switch s.(type) {
		case *infer.Decoder:
			got = infer.RoleDecoder
		case *infer.Encoder:
			got = infer.RoleEncoder
		case *infer.Autoencoder:
			got = infer.RoleAutoencoder
		}
		if c := s.Contract(); got != role || c.Role != role || c.Latent != 2 || s.Latent() != 2 || s.Shape() != (images.Shape{H: 5, W: 4, C: 1}) {
			t.Errorf("%v: %T of the contract %+v", role, s, c)
		}
		path := filepath.Join(t.TempDir(), "model.onnx")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		for want, openAs := range map[infer.Role]func() error{
			infer.RoleDecoder:     func() error { return opens(infer.OpenDecoder(path, infer.Options{})) },
			infer.RoleEncoder:     func() error { return opens(infer.OpenEncoder(path, infer.Options{})) },
			infer.RoleAutoencoder: func() error { return opens(infer.OpenAutoencoder(path, infer.Options{})) },
		} {
			err := openAs()
			if wrong, ok := errors.AsType[*infer.RoleError](err); want == role && err != nil || want != role && (!ok || *wrong != infer.RoleError{Name: path, Got: role, Want: want}) {
				t.Errorf("the %v as %v: error %v", role, want, err)
			}
		}
	}
	err := &infer.RoleError{Name: "a.onnx", Got: infer.RoleEncoder, Want: infer.RoleDecoder}
	if got := err.Error(); got != "a.onnx: holds the encoder where the decoder is needed" {
		t.Error(got)
	}
}

// opens closes what was opened, and returns the error.
func opens[S infer.Session](s S, err error) error {
	if err == nil {
		err = s.Close()
	}
	return err
}

// TestNew makes sessions of models in memory, which are those of the files.
func TestNew(t *testing.T) {
	data := decoderModel(t, small)
	m, err := onnx.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	s, err := infer.NewDecoder(m, infer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	file := openDecoder(t, data, 1)
	if s.Fingerprint() != file.Fingerprint() {
		t.Error("another fingerprint than that of the file")
	}
	z := []float32{1, -1}
	a, err := s.Decode(t.Context(), z)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := file.Decode(t.Context(), z); err != nil || !slices.Equal(a.Pixels, b.Pixels) {
		t.Errorf("other images than those of the file (%v)", err)
	}
	if err := opens(infer.NewEncoder(m, infer.Options{})); !errors.As(err, new(*infer.RoleError)) {
		t.Errorf("as encoder: %v", err)
	}
}

func TestPairs(t *testing.T) {
	decoder := openDecoder(t, decoderModel(t, small), 1)
	other := openEncoder(t, encoderModel(t, small, func(m *onnx.Model) { m.SetMetadata("vae.model_id", "bbbbbbbbbbbb") }), 1)
	if _, err := infer.PairOf(decoder, other); !errors.As(err, new(*latent.SpaceError)) || !strings.Contains(err.Error(), "different models (vae.model_id bbbbbbbb… and aaaaaaaa…)") {
		t.Errorf("files of two models: %v", err)
	}
	wide := openEncoder(t, encoderModel(t, size{2, 1, 4, 5}), 1)
	if _, err := infer.PairOf(decoder, wide); err == nil || !strings.Contains(err.Error(), "made for 1x4x5 images, model for 1x5x4") {
		t.Errorf("files for two sizes: %v", err)
	}
	both, err := infer.OpenPairBytes(decoderModel(t, small), encoderModel(t, small), infer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := both.Close(); err != nil {
		t.Error(err)
	}
	if _, err := infer.OpenPairBytes(encoderModel(t, small), decoderModel(t, small), infer.Options{}); !errors.As(err, new(*infer.RoleError)) {
		t.Errorf("in the wrong order: %v", err)
	}
}

// TestBadArguments: what a caller gives that cannot be is an error.
func TestBadArguments(t *testing.T) {
	ctx := t.Context()
	decoder, encoder := openDecoder(t, decoderModel(t, small, metadata(contract.KeyLikelihood, "bernoulli")), 1), openEncoder(t, encoderModel(t, small), 1)
	vae := pair(t, encoder, decoder)
	likelihood, err := decoder.Likelihood()
	if err != nil {
		t.Fatal(err)
	}
	defer likelihood.Close()
	_, decoded := decoder.Decode(ctx, make([]float32, 3))
	_, _, encoded := encoder.Encode(ctx, make([]float32, 21))
	_, nats := likelihood.Nats(ctx, make([]float32, 20), make([]float32, 4))
	for want, err := range map[string]error{
		"3 input values are no rows of 2":   decoded,
		"21 input values are no rows of 20": encoded,
		"20 pixels do not go with 2 latent": nats,
		"the option n is -1":                last(decoder.Sample(ctx, -1, latent.SampleOptions{})),
		"the option Draws is -1":            last(vae.Scores(ctx, nil, infer.ScoreOptions{Draws: -1})),
		"the option Grid is 1":              last(decoder.Manifold(ctx, latent.LatticeOptions{Grid: 1})),
		"the option Steps is -2":            last(decoder.Traverse(ctx, latent.LineOptions{Steps: -2})),
		"the option steps is 0":             last(decoder.InterpolateEvenly(ctx, latent.Of(), 0, latent.Linear)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestBadFiles needs no engine: all is found in the file.
func TestBadFiles(t *testing.T) {
	good := decoderModel(t, small)
	set := func(key, value string) func(*onnx.Model) { return func(m *onnx.Model) { m.SetMetadata(key, value) } }
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, ""},
		{"garbage", []byte("this is not an ONNX file at all, but some text"), ""},
		{"truncated", good[:len(good)-40], ""},
		{"newer format", decoderModel(t, small, set(contract.KeyFormat, "3")), `vae.format is "3"`},
		{"other pixel range", decoderModel(t, small, set(contract.KeyPixelRange, "-1,1")), `vae.pixel_range is "-1,1"`},
		{"wrong latent", decoderModel(t, small, set(contract.KeyLatent, "3")), `vae.latent is "3", but the graph has 2`},
		{"wrong image", decoderModel(t, small, set(contract.KeyImage, "1x28x28")), `vae.image is "1x28x28", but the graph has 1x5x4`},
		{"no VAE", otherModel(t, "x", "y"), `images of "y" lie flat in rows of 3 numbers`},
		{"training mode", trainingModel(t), `node "norm" (BatchNormalization) is in training mode`},
		{"two channels", decoderModel(t, size{2, 2, 5, 4}), "2 channels"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "decoder.onnx")
			if err := os.WriteFile(path, tt.data, 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := infer.Open(path, infer.Options{})
			if err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with the path and %q", err, tt.want)
			}
			if _, err := infer.OpenBytes(tt.data, infer.Options{}); err == nil {
				t.Error("OpenBytes takes it")
			}
		})
	}
	if _, err := infer.Open(filepath.Join(t.TempDir(), "no.onnx"), infer.Options{}); !errors.Is(err, fs.ErrNotExist) || !strings.HasSuffix(err.Error(), "no.onnx: no such file") {
		t.Errorf("missing file: %v", err)
	}
	if _, err := infer.Open(t.TempDir(), infer.Options{}); err == nil || !strings.Contains(err.Error(), "is a folder, where a file is needed") {
		t.Errorf("folder: %v", err)
	}
}

// otherModel is a model that is no part of a VAE.
func otherModel(t testing.TB, in, out string) []byte {
	b := onnx.NewBuilder("other")
	x := b.Input(in, onnx.Float32, dims(3)...)
	b.Output(out, b.Node("Relu", "relu", []onnx.Value{x}))
	return enginetest.File(t, b, onnx.ModelOptions{})
}

// trainingModel is a decoder whose images depend on their batch.
func trainingModel(t testing.TB) []byte {
	b := onnx.NewBuilder("decoder")
	z := b.Node("Reshape", "reshape", []onnx.Value{b.Input("z", onnx.Float32, dims(2)...), b.Int64("shape", []int{4}, []int64{-1, 1, 2, 1})})
	one := b.Float32("one", []int{1}, []float32{1})
	b.Output("image", b.Node("BatchNormalization", "norm", []onnx.Value{z, one, one, one, one}, onnx.Int("training_mode", 1)), dims(1, 2, 1)...)
	return finish(t, b, size{2, 1, 2, 1}, nil)
}

// FuzzReadContract stands for everything that happens to a file before an engine sees it.
func FuzzReadContract(f *testing.F) {
	f.Add(decoderModel(f, small))
	f.Add(encoderModel(f, size{3, 3, 4, 4}))
	f.Add(autoencoderModel(f, small))
	f.Add(otherModel(f, "z", "image"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := onnx.Unmarshal(data)
		if err != nil || m.Check() != nil {
			return
		}
		c, err := infer.ReadContract(m)
		if err == nil && (c.Latent < 1 && c.Role != infer.RoleAutoencoder || c.C*c.H*c.W < 1) {
			t.Errorf("contract %+v", c)
		}
	})
}

func BenchmarkSample(b *testing.B) {
	s := openDecoder(b, decoderModel(b, size{2, 1, 28, 28}), 0)
	for b.Loop() {
		if _, err := infer.Collect(s.Sample(b.Context(), 64, latent.SampleOptions{})); err != nil {
			b.Fatal(err)
		}
	}
}
