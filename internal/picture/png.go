package picture

import (
	"image"
	"image/png"
	"io"

	"govae/internal/atomicfile"
)

// WritePNG replaces the file at path with img as a PNG. The error names path.
func WritePNG(path string, img image.Image) error {
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, img) })
}

// Single returns image i of the batch pixel for pixel, neither framed nor enlarged.
func (m Images) Single(i int) image.Image {
	dst := m.canvas(m.W, m.H)
	m.paint(dst, i, 0, 0, 1)
	return dst
}
