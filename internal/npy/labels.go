package npy

import (
	"fmt"
	"io"
)

// LabelError says that an element is not a label.
type LabelError struct {
	Index int
	Value float64
	Most  int // the largest label
}

func (e *LabelError) Error() string {
	return fmt.Sprintf("label %d is %g; want whole numbers from 0 to %d", e.Index, e.Value, e.Most)
}

// Labels reads all elements as labels: integers, or floats that are whole, from 0 to most. Another
// value is a [*LabelError].
func (h Header) Labels(r io.Reader, most int) ([]int, error) {
	next, err := h.Values(r)
	if err != nil {
		return nil, err
	}
	var labels []int
	for {
		v, err := next()
		switch {
		case err == io.EOF:
			return labels, nil
		case err != nil:
			return nil, err
		case v < 0 || v > float64(most) || v != float64(int(v)): // which refuses NaN too
			return nil, &LabelError{len(labels), v, most}
		}
		labels = append(labels, int(v))
	}
}
