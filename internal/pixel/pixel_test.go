package pixel

import (
	"math"
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
