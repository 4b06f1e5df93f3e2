package kernel

import (
	"fmt"
	"testing"
)

func TestPixelColumns(t *testing.T) { eachKernel(t, testPixelColumns) }

func testPixelColumns(t *testing.T) {
	k := newKernel(t, 2)
	for _, s := range []struct{ n, pixels, cols int }{{0, 1, 1}, {1, 1, 1}, {3, 49, 3}, {2, 300, 1}, {5, 10, 33}, {2, 7, 16}} {
		size := s.n * s.pixels * s.cols
		x, v := normal(1, size), normal(2, s.n*s.cols)
		want, sums := make([]float32, size), make([]float64, len(v))
		for i := range x {
			at := i/(s.pixels*s.cols)*s.cols + i%s.cols
			want[i] = x[i] + v[at]
			sums[at] += float64(x[i])
		}
		y, got := rubbish(size), rubbish(len(v))
		k.AddToPixels(s.n, y, x, v)
		checkClose(t, fmt.Sprintf("%+v sums with pixels", s), y, want, 0)
		k.SumOfPixels(s.n, got, x)
		checkClose(t, fmt.Sprintf("%+v sums of pixels", s), got, narrow(sums), 1e-5)

		rows := s.n * s.pixels
		wide := normal(3, rows*(s.cols+2))
		k.CopyColumns(rows, s.cols, wide[min(1, len(wide)):], s.cols+2, x, s.cols)
		for i := range x {
			if got := wide[i/s.cols*(s.cols+2)+1+i%s.cols]; got != x[i] {
				t.Errorf("%+v: element %d is copied as %v, want %v", s, i, got, x[i])
			}
		}
	}
}
