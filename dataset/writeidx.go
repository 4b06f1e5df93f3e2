package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"

	"govae/images"
	"govae/internal/idx"
)

// fillIDX writes all images to one file and their labels to another, named like the
// training images of MNIST. Their headers, which hold the number of images, come last.
func fillIDX(folder string, made iter.Seq2[Synthetic, error]) (err error) {
	next, stop := iter.Pull2(made)
	defer stop()
	m, err, ok := next() // the shape of the first is that of all
	switch {
	case err != nil:
		return err
	case !ok:
		return errNoImages
	}
	shape := shapeOfPicture(m.Picture)
	name := "train-images-idx3-ubyte"
	if shape.C > 1 {
		name = "train-images-idx4-ubyte"
	}
	var files [3]*staged
	for i, name := range []string{name, "train-labels-idx1-ubyte", Manifest} {
		if files[i], err = createStaged(folder, name); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, files[i].Close()) }()
	}
	pixels, labels, lines := files[0], files[1], json.NewEncoder(files[2])
	if err := errors.Join(idx.WriteImagesHeader(pixels, 1, shape), idx.WriteHeader(labels, 1)); err != nil {
		return err
	}
	x := &images.Set{Shape: shape, Pixels: make([]byte, shape.Len())}
	n := 0
	for ; ok; m, err, ok = next() {
		switch got := shapeOfPicture(m.Picture); {
		case err != nil:
			return err
		case got != shape:
			return fmt.Errorf("dataset: image %d is %v, and those before it are %v: IDX files hold one size", n, got, shape)
		case m.Label < 0 || m.Label > math.MaxUint8:
			return fmt.Errorf("dataset: image %d has the label %d, and IDX files hold labels from 0 to %d", n, m.Label, math.MaxUint8)
		case int64(n) == math.MaxUint32:
			return fmt.Errorf("dataset: more images than the %d of an IDX file", n)
		}
		if err := x.Draw(0, m.Picture, images.Framing{}); err != nil {
			return err
		}
		pixels.Write(x.Pixels) // a bufio.Writer keeps its error for Flush
		labels.WriteByte(byte(m.Label))
		m.Number, m.File = n, name
		if err := lines.Encode(m.Origin); err != nil {
			return err
		}
		n++
	}
	images, err := pixels.rewrite()
	if err != nil {
		return err
	}
	numbers, err := labels.rewrite()
	if err != nil {
		return err
	}
	return errors.Join(idx.WriteImagesHeader(images, n, shape), idx.WriteHeader(numbers, n))
}

// replaceIDX moves the files from the stage into a folder. Then it removes those of the
// same roles under other names, such as idx3 beside the new idx4, which [Open] might read
// in place of the new ones.
func replaceIDX(stage, folder string) error {
	made, err := os.ReadDir(stage)
	if err != nil {
		return err
	}
	if err := moveFiles(stage, folder); err != nil {
		return err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	isMade := func(e fs.DirEntry) bool {
		return slices.ContainsFunc(made, func(m fs.DirEntry) bool { return m.Name() == e.Name() })
	}
	for _, e := range entries {
		if part := idxName.FindStringSubmatch(e.Name()); part == nil || part[1] != "" || part[2] != "train" || isMade(e) {
			continue
		}
		if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// shapeOfPicture returns the shape in which a picture is written.
func shapeOfPicture(p image.Image) Shape {
	if p == nil {
		return Shape{}
	}
	size, c := p.Bounds().Size(), 3
	if _, gray := p.(*image.Gray); gray {
		c = 1
	}
	return Shape{H: size.Y, W: size.X, C: c}
}
