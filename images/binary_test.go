package images

import (
	"math"
	"slices"
	"testing"

	"govae/internal/random"
)

func TestBinary(t *testing.T) {
	s := Shape{H: 2, W: 3, C: 3}
	m := Image{s, make([]float32, s.Len())}
	for k := range m.Pixels {
		m.Pixels[k] = float32(k%5) / 4 // 0, 0.25, …, 1
	}
	original := slices.Clone(m.Pixels)
	const n = 4000
	white := make([]float64, s.Len())
	for i := range n {
		b := m.Binary(TestDraw, i)
		// That of the trainer, whose images have their channels last.
		want := slices.Clone(ChannelsLast(m.Pixels, s))
		r := random.New(0, random.Binary, 0, uint32(i))
		r.Bernoulli(want)
		if b.Shape != s || !slices.Equal(ChannelsLast(b.Pixels, s), want) {
			t.Fatalf("image %d: %v, want %v", i, b, want)
		}
		for k, v := range b.Pixels {
			white[k] += float64(v) / n
		}
	}
	for k, share := range white {
		if p := float64(m.Pixels[k]); math.Abs(share-p) > 4*math.Sqrt(p*(1-p)/n)+1e-9 {
			t.Errorf("value %d is white in %.3f of the draws, want %.2f", k, share, p)
		}
	}
	if !slices.Equal(m.Pixels, original) {
		t.Error("the image has changed")
	}
	if slices.Equal(m.Binary(TestDraw, 0).Pixels, m.Binary(TrainDraw, 0).Pixels) && slices.Equal(m.Binary(TestDraw, 1).Pixels, m.Binary(TrainDraw, 1).Pixels) {
		t.Error("the splits have the same draws")
	}
}
