package latent

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"math"
	"os"

	"govae/internal/infile"
	"govae/internal/npy"
)

// Points is a stream of latent points [L]. A point has memory of its own, which the
// consumer may keep. It ends with its first error.
type Points = iter.Seq2[[]float32, error]

// Of yields the given points.
func Of(points ...[]float32) Points {
	return func(yield func([]float32, error) bool) {
		for _, z := range points {
			if !yield(z, nil) {
				return
			}
		}
	}
}

// fail yields an error alone.
func fail(err error) Points {
	return func(yield func([]float32, error) bool) { yield(nil, err) }
}

// Collect gathers a stream, and stops at its first error.
func Collect(points Points) ([][]float32, error) {
	var all [][]float32
	for z, err := range points {
		if err != nil {
			return nil, err
		}
		all = append(all, z)
	}
	return all, nil
}

// Head yields the first n points.
func Head(n int, points Points) Points {
	return func(yield func([]float32, error) bool) {
		if n <= 0 {
			return
		}
		left := n
		for z, err := range points {
			left--
			if !yield(z, err) || left == 0 || err != nil {
				return
			}
		}
	}
}

// PointFile is a .npy file of latent points: float32 or float64 [N, L], or of more
// dimensions the last of which is L, as [n, draws, L].
type PointFile struct {
	N, L int
	path string
}

// OpenPoints reads what a file says of its points, which must have the given number of
// dimensions. Errors name the file, what is wrong with it and what to do.
func OpenPoints(path string, latent int) (PointFile, error) {
	f, h, err := openArray(path)
	if err != nil {
		return PointFile{}, err
	}
	defer f.Close()
	n, err := h.Len()
	if err == nil {
		_, err = h.Floats(f)
	}
	if err != nil {
		return PointFile{}, fmt.Errorf("%s: %w", path, err)
	}
	if d := len(h.Shape); d < 2 || h.Shape[d-1] != latent {
		return PointFile{}, fmt.Errorf("%s: has the shape %v, but the model takes latent points [n %d]; give such an array", path, h.Shape, latent)
	}
	return PointFile{n / latent, latent, path}, nil
}

// ReadPoints returns all points of a file that [OpenPoints] opens.
func ReadPoints(path string, latent int) ([][]float32, error) {
	file, err := OpenPoints(path, latent)
	if err != nil {
		return nil, err
	}
	return Collect(file.From(0))
}

// openArray opens a .npy file and reads its header.
func openArray(path string) (f *os.File, h npy.Header, err error) {
	if f, err = infile.Open(path); err != nil {
		return nil, h, infile.Error(path, err)
	}
	if h, err = npy.ReadHeader(f); err != nil {
		f.Close()
		return nil, h, fmt.Errorf("%s: %w", path, err)
	}
	return f, h, nil
}

// From yields the points from number first on, in constant memory. A value that is
// not finite is an error that tells its index.
func (p PointFile) From(first int) Points {
	return func(yield func([]float32, error) bool) {
		f, h, err := openArray(p.path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		next, err := h.Floats(bufio.NewReaderSize(f, 1<<16))
		if err != nil {
			yield(nil, fmt.Errorf("%s: %w", p.path, err))
			return
		}
		z := make([]float32, 0, p.L)
		for i := 0; ; i++ {
			v, err := next()
			switch {
			case err == io.EOF:
				return
			case err != nil:
				yield(nil, fmt.Errorf("%s: %w", p.path, err))
				return
			case math.IsNaN(v) || math.Abs(v) > math.MaxFloat32:
				yield(nil, fmt.Errorf("%s: the value at index %v is %g; latent points must be finite", p.path, h.Index(i), v))
				return
			}
			if z = append(z, float32(v)); len(z) == p.L {
				if i/p.L >= first && !yield(z, nil) {
					return
				}
				z = make([]float32, 0, p.L)
			}
		}
	}
}

// sameLength yields points as long as the first is. Another one is an error.
func sameLength(points Points) Points {
	return func(yield func([]float32, error) bool) {
		i, length := 0, 0
		for z, err := range points {
			if i == 0 {
				length = len(z)
			}
			if err == nil && len(z) != length {
				err = fmt.Errorf("latent point %d has %d values, want %d", i, len(z), length)
			}
			if !yield(z, err) || err != nil {
				return
			}
			i++
		}
	}
}
