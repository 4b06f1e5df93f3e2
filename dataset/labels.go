package dataset

import (
	"fmt"
	"io"

	"govae/internal/idx"
	"govae/internal/npy"
)

// arrayLabels are what a labels array gives. Images can be used without labels, so what
// makes them useless is no error, but told.
type arrayLabels struct {
	labels  []int
	useless string // why, or empty
}

// readNPYLabels reads labels from a .npy file: integers, or floats that are whole, from 0
// to [idx.MaxLabel], of the shape [N] or [N, 1].
func readNPYLabels(r io.Reader) (l arrayLabels, err error) {
	h, err := npy.ReadHeader(r)
	if err != nil {
		return l, fmt.Errorf("npy: %w", err)
	}
	n, err := h.Len()
	if err != nil {
		return l, fmt.Errorf("npy: %w", err)
	}
	if len(h.Shape) == 0 || n != h.Shape[0] {
		return arrayLabels{useless: fmt.Sprintf("has the shape %v, not one label for each image", h.Shape)}, nil
	}
	next, err := h.Values(r)
	if err != nil {
		return arrayLabels{useless: fmt.Sprintf("is of type %q, not of integers", h.Type)}, nil
	}
	for {
		v, err := next()
		switch {
		case err == io.EOF:
			return l, nil
		case err != nil:
			return l, fmt.Errorf("npy: %w", err)
		case v < 0 || v > idx.MaxLabel || v != float64(int(v)): // which refuses NaN too
			return arrayLabels{useless: fmt.Sprintf("holds %g, and labels are whole numbers from 0 to %d", v, idx.MaxLabel)}, nil
		}
		l.labels = append(l.labels, int(v))
	}
}
