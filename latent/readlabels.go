package latent

import (
	"bufio"
	"fmt"
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
	labels, err := h.Labels(bufio.NewReaderSize(f, 1<<16), maxLabel)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return labels, nil
}
