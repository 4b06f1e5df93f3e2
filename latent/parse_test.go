package latent

import (
	"slices"
	"strings"
	"testing"
)

func TestParsePoint(t *testing.T) {
	if z, err := ParsePoint("0.5, -1,1e6"); err != nil || !slices.Equal(z, []float32{0.5, -1, 1e6}) {
		t.Errorf("%v, %v", z, err)
	}
	for _, text := range []string{"", "1,", "x", "1;2", "NaN", "Inf", "1e7", "0.1abc"} {
		if z, err := ParsePoint(text); err == nil {
			t.Errorf("%q is %v", text, z)
		}
	}
}

func TestParsePoints(t *testing.T) {
	s := Space{Dims: 2}
	if z, err := s.ParsePoints("0.5,-1", "2,3"); err != nil || !slices.Equal(slices.Concat(z...), []float32{0.5, -1, 2, 3}) {
		t.Errorf("%v, %v", z, err)
	}
	for text, want := range map[string]string{"1": "1: has 1 numbers, and the model 2", "1,2,3": "1,2,3: has 3 numbers", "1,x": `1,x: "x": want a number from -1e+06 to 1e+06`} {
		if _, err := s.ParsePoints("1,2", text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestParseCoordinate(t *testing.T) {
	if k, v, err := ParseCoordinate("3=-2.5"); err != nil || k != 3 || v != -2.5 {
		t.Errorf("%d, %g, %v", k, v, err)
	}
	for _, text := range []string{"", "3", "=1", "1.5=2", "1=x", "1=Inf", "1=2=3"} {
		if k, v, err := ParseCoordinate(text); err == nil {
			t.Errorf("%q is %d, %g", text, k, v)
		}
	}
}
