// Package sink writes generated images in the form that a path asks for by its
// ending: one picture (.png), an animation (.gif), one PNG per image (a folder, no
// ending), an array of float32 (.npy) or an array of bytes (.idx). Images arrive one by
// one, so that a folder or an array of any length takes constant memory.
//
// The writing of a folder or an array can be continued after Ctrl-C, a crash or a
// power cut, if the images can be made from any number on: see [Options.Job]. Errors that
// another option can mend have types: [ExistsError], [InterruptedError], [RecordError].
package sink

import (
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"govae/images"
	"govae/picture"
)

// Options describe the images and how they are written.
type Options struct {
	N            int // number of images, at least 1
	images.Shape     // of each image

	// Force allows to write into a folder that already holds images, where those of other names
	// stay, and to begin an interrupted array anew.
	Force bool
	// Draw writes the picture of a path that ends in .png; nil means a grid of all
	// images that is about square.
	Draw func(path string, images picture.Images) error

	// Job, if not nil, says what the images are made of (the model, the seed, …).
	// The number of complete images is then recorded beside them, and Resume goes on from there;
	// the record of another job is an error.
	Job    map[string]string
	Resume bool

	Threads int // that encode PNGs; 0 means GOMAXPROCS

	interval time.Duration // between two records; 0 means a quarter of a second
}

// Source yields the images from number first on. An error is the last thing that it
// yields.
type Source func(first int) iter.Seq2[images.Image, error]

// Check says whether path can be written, before there is anything to write. What o
// leaves out is not checked.
func Check(path string, o Options) error {
	ending, frame := ending(path), o.H*o.W
	if ending == ".gif" && frame > 0 {
		frame = picture.GIFFrame(o.H, o.W)
	}
	switch {
	case path == "":
		return fmt.Errorf("an empty name: give a .png, .gif, .npy or .idx file, or a folder")
	case (ending == ".png" || ending == ".gif") && frame > 0 && o.N > maxPicture/frame:
		return fmt.Errorf("%s: %d images are too many for one picture; give a folder, a .npy or an .idx file", path, o.N)
	case ending == ".idx" && int64(o.N) > math.MaxUint32:
		return fmt.Errorf("%s: %d images are more than an .idx file can count; give a .npy file", path, o.N)
	case ending == ".png", ending == ".gif", ending == ".npy", ending == ".idx":
		info, err := os.Stat(path)
		switch {
		case err != nil:
		case info.IsDir():
			return fmt.Errorf("%s: is a folder; end its name with / to write into it", path)
		case !info.Mode().IsRegular() && (ending == ".npy" || ending == ".idx"):
			return fmt.Errorf("%s: is no regular file, which an array needs; give another name", path)
		}
	case ending == "":
		return checkFolder(path, o)
	default:
		return fmt.Errorf("%s: the ending %s is not known; give a .png, .gif, .npy or .idx file, or a folder as %s/", path, ending, path)
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

// maxPicture bounds the pixels of all images of one picture (before enlargement), or of
// all frames of an animation.
const maxPicture = 1 << 26

// checkFolder refuses a file, and a folder with images unless they may be replaced
// or belong to the job that is continued.
func checkFolder(path string, o Options) error {
	entries, err := os.ReadDir(path)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		if info, statErr := os.Stat(filepath.Clean(path)); statErr == nil && !info.IsDir() {
			return fmt.Errorf("%s: a file is in the way; give a .png, .gif, .npy or .idx file, or another folder", path)
		}
		return err
	case o.Force:
		return nil
	case o.Resume:
		if _, err := os.Stat(filepath.Join(path, folderJob)); err == nil {
			return nil
		}
	}
	for _, e := range entries {
		if e.IsDir() || !images.IsFile(e.Name()) {
			continue
		}
		return &ExistsError{Path: path, Name: e.Name(), Unrecorded: o.Resume}
	}
	return nil
}

// Write writes o.N images to path. A file is replaced atomically, in a folder each
// image is.
func Write(path string, o Options, source Source) error {
	if o.N < 1 || o.H < 1 || o.W < 1 || o.C != 1 && o.C != 3 {
		return fmt.Errorf("%s: %d images of %v: want at least one image, of a height, a width and 1 or 3 channels", path, o.N, o.Shape)
	}
	if err := Check(path, o); err != nil {
		return err
	}
	source = promised(source, o.N, "images", o.check)
	switch ending(path) {
	case ".png", ".gif":
		return writePicture(path, o, source(0))
	case ".npy":
		return writeArray(path, floatArray, o, source)
	case ".idx":
		return writeArray(path, byteArray, o, source)
	}
	return writeFolder(path, o, source)
}

// check returns an error unless image number i is one of their shape.
func (o Options) check(i int, image images.Image) error {
	switch {
	case image.Shape != o.Shape:
		return fmt.Errorf("image %d is %v, and those to be written %v", i, image.Shape, o.Shape)
	case len(image.Pixels) != o.Shape.Len():
		return fmt.Errorf("image %d is %v and has %d values: give %d", i, image.Shape, len(image.Pixels), o.Shape.Len())
	}
	return nil
}

// promised is source with an error if it yields other than n values, or one that check refuses.
// things names the values in errors.
func promised[T any](source func(first int) iter.Seq2[T, error], n int, things string, check func(i int, v T) error) func(first int) iter.Seq2[T, error] {
	return func(first int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			i := first
			for v, err := range source(first) {
				switch {
				case err != nil:
				case i == n:
					err = fmt.Errorf("more %s than the %d that were to be written", things, n)
				default:
					err = check(i, v)
				}
				if !yield(v, err) || err != nil {
					return
				}
				i++
			}
			if i < n {
				var none T
				yield(none, fmt.Errorf("%d %s instead of the %d that were to be written", i, things, n))
			}
		}
	}
}

func writePicture(path string, o Options, stream iter.Seq2[images.Image, error]) error {
	batch := images.Batch{Shape: o.Shape, Pixels: make([]float32, 0, o.N*o.Shape.Len())}
	for image, err := range stream {
		if err != nil {
			return err
		}
		batch.Pixels = append(batch.Pixels, image.Pixels...)
	}
	if ending(path) == ".gif" {
		return picture.GIF(path, batch)
	}
	if o.Draw != nil {
		return o.Draw(path, batch)
	}
	return picture.WritePNG(path, picture.Grid(batch, 0))
}
