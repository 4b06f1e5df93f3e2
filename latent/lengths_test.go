package latent

import "testing"

// TestOtherLengths: what does not belong together by its length is an error, not a panic.
func TestOtherLengths(t *testing.T) {
	points := [][]float32{{1, 2}, {2, 1}, {0, 3}}
	noise := []float64{1, 1, 1}
	codes := func(yield func(Code, error) bool) { yield(Code{Mean: []float32{1, 2}, LogVar: []float32{0}}, nil) }
	for name, try := range map[string]func() error{
		"activity":  func() error { _, err := MeasureActivity(Of(points...), noise); return err },
		"probe":     func() error { _, err := LearnProbe(points, []int{0, 1, 0}, noise); return err },
		"principal": func() error { _, err := FitPrincipal(points, noise); return err },
		"fixed":     func() error { _, err := Collect(Fixed(Of(points...), 3, []float32{1, 2, 3})); return err },
		"prior":     func() error { _, err := Collect(Prior(-1, 2, SampleOptions{})); return err },
		"draws":     func() error { _, err := Collect(Draws(codes, 1, 0)); return err },
	} {
		if try() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
