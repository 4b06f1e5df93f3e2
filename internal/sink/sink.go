// Package sink writes generated images in the form that a path asks for by its
// ending: one picture (.png), an animation (.gif), one PNG per image (a folder, no
// ending), an array of float32 (.npy) or an array of bytes (.idx). Images arrive in
// chunks, so that a folder or an array of any length takes constant memory.
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
	"slices"
	"strings"
	"time"

	"govae/images"
	"govae/internal/picture"
)

// Options describe the images and how they are written.
type Options struct {
	N            int // number of images, at least 1
	images.Shape     // of each image

	// Force lets a folder that already holds images be written to, of which those of
	// other names stay, and an array be begun anew that was interrupted.
	Force bool
	// Draw writes the picture of a path that ends in .png; nil means a grid of all
	// images that is about square.
	Draw func(path string, images picture.Images) error

	// Job, if not nil, says what the images are made of (the model, the seed, …).
	// How far the writing is gets recorded beside the images then, and Resume goes on
	// from there; the record of another job is an error.
	Job    map[string]string
	Resume bool

	Threads int // that encode PNGs; 0 means GOMAXPROCS

	interval time.Duration // between two records; 0 means a quarter of a second
}

// Source yields the images from number first on, as chunks of whole images
// [k, C, H, W] with values in [0, 1]. An error is the last thing that it yields.
type Source func(first int) iter.Seq2[[]float32, error]

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
	case (ending == ".png" || ending == ".gif") && int64(o.N)*int64(frame) > maxPicture:
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
		if e.IsDir() || !slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif"}, strings.ToLower(filepath.Ext(e.Name()))) {
			continue
		}
		return &ExistsError{Path: path, Name: e.Name(), Unrecorded: o.Resume}
	}
	return nil
}

// Write writes o.N images to path. A file is replaced atomically, in a folder each
// image is. A source of more or fewer images is an error.
func Write(path string, o Options, images Source) error {
	if err := Check(path, o); err != nil {
		return err
	}
	images = o.whole(images)
	switch ending(path) {
	case ".png", ".gif":
		return writePicture(path, o, images(0))
	case ".npy":
		return writeArray(path, floatArray, o, images)
	case ".idx":
		return writeArray(path, byteArray, o, images)
	}
	return writeFolder(path, o, images)
}

// whole adds an error to a source that has not the images up to o.N, as when a file of
// latent points shrinks while it is read.
func (o Options) whole(images Source) Source {
	return func(first int) iter.Seq2[[]float32, error] {
		return func(yield func([]float32, error) bool) {
			n := first
			for chunk, err := range images(first) {
				n += len(chunk) / o.Shape.Len()
				if n > o.N {
					break
				}
				if !yield(chunk, err) || err != nil {
					return
				}
			}
			if n != o.N {
				yield(nil, fmt.Errorf("there are %d images, and %d were expected", n, o.N))
			}
		}
	}
}

func writePicture(path string, o Options, chunks iter.Seq2[[]float32, error]) error {
	pixels := make([]float32, 0, o.N*o.Shape.Len())
	for chunk, err := range chunks {
		if err != nil {
			return err
		}
		pixels = append(pixels, chunk...)
	}
	batch := o.batch(pixels)
	if ending(path) == ".gif" {
		return picture.GIF(path, batch)
	}
	if o.Draw != nil {
		return o.Draw(path, batch)
	}
	return picture.WritePNG(path, picture.Grid(batch, 0))
}

// batch wraps the pixels of a chunk.
func (o Options) batch(pixels []float32) images.Batch {
	return images.Batch{Shape: o.Shape, Pixels: pixels}
}
