package models

import (
	"math"
	"testing"

	"govae/internal/kernel/kerneltest"
	"govae/internal/random"
)

// TestStart encodes images by networks that have learned nothing: at any size their codes
// lie near the prior, at a few nats per latent dimension, and their decoder
// is sure of nothing.
func TestStart(t *testing.T) {
	k := kerneltest.New(t, 1)
	for _, tt := range []struct {
		arch         string
		side, colour int
	}{
		{"conv", 28, 1}, {"conv", 64, 3}, {"mlp", 28, 1},
		{"residual", 28, 1}, {"residual", 32, 3}, {"residual", 48, 3}, {"residual", 64, 1}, {"residual", 64, 3},
		{"residual", 150, 1}, {"residual", 256, 3},
		{"ladder", 28, 1}, {"ladder", 32, 3}, {"ladder", 48, 3}, {"ladder", 64, 3}, {"ladder", 150, 1},
	} {
		m, err := New(Config{Arch: tt.arch, Image: Shape{H: tt.side, W: tt.side, C: tt.colour}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		const n = 2 // white, and noise
		x := make([]float32, n*m.Config.Image.Len())
		s := random.New(1, random.Probe, 0, 0)
		for i := range x {
			if x[i] = 1; i >= len(x)/n {
				x[i] = float32(s.Float64())
			}
		}
		e := m.NewEvaluator(k, n)
		mean, logVar := e.Encode(x)
		for i, v := range mean {
			v, lv := float64(v), float64(logVar[i])
			if nats := -(1 + lv - v*v - math.Exp(lv)) / 2; !(nats < 5) {
				t.Errorf("%s, %v: dimension %d of a code has %.1f nats", tt.arch, m.Config.Image, i, nats)
			}
		}
		for _, v := range e.Decode(logVar) { // any points near the origin
			if !(v > 0.01 && v < 0.99) {
				t.Fatalf("%s, %v: a decoder that knows nothing is sure of a pixel: %g", tt.arch, m.Config.Image, v)
			}
		}
	}
}

// TestStages halves images of many sizes down to about 4x4 pixels.
func TestStages(t *testing.T) {
	for size, want := range map[Shape]Shape{
		{H: 28, W: 28, C: 1}: {H: 4, W: 4, C: 128}, {H: 64, W: 64, C: 3}: {H: 4, W: 4, C: 256}, {H: 48, W: 64, C: 3}: {H: 6, W: 8, C: 128},
		{H: 224, W: 224, C: 3}: {H: 4, W: 4, C: 256}, {H: 28, W: 200, C: 1}: {H: 2, W: 13, C: 256}, {H: 1, W: 1, C: 1}: {H: 1, W: 1, C: 32},
	} {
		c, err := Config{Arch: "residual", Image: size}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		if maps := stages(c); maps[len(maps)-1] != want {
			t.Errorf("%v ends at %v, want %v", size, maps[len(maps)-1], want)
		}
	}
}
