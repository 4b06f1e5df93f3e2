package dataset

import (
	"errors"
	"fmt"
	"io"

	"govae/internal/idx"
	"govae/internal/npy"
)

// arrayLabels are the labels of an array, or the reason why it has none. Images can be used without
// labels, so that this is a warning and not an error.
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
	l.labels, err = h.Labels(r, idx.MaxLabel)
	if _, ok := errors.AsType[*npy.TypeError](err); ok {
		return arrayLabels{useless: fmt.Sprintf("is of type %q, not of integers", h.Type)}, nil
	}
	if e, ok := errors.AsType[*npy.LabelError](err); ok {
		return arrayLabels{useless: fmt.Sprintf("holds %g, and labels are whole numbers from 0 to %d", e.Value, e.Most)}, nil
	}
	if err != nil {
		return l, fmt.Errorf("npy: %w", err)
	}
	return l, nil
}
