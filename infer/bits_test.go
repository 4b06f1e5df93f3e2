package infer_test

import (
	"errors"
	"iter"
	"math"
	"testing"

	"govae/contract"
	"govae/engine"
	"govae/infer"
	"govae/latent"
	"govae/onnx"
)

// convolutional is a decoder with transposed convolutions.
func convolutional(t testing.TB) []byte {
	t.Helper()
	b := onnx.NewBuilder("decoder")
	z := b.Input("z", onnx.Float32, onnx.Named("batch"), onnx.Size(5))
	x := b.Node("Reshape", "reshape", []onnx.Value{dense(b, "dense", z, 16*4*4, 5), b.Int64("shape", []int{4}, []int64{-1, 16, 4, 4})})
	up := b.Float32("up/weight", []int{16, 8, 3, 3}, weights("up", 16, 72))
	x = b.Node("ConvTranspose", "up", []onnx.Value{x, up}, onnx.Ints("strides", 2, 2), onnx.Ints("pads", 1, 1, 1, 1), onnx.Ints("output_padding", 1, 1))
	x = b.Node("Relu", "relu", []onnx.Value{x})
	end := b.Float32("end/weight", []int{3, 8, 3, 3}, weights("end", 3, 72))
	x = b.Node("Conv", "end", []onnx.Value{x, end}, onnx.Ints("pads", 1, 1, 1, 1))
	b.Output("image", b.Node("Sigmoid", "sigmoid", []onnx.Value{x}), dims(3, 8, 8)...)
	return finish(t, b, size{5, 3, 8, 8}, nil)
}

// TestBitsDoNotDependOnTheSplit: an image is the same in whatever place of whatever chunk
// its point is, on both engines.
func TestBitsDoNotDependOnTheSplit(t *testing.T) {
	for name, data := range map[string][]byte{"dense": decoderModel(t, size{5, 3, 9, 7}), "convolutional": convolutional(t)} {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, e engine.Options) {
				d := open(t, infer.OpenDecoderBytes, data, infer.Options{Engine: e, Threads: 2})
				points, err := latent.Collect(latent.Prior(5, 37, latent.SampleOptions{}))
				if err != nil {
					t.Fatal(err)
				}
				var z []float32
				for _, p := range points {
					z = append(z, p...)
				}
				all, err := d.Decode(t.Context(), z)
				if err != nil {
					t.Fatal(err)
				}
				for first := range points {
					for _, n := range []int{1, 2, 3, 5, 8, 11} {
						n := min(n, len(points)-first)
						part, err := d.Decode(t.Context(), z[first*5:(first+n)*5])
						if err != nil {
							t.Fatal(err)
						}
						for i := range n {
							if !equal(part.At(i).Pixels, all.At(first+i).Pixels) {
								t.Fatalf("image %d has other bits as number %d of %d", first+i, i, n)
							}
						}
					}
				}
			})
		})
	}
}

func equal(a, b []float32) bool {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}

// TestStreamsReadLittle: three results of an endless stream need few images, and come
// while the stream rests after the third one.
func TestStreamsReadLittle(t *testing.T) {
	ctx := t.Context()
	vae := pair(t, openEncoder(t, encoderModel(t, small), 2), openDecoder(t, decoderModel(t, small, metadata(contract.KeyLikelihood, "bernoulli")), 2))
	image := someImages(small, 1).At(0)
	type stream = iter.Seq2[infer.Image, error]
	for name, three := range map[string]func(images stream, third func()) error{
		"Scores": func(images stream, third func()) error {
			return firstThree(vae.Scores(ctx, images, infer.ScoreOptions{}), third)
		},
		"EncodeAll":   func(images stream, third func()) error { return firstThree(vae.Encoder.EncodeAll(ctx, images), third) },
		"Reconstruct": func(images stream, third func()) error { return firstThree(vae.Reconstruct(ctx, images), third) },
	} {
		read, ended := 0, false
		err := three(func(yield func(infer.Image, error) bool) {
			defer func() { ended = true }()
			for read++; yield(image, nil); read++ {
			}
		}, func() {})
		// Of two streams in a row each may have three blocks ahead.
		if err != nil || !ended || read > 8+16+32+64+128+256 {
			t.Errorf("%s: %d images read, ended %v, error %v", name, read, ended, err)
		}
		came := make(chan struct{})
		err = three(func(yield func(infer.Image, error) bool) {
			for i := 0; yield(image, nil); i++ {
				if i == 2 {
					<-came
				}
			}
		}, func() { close(came) })
		if err != nil {
			t.Errorf("%s: a stream that rests: error %v", name, err)
		}
	}
}

// firstThree reads three results of a stream, and calls third before it leaves.
func firstThree[T any](stream iter.Seq2[T, error], third func()) error {
	n := 0
	for _, err := range stream {
		if n++; err != nil {
			return err
		}
		if n == 3 {
			third()
			return nil
		}
	}
	return errors.New("fewer than three")
}
