// Package sink writes generated images in the form that a path asks for by its
// ending: one picture (.png), an animation (.gif), one PNG an image (a folder, no
// ending), or an array of float32 (.npy). Images arrive in chunks, so that a folder or an array of any
// length takes constant memory.
package sink

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"govae/internal/atomicfile"
	"govae/internal/picture"
)

// Options describe the images and how they are written.
type Options struct {
	N       int // number of images, at least 1
	C, H, W int
	// Force lets a folder that already holds images be written to. Those of other
	// names stay.
	Force bool
	// Draw writes the picture of a path that ends in .png; nil means a grid of all
	// images that is about square.
	Draw func(path string, images picture.Images) error
}

// Check says whether path can be written, before there is anything to write.
func Check(path string, o Options) error {
	switch ending := ending(path); {
	case path == "":
		return fmt.Errorf("an empty name: give a .png or .npy file, or a folder")
	case (ending == ".png" || ending == ".gif") && int64(o.N)*int64(o.H)*int64(o.W) > maxPicture:
		return fmt.Errorf("%s: %d images are too many for one picture; give a folder or a .npy file", path, o.N)
	case ending == ".png", ending == ".gif", ending == ".npy":
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return fmt.Errorf("%s: is a folder; end its name with / to write into it", path)
		}
	case ending == "":
		return checkFolder(path, o.Force)
	default:
		return fmt.Errorf("%s: the ending %s is not known; give a .png or .npy file, or a folder as %s/", path, ending, path)
	}
	return nil
}

// ending returns the ending that chooses the form, in lower case; it is empty for
// a folder, also for one whose name has a dot.
func ending(path string) string {
	ending := strings.ToLower(filepath.Ext(path))
	if strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator)) {
		return ""
	}
	return ending
}

// maxPicture bounds the pixels of all images of one picture, before enlargement.
const maxPicture = 1 << 26

// checkFolder refuses a file, and a folder with images unless force is set.
func checkFolder(path string, force bool) error {
	entries, err := os.ReadDir(path)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		if info, statErr := os.Stat(path); statErr == nil && !info.IsDir() {
			return fmt.Errorf("%s: a file is in the way; give a .png or .npy file, or another folder", path)
		}
		return err
	}
	for _, e := range entries {
		if !force && !e.IsDir() && slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif"}, strings.ToLower(filepath.Ext(e.Name()))) {
			return fmt.Errorf("%s: already holds images (%s); give another folder, or --force to write into it", path, e.Name())
		}
	}
	return nil
}

// Write writes o.N images to path. Chunks are whole images [k, C, H, W] with
// values in [0, 1]; the first error among them ends the writing and is returned.
// A file is replaced atomically, in a folder each image is.
func Write(path string, o Options, chunks iter.Seq2[[]float32, error]) error {
	if err := Check(path, o); err != nil {
		return err
	}
	switch ending(path) {
	case ".png", ".gif":
		return writePicture(path, o, chunks)
	case ".npy":
		return writeNPY(path, o, chunks)
	}
	return writeFolder(path, o, chunks)
}

func writePicture(path string, o Options, chunks iter.Seq2[[]float32, error]) error {
	pixels := make([]float32, 0, o.N*o.C*o.H*o.W)
	for chunk, err := range chunks {
		if err != nil {
			return err
		}
		pixels = append(pixels, chunk...)
	}
	images := picture.FromNCHW(o.C, o.H, o.W, pixels)
	if ending(path) == ".gif" {
		return picture.GIF(path, images)
	}
	if o.Draw != nil {
		return o.Draw(path, images)
	}
	return picture.WritePNG(path, picture.Grid(images, 0))
}

// writeFolder names the images by their number, with leading zeros so that names sort.
func writeFolder(path string, o Options, chunks iter.Seq2[[]float32, error]) error {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	digits := max(4, len(strconv.Itoa(o.N-1)))
	number := 0
	for chunk, err := range chunks {
		if err != nil {
			return err
		}
		images := picture.FromNCHW(o.C, o.H, o.W, chunk)
		for i := range images.Len() {
			name := fmt.Sprintf("%0*d.png", digits, number)
			if err := picture.WritePNG(filepath.Join(path, name), images.Single(i)); err != nil {
				return err
			}
			number++
		}
	}
	return nil
}

// writeNPY writes the array [n, C, H, W] in NumPy's format, version 1.0
// (NumPy's documentation, numpy.lib.format).
func writeNPY(path string, o Options, chunks iter.Seq2[[]float32, error]) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		const start = "\x93NUMPY\x01\x00"
		header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d, %d), }", o.N, o.C, o.H, o.W)
		for (len(start)+2+len(header)+1)%64 != 0 { // data begin at a multiple of 64 bytes
			header += " "
		}
		header += "\n"
		data := binary.LittleEndian.AppendUint16([]byte(start), uint16(len(header)))
		if _, err := w.Write(append(data, header...)); err != nil {
			return err
		}
		for chunk, err := range chunks {
			if err != nil {
				return err
			}
			if err := binary.Write(w, binary.LittleEndian, chunk); err != nil {
				return err
			}
		}
		return nil
	})
}
