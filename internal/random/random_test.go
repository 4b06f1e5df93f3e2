package random

import (
	"math"
	"slices"
	"testing"
)

// The known answers are those published with the reference implementation
// (Random123, kat_vectors, philox4x32 10 rounds).
func TestPhiloxKnownAnswers(t *testing.T) {
	for _, tt := range []struct {
		c    [4]uint32
		k    [2]uint32
		want [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{
			[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, [2]uint32{0xffffffff, 0xffffffff},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
		},
		{
			[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	} {
		if got := philox(tt.c, tt.k); got != tt.want {
			t.Errorf("philox(%x, %x) = %x, want %x", tt.c, tt.k, got, tt.want)
		}
	}
}

func TestNormalMoments(t *testing.T) {
	x := make([]float32, 200_001)
	s := New(1, Prior, 0, 0)
	s.Normal(x)
	var sum, sum2, sum4 float64
	for _, v := range x {
		d := float64(v)
		sum, sum2, sum4 = sum+d, sum2+d*d, sum4+d*d*d*d
	}
	n := float64(len(x))
	if m := sum / n; math.Abs(m) > 0.01 {
		t.Errorf("mean %g, want 0", m)
	}
	if v := sum2 / n; math.Abs(v-1) > 0.02 {
		t.Errorf("variance %g, want 1", v)
	}
	if k := sum4 / n; math.Abs(k-3) > 0.1 {
		t.Errorf("fourth moment %g, want 3", k)
	}
}

func TestStreamsAreDistinct(t *testing.T) {
	seen := map[uint64]string{}
	for name, s := range map[string]Source{
		"base": New(1, Init, 0, 0), "seed": New(2, Init, 0, 0), "high seed": New(1<<32|1, Init, 0, 0),
		"domain": New(1, Shuffle, 0, 0), "epoch": New(1, Init, 1, 0), "index": New(1, Init, 0, 1),
	} {
		for range 100 {
			v := s.Uint64()
			if other, ok := seen[v]; ok {
				t.Fatalf("streams %s and %s share %x", name, other, v)
			}
			seen[v] = name
		}
	}
}

func TestShuffleIsAPermutation(t *testing.T) {
	p := make([]int, 1000)
	for i := range p {
		p[i] = i
	}
	s := New(3, Shuffle, 0, 0)
	s.Shuffle(p)
	if slices.IsSorted(p) {
		t.Error("the order did not change")
	}
	slices.Sort(p)
	for i, v := range p {
		if v != i {
			t.Fatalf("element %d is lost", i)
		}
	}
}

// A sample's point is its own, and begins alike in every number of dimensions.
func TestLatent(t *testing.T) {
	var a, b [3]float32
	Latent(a[:], 7, 1)
	Latent(b[:], 7, 2)
	if a == b {
		t.Error("two samples have one point")
	}
	var short [2]float32
	if Latent(short[:], 7, 1); !slices.Equal(short[:], a[:2]) {
		t.Errorf("two dimensions %v, three %v", short, a)
	}
}
