package infer_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"govae/anomaly"
	"govae/contract"
	"govae/engine"
	"govae/images"
	"govae/infer"
	"govae/latent"
)

// noisy returns n images of fading light and noise.
func noisy(s size, n int) infer.Images {
	x := infer.Images{Shape: images.Shape{H: s.h, W: s.w, C: s.c}, Pixels: make([]float32, n*s.pixels())}
	noise := weights("noise", n, s.pixels())
	for i := range x.Pixels {
		row, pixel := i/s.pixels(), i%s.pixels()
		x.Pixels[i] = min(max(0.3+0.4*float32(row*7%n)/float32(n)*float32(pixel%s.w)/float32(s.w)+0.1*noise[i], 0), 1)
	}
	return x
}

func collect[T any](t *testing.T, stream func(func(T, error) bool)) (all []T) {
	t.Helper()
	for v, err := range stream {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// TestDetectorInFile fits a detector, puts it into the encoder's file and reads it from
// there on both engines, whose verdicts must agree.
func TestDetectorInFile(t *testing.T) {
	s := size{latent: 3, c: 1, h: 8, w: 6}
	normal := noisy(s, 120)
	for _, draws := range []int{0, 3} {
		var want []anomaly.Verdict
		onEngines(t, func(t *testing.T, e engine.Options) {
			dir := t.TempDir()
			path := filepath.Join(dir, "encoder.onnx")
			if err := os.WriteFile(path, encoderModel(t, s), 0o644); err != nil {
				t.Fatal(err)
			}
			open := func() *infer.Pair {
				encoder, err := infer.OpenEncoder(path, infer.Options{Engine: e})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { encoder.Close() })
				return pair(t, encoder, open(t, infer.OpenDecoderBytes, decoderModel(t, s), infer.Options{Engine: e, Threads: 2}))
			}
			p := open()
			var none *infer.NoDetectorError
			if _, err := p.Detector(); !errors.As(err, &none) {
				t.Errorf("error %v, want a NoDetectorError", err)
			}
			d, err := p.FitDetector(t.Context(), normal.All(), anomaly.Options{FalseAlarms: 0.05, Draws: draws})
			if err != nil {
				t.Fatal(err)
			}
			before := collect(t, p.Judge(t.Context(), d, normal.All()))
			for range 2 { // a second one takes the first one's place
				if err := infer.WriteDetector(path, d); err != nil {
					t.Fatal(err)
				}
			}
			p = open()
			if d, err = p.Detector(); err != nil {
				t.Fatal(err)
			}
			after := collect(t, p.Judge(t.Context(), d, normal.All()))
			if !reflect.DeepEqual(before, after) || len(after) != normal.Len() {
				t.Error("judges differently from the file")
			}
			for i, v := range after {
				if !reflect.DeepEqual(v.Picture, normal.At(i)) || len(v.Reconstruction.Pixels) != s.c*s.h*s.w || len(v.Code) != d.Latent() {
					t.Errorf("verdict %d is not about image %d: %v", i, i, v.Sample)
				}
				if want != nil && (math.Abs(v.Score-want[i].Score) > 1e-3 || v.Odd != want[i].Odd) {
					t.Errorf("image %d: score %v, by the other engine %v", i, v.Score, want[i].Score)
				}
			}
			want = after
		})
	}
}

func TestDetectorRefuses(t *testing.T) {
	s := size{latent: 3, c: 1, h: 8, w: 6}
	decoder := openDecoder(t, decoderModel(t, s), 1)
	broken := pair(t, openEncoder(t, encoderModel(t, s, metadata(contract.KeyDetector, `{"version":9}`)), 1), decoder)
	if _, err := broken.Detector(); err == nil || !strings.Contains(err.Error(), "version 9") {
		t.Errorf("error %v", err)
	}
	p := pair(t, openEncoder(t, encoderModel(t, s), 1), decoder)
	d, err := p.FitDetector(t.Context(), noisy(s, 40).All(), anomaly.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	other := size{latent: 3, c: 1, h: 6, w: 8}
	turned := pair(t, openEncoder(t, encoderModel(t, other, metadata(contract.KeyDetector, string(text))), 1), openDecoder(t, decoderModel(t, other), 1))
	if _, err := turned.Detector(); err == nil || !strings.Contains(err.Error(), "8x6") {
		t.Errorf("error %v", err)
	}
	path := filepath.Join(t.TempDir(), "decoder.onnx")
	if err := os.WriteFile(path, decoderModel(t, s), 0o644); err != nil {
		t.Fatal(err)
	}
	var role *infer.RoleError
	if err := infer.WriteDetector(path, d); !errors.As(err, &role) {
		t.Errorf("error %v, want a RoleError", err)
	}
	means := pair(t, openEncoder(t, meanModel(t, s), 1), decoder)
	if _, err := means.FitDetector(t.Context(), noisy(s, 40).All(), anomaly.Options{Draws: 2}); !errors.Is(err, latent.ErrNoLogVar) {
		t.Errorf("error %v", err)
	}
	if _, err := means.FitDetector(t.Context(), noisy(s, 40).All(), anomaly.Options{}); err != nil {
		t.Errorf("means alone: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.FitDetector(ctx, noisy(s, 40).All(), anomaly.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	for _, err := range p.Judge(ctx, d, noisy(s, 40).All()) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
	}
}
