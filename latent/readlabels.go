package latent

import (
	"bufio"
	"fmt"
	"io"
)

// ReadLabels returns the labels of a .npy file of whole numbers from 0 on, [n], such as
// [WriteCodes] puts beside codes. Errors name the file, what is wrong with it and what to do.
func ReadLabels(path string) ([]int, error) {
	f, h, err := openArray(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if len(h.Shape) != 1 {
		return nil, fmt.Errorf("%s: has the shape %v, and labels are a row of numbers [n]; give such an array", path, h.Shape)
	}
	next, err := h.Values(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var labels []int
	for {
		v, err := next()
		switch {
		case err == io.EOF:
			return labels, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", path, err)
		case v != float64(int(v)) || v < 0 || v > maxLabel:
			return nil, fmt.Errorf("%s: label %d is %g; want whole numbers from 0 to %d", path, len(labels), v, maxLabel)
		}
		labels = append(labels, int(v))
	}
}
