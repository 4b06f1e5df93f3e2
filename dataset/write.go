package dataset

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"govae/internal/atomicfile"
	"govae/internal/lock"
)

// Format is the form of a data set on the disk.
type Format string

const (
	// ClassFolders is a folder per class, with one PNG file per image.
	ClassFolders Format = "png"
	// IDXFiles are one file of images and one of labels, named like the training split
	// of MNIST. Classes go by their labels, 0 to 255.
	IDXFiles Format = "idx"
)

// Manifest is the name of the file of a written data set that says where each image is from: one
// [Origin] in JSON per line.
const Manifest = "manifest.jsonl"

// Origin tells how a synthetic image was made, so that it can be traced and removed.
type Origin struct {
	Number int     `json:"number"` // within the run, from 0; in an IDX file the image's place. Write sets it.
	File   string  `json:"file"`   // relative to the manifest's folder. Write sets it.
	Class  string  `json:"class"`
	Label  int     `json:"label"`
	Method string  `json:"method"`
	Noise  float64 `json:"noise,omitempty"`
	Mix    float64 `json:"mix,omitempty"` // weight of the second source
	// Probability of the class, by the classifier that chose the image.
	Probability float64  `json:"probability,omitempty"`
	Seed        uint64   `json:"seed"`
	Data        string   `json:"data,omitempty"` // where the sources are from
	Sources     []string `json:"sources"`        // the images that it was made from
	ModelID     string   `json:"model_id,omitempty"`
}

// Origin returns the origin of an image of the class with this label that was made from some of
// the selection's images. The caller adds how.
func (s Selection) Origin(label int, sources []int) Origin {
	o := Origin{Class: s.Classes[label], Label: label, Sources: make([]string, 0, len(sources))}
	for _, i := range sources {
		o.Sources = append(o.Sources, s.Name(i))
	}
	return o
}

// Synthetic is an image to write: an [image.Gray], or any other picture, which is
// written in colour.
type Synthetic struct {
	Picture image.Image
	Origin
}

// WriteOptions say how a data set is written.
type WriteOptions struct {
	Format Format // "" means ClassFolders
	// Into lets a folder that holds something be written into. Files of other names stay,
	// and the manifest of class folders grows: of two lines for one file the later one
	// holds. IDX files of training images, whatever their endings, and their manifest are
	// replaced.
	Into bool
}

// NotEmptyError says that the folder for a data set already holds something, which
// [WriteOptions].Into would allow.
type NotEmptyError struct{ Path, Name string }

func (e *NotEmptyError) Error() string {
	return fmt.Sprintf("%s: already holds images (%s); give another folder", e.Path, e.Name)
}

var errNoImages = errors.New("dataset: no images to write")

// CheckWrite says whether [Write] would write to the folder path, before there is
// anything to write. A folder that holds something is a [NotEmptyError] unless o allows
// it, and one in which the two formats would meet always is an error: [Open] reads the
// IDX files of a folder and not the class folders beside them.
func CheckWrite(path string, o WriteOptions) error {
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		if info, statErr := os.Stat(path); statErr == nil && !info.IsDir() {
			return fmt.Errorf("%s: a file is in the way; give another folder", path)
		}
		return err
	}
	for _, e := range entries {
		name := e.Name()
		switch {
		case strings.HasPrefix(name, "."):
		case !o.Into:
			return &NotEmptyError{path, name}
		case o.Format == IDXFiles && e.IsDir():
			return fmt.Errorf("%s: holds the folder %s, which IDX files beside it would hide; give another folder", path, name)
		case o.Format != IDXFiles && idxName.MatchString(name):
			return fmt.Errorf("%s: holds %s, which would hide class folders beside it; give another folder", path, name)
		}
	}
	return nil
}

// Write writes labelled images of one shape, in constant memory, as a data set that
// [Open] reads, in a folder, with the manifest of their origins. All is made in a hidden
// folder first: a failure leaves nothing behind, and a folder that is there already gets
// whole files. Two writers of one folder at a time are an error.
func Write(path string, images iter.Seq2[Synthetic, error], o WriteOptions) error {
	fill := fillClassFolders
	switch o.Format {
	case "", ClassFolders:
	case IDXFiles:
		fill = fillIDX
	default:
		return fmt.Errorf("dataset: format %q: want %q or %q", o.Format, ClassFolders, IDXFiles)
	}
	path = filepath.Clean(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	release, err := lock.Take(path)
	if err != nil {
		return err
	}
	defer release()
	if err := CheckWrite(path, o); err != nil {
		return err
	}
	stage, err := atomicfile.Stage(path)
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	if err := fill(stage, images); err != nil {
		return err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(stage, path)
	}
	manifests := []string{filepath.Join(stage, Manifest)}
	if o.Format != IDXFiles {
		manifests = append([]string{filepath.Join(path, Manifest)}, manifests...)
	}
	if err := joinFiles(filepath.Join(path, Manifest), manifests); err != nil {
		return err
	}
	if o.Format == IDXFiles {
		return replaceIDX(stage, path)
	}
	return moveFiles(stage, path)
}
