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
