package random

import (
	"math"
	"testing"
)

// The numbers are those of the formula in float64 to 0.5001 ulp of float32, with the
// angle taken from the nearest axis, as 2 pi v itself is rounded.
func TestNormalIsExact(t *testing.T) {
	check := func(u, v uint64) {
		t.Helper()
		r := math.Sqrt(-2 * math.Log(1-uniform(u)))
		turns := uniform(v)
		quadrant := math.RoundToEven(4 * turns)
		sin, cos := math.Sincos((4*turns - quadrant) * math.Pi / 2)
		for range int(quadrant) {
			sin, cos = cos, -sin
		}
		a, b := boxMuller(u, v)
		for _, x := range []struct {
			got  float32
			want float64
		}{{a, r * cos}, {b, r * sin}} {
			size := float32(math.Abs(x.want))
			ulp := float64(math.Nextafter32(size, 2*size+1) - size)
			if d := math.Abs(float64(x.got) - x.want); !(d <= 0.5001*ulp) {
				t.Fatalf("bits %x and %x give %v, want %v (%g ulp)", u, v, x.got, x.want, d/ulp)
			}
		}
	}
	edges := []uint64{0, 1 << 11, math.MaxUint64, math.MaxUint64 - 1<<11}
	for i := range uint64(16) { // the axes, the diagonals, and their neighbours
		edges = append(edges, i<<60, i<<60+1<<11, i<<60-1<<11)
	}
	for _, u := range edges {
		for _, v := range edges {
			check(u, v)
		}
	}
	s := New(1, Probe, 0, 0)
	for range 200_000 {
		check(s.Uint64(), s.Uint64())
	}
}

// The numbers of a seed are part of every reproducible result.
func TestNormalIsFixed(t *testing.T) {
	var got [4]float32
	s := New(1, TrainNoise, 2, 3)
	s.Normal(got[:])
	want := [4]float32{-0.20079473, -0.8544494, -0.63907355, -0.81939644}
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
