package models

import (
	"slices"
	"strings"
	"testing"

	"govae/images"
)

// TestForImages looks at pictures of two kinds: those nearly all of whose pixels are black
// or white, and others. A saturated colour is neither.
func TestForImages(t *testing.T) {
	gray, colour := Shape{H: 1, W: 10, C: 1}, Shape{H: 1, W: 5, C: 3}
	for name, tt := range map[string]struct {
		shape  Shape
		pixels []byte
		want   string
		why    string // of no Bernoulli
	}{
		"writing": {gray, []byte{0, 0, 0, 0, 25, 230, 255, 255, 26, 128}, Bernoulli, ""},
		"photo":   {gray, []byte{0, 0, 0, 0, 25, 230, 255, 229, 26, 128}, Gaussian, "many pixels"},
		"dark":    {gray, []byte{0, 0, 0, 0, 25, 0, 0, 20, 10, 25}, Gaussian, "hardly a pixel is white"},
		"light":   {gray, []byte{255, 255, 240, 250, 255, 255, 255, 255, 255, 255}, Gaussian, "hardly a pixel is black"},
		"inked":   {colour, []byte{0, 10, 20, 255, 250, 230, 0, 0, 0, 255, 255, 255, 30, 0, 0}, Bernoulli, ""},
		"small":   {gray, slices.Concat(slices.Repeat([]byte{255}, 16), []byte{0, 128, 100, 90}), Bernoulli, ""},
		"logos":   {colour, slices.Concat(slices.Repeat([]byte{255}, 48), []byte{0, 0, 0, 255, 0, 0, 0, 128, 0, 90, 90, 255}), Gaussian, "what is on the background has colours"},
		"cartoon": {colour, []byte{255, 0, 0, 255, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0}, Gaussian, "many pixels"},
	} {
		m := &images.Set{Shape: tt.shape, Pixels: tt.pixels}
		if why := whyNotBinary(m); !strings.HasPrefix(why, tt.why) || (why == "") != (tt.why == "") {
			t.Errorf("%s: %q, want %q", name, why, tt.why)
		}
		c, why := Config{Sigma: 0.3}.ForImages(m)
		if why != whyNotBinary(m) {
			t.Errorf("%s: %q", name, why)
		}
		if c.Likelihood != tt.want || c.OptimalSigma != (tt.want == Gaussian) || c.Sigma != 0 {
			t.Errorf("%s: %+v, want %s", name, c, tt.want)
		}
		if _, err := New(c, 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
