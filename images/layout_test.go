package images

import (
	"math"
	"slices"
	"testing"
)

func TestByte(t *testing.T) {
	for _, tt := range []struct {
		v    float64
		want uint8
	}{
		{0, 0}, {1, 255}, {0.5, 128}, {-3, 0}, {7, 255}, {math.NaN(), 0}, {math.Inf(1), 255}, {math.Inf(-1), 0}, {0.4 / 255, 0}, {0.6 / 255, 1},
	} {
		if got := Byte(float32(tt.v)); got != tt.want {
			t.Errorf("Byte(%g) = %d, want %d", tt.v, got, tt.want)
		}
	}
}

func TestChannels(t *testing.T) {
	colour := Shape{H: 1, W: 2, C: 3}
	// Two images of two pixels: triples become planes red, green, blue.
	last := []int{1, 3, 5, 2, 4, 6, 11, 13, 15, 12, 14, 16}
	first := []int{1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16}
	if got := ChannelsFirst(last, colour); !slices.Equal(got, first) {
		t.Errorf("channels first: %v, want %v", got, first)
	}
	if got := ChannelsLast(first, colour); !slices.Equal(got, last) {
		t.Errorf("channels last: %v, want %v", got, last)
	}
	for _, same := range []Shape{{H: 2, W: 3, C: 1}, {H: 1, W: 1, C: 6}, Vector(6), {}} {
		if got := ChannelsLast(ChannelsFirst(first, same), same); &got[0] != &first[0] {
			t.Errorf("%v: copied, though both orders are the same", same)
		}
	}
}
