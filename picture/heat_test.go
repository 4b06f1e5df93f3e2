package picture

import (
	"image"
	_ "image/png"
	"os"
	"path/filepath"
	"testing"

	"govae/images"
)

// TestHeat compares colours: an image in grey beside itself, with red where it is hottest.
func TestHeat(t *testing.T) {
	m := images.Image{Shape: images.Shape{H: 2, W: 2, C: 1}, Pixels: []float32{0.5, 0.5, 0.5, 0.5}}
	got := Heat(m, []float32{0, 0.4, 1, 5})
	scale := got.H / 2
	at := func(x, y int) (c [3]float32) {
		for k := range c {
			c[k] = got.Pixels[(k*got.H+y*scale)*got.W+x]
		}
		return c
	}
	right := 2*scale + gap
	grey := [3]float32{0.5, 0.5, 0.5}
	for _, c := range []struct {
		x, y int
		want [3]float32
	}{{0, 0, grey}, {scale, 1, grey}, {right, 0, grey}, {right + scale, 0, grey}, {right, 1, [3]float32{0.7, 0.7, 0.3}}, {right + scale, 1, [3]float32{0.9, 0.1, 0.1}}} {
		have := at(c.x, c.y)
		for k := range have {
			if d := have[k] - c.want[k]; d > 1e-5 || d < -1e-5 {
				t.Errorf("(%d, %d): %v, want %v", c.x, c.y, have, c.want)
				break
			}
		}
	}
}

func TestROC(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roc.png")
	if err := ROC(path, ROCCurve{"all", []float64{0, 0.5, 1}, []float64{0.5, 1, 1}}, ROCCurve{"crack", []float64{1}, []float64{1}}); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if m, _, err := image.Decode(f); err != nil || m.Bounds().Dx() < 500 {
		t.Errorf("%v", err)
	}
	if err := ROC(path); err == nil {
		t.Error("no curve: no error")
	}
	if err := ROC(path, ROCCurve{"cut", []float64{0}, nil}); err == nil {
		t.Error("unequal: no error")
	}
}
