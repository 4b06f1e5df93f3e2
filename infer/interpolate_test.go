package infer_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"govae/infer"
)

func TestInterpolateSharesEnds(t *testing.T) {
	got, err := infer.CollectPoints(infer.Interpolate(infer.Points([]float32{0, 0}, []float32{2, 4}, []float32{2, 0}), 3, infer.Linear))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float32{{0, 0}, {1, 2}, {2, 4}, {2, 2}, {2, 0}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("points %v, want %v", got, want)
	}
	for n, want := range []int{0, 1, 16, 31} {
		points := infer.Points(slices.Repeat([][]float32{{1, 2}}, n)...)
		if got, err := infer.CollectPoints(infer.Interpolate(points, 16, infer.Linear)); err != nil || len(got) != want {
			t.Errorf("%d points give %d (%v), want %d", n, len(got), err, want)
		}
	}
}

func TestInterpolateErrors(t *testing.T) {
	failure := errors.New("no more")
	broken := func(yield func([]float32, error) bool) {
		if yield([]float32{1}, nil) {
			yield(nil, failure)
		}
	}
	if _, err := infer.CollectPoints(infer.Interpolate(broken, 4, infer.Linear)); err != failure {
		t.Errorf("error %v, want that of the input", err)
	}
	mixed := infer.Points([]float32{1}, []float32{1, 2})
	if _, err := infer.CollectPoints(infer.Interpolate(mixed, 4, infer.Linear)); err == nil || !strings.Contains(err.Error(), "2 values follows one of 1") {
		t.Errorf("points of two sizes: error %v", err)
	}
	for range infer.Interpolate(infer.Points([]float32{1}, []float32{2}), 9, infer.Linear) {
		break
	}
}

// TestInterpolateEvenly walks where a sigmoid saturates: most of the latent way the
// image rests, and in the middle it jumps.
func TestInterpolateEvenly(t *testing.T) {
	ctx := t.Context()
	s := open(t, decoderModel(t, size{2, 1, 3, 2}), 2)
	ends := infer.Points([]float32{-60, 0}, []float32{60, 0}, []float32{60, 1})
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
	plain, err := infer.Collect(s.DecodeAll(ctx, infer.Interpolate(ends, steps, infer.Linear)))
	if err != nil {
		t.Fatal(err)
	}
	even, err := infer.Collect(s.DecodeAll(ctx, s.InterpolateEvenly(ctx, ends, steps, infer.Linear)))
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
	still := infer.Points([]float32{1, 1}, []float32{1, 1})
	points, err := infer.CollectPoints(s.InterpolateEvenly(ctx, still, 5, infer.Spherical))
	if err != nil || len(points) != 5 || points[2][0] != 1 {
		t.Errorf("points %v (%v), want five times [1 1]", points, err)
	}
	narrow := infer.Points([]float32{1}, []float32{2})
	if _, err := infer.CollectPoints(s.InterpolateEvenly(ctx, narrow, 5, infer.Linear)); err == nil {
		t.Error("points of one dimension for a model of two: no error")
	}
}
