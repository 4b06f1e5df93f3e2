package infer_test

import (
	"math"
	"slices"
	"testing"

	"govae/infer"
	"govae/latent"
)

// TestInterpolateEvenly walks where a sigmoid saturates: most of the latent way the
// image rests, and in the middle it jumps.
func TestInterpolateEvenly(t *testing.T) {
	ctx := t.Context()
	s := openDecoder(t, decoderModel(t, size{2, 1, 3, 2}), 2)
	ends := latent.Of([]float32{-60, 0}, []float32{60, 0}, []float32{60, 1})
	const steps = 16
	largest := func(images infer.Images) float64 {
		if images.Len() != 2*steps-1 {
			t.Fatalf("%d images, want %d", images.Len(), 2*steps-1)
		}
		var d []float64
		for i := range steps - 1 {
			var sum float64
			for p, v := range images.At(i).Pixels {
				sum += math.Abs(float64(v - images.At(i + 1).Pixels[p]))
			}
			d = append(d, sum)
		}
		slices.Sort(d)
		return d[len(d)-1] / d[len(d)/2]
	}
	plain, err := infer.Collect(s.DecodeAll(ctx, latent.Interpolate(ends, steps, latent.Linear)))
	if err != nil {
		t.Fatal(err)
	}
	even, err := infer.Collect(s.DecodeAll(ctx, s.InterpolateEvenly(ctx, ends, steps, latent.Linear)))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := largest(plain), largest(even); a < 3 || b > 1.5 {
		t.Errorf("the largest step is %g times the median in even latent steps, %g in even steps of the image; want more than 3, and 1.5 at most", a, b)
	}
	for _, i := range []int{0, steps - 1, 2*steps - 2} {
		if !slices.Equal(plain.At(i).Pixels, even.At(i).Pixels) {
			t.Errorf("frame %d, an end, is another one", i)
		}
	}
	// Nothing changes on a way to where one is.
	still := latent.Of([]float32{1, 1}, []float32{1, 1})
	points, err := latent.Collect(s.InterpolateEvenly(ctx, still, 5, latent.Spherical))
	if err != nil || len(points) != 5 || points[2][0] != 1 {
		t.Errorf("points %v (%v), want five times [1 1]", points, err)
	}
	narrow := latent.Of([]float32{1}, []float32{2})
	if _, err := latent.Collect(s.InterpolateEvenly(ctx, narrow, 5, latent.Linear)); err == nil {
		t.Error("points of one dimension for a model of two: no error")
	}
}
