package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"govae/internal/printable"
)

// missingError says that [Open] knows no such source; it is [fs.ErrNotExist].
type missingError struct{ spec string }

func (e *missingError) Error() string {
	switch {
	case strings.Contains(e.spec, "://"):
		return fmt.Sprintf("%s: is an address, and data is read from disks: fetch it, and give the folder or file", e.spec)
	case strings.HasPrefix(e.spec, "~"):
		return fmt.Sprintf("%s: no such path: ~ stands for a home where the shell reads it, unquoted and first", e.spec)
	}
	return fmt.Sprintf("%s: no such folder or file: give a folder of images or of IDX files, an IDX, .npy or .npz file, or one of %s", e.spec, strings.Join(names(), ", "))
}

func (e *missingError) Unwrap() error { return fs.ErrNotExist }

// BadFile is an image's file that cannot be read.
type BadFile struct {
	Path string
	Err  error // what is wrong, without the path
}

// BadFilesError lists all images of a source that cannot be read, which
// [Options].SkipBad would leave out.
type BadFilesError struct {
	Name  string // the source, or empty for files that were named one by one
	Files []BadFile
	Of    int // images
}

func (e *BadFilesError) Error() string {
	const most = 3 // that are named
	if len(e.Files) == 1 {
		f := e.Files[0]
		if errors.Is(f.Err, fs.ErrNotExist) {
			return fmt.Sprintf("%s: no such file", printable.Name(f.Path))
		}
		return fmt.Sprintf("%s: %v: mend the file or move it away", printable.Name(f.Path), f.Err)
	}
	var b strings.Builder
	if e.Name != "" {
		fmt.Fprintf(&b, "%s: ", printable.Name(e.Name))
	}
	fmt.Fprintf(&b, "%d of %d images cannot be read: ", len(e.Files), e.Of)
	for i, f := range e.Files[:min(most, len(e.Files))] {
		if i > 0 {
			b.WriteString(", ")
		}
		path := f.Path
		if inside, err := filepath.Rel(e.Name, path); e.Name != "" && err == nil {
			path = inside
		}
		fmt.Fprintf(&b, "%s %v", printable.Name(path), f.Err)
	}
	if more := len(e.Files) - most; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return b.String() + ": mend the files or move them away"
}

// SplitError says that a source cannot give both training and test images. All that it
// has can be read with [Options].Whole.
type SplitError struct {
	Name    string // the source
	Problem string // and what to do
}

func (e *SplitError) Error() string { return e.Name + ": " + e.Problem }

// DownloadError says that no mirror of a source gave one of its files. Who has the files
// from elsewhere can open the folder that holds them.
type DownloadError struct {
	Name     string   // the source
	File     string   // of the source
	Failures []string // of each mirror
}

func (e *DownloadError) Error() string {
	return fmt.Sprintf("%s: cannot download %s (%s): get the files of the data set another way and put them in a folder", e.Name, e.File, strings.Join(e.Failures, "; "))
}

// UnlabelledError says that images have no labels where each needs one.
type UnlabelledError struct {
	Name  string // of the data
	Split string // "training", "test" or "validation"
}

func (e *UnlabelledError) Error() string {
	return fmt.Sprintf("%s: the %s images have no labels, on which the model is to be conditional: give one folder for each class, or files with labels", cmp.Or(e.Name, "the data"), e.Split)
}

// FewImagesError says that a class has fewer training images than are to keep their label.
type FewImagesError struct {
	Class       string
	Found, Want int
}

func (e *FewImagesError) Error() string {
	return fmt.Sprintf("the class %s has %s for training, fewer than the %d that are to keep their label", printable.Name(e.Class), printable.Count(e.Found, "image", "images"), e.Want)
}
