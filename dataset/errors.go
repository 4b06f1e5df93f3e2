package dataset

import (
	"fmt"
	"io/fs"
	"strings"
)

// missingError says that [Open] knows no such source; it is [fs.ErrNotExist].
type missingError struct{ spec string }

func (e *missingError) Error() string {
	return fmt.Sprintf("dataset: no data called %q and no such path: give %s, a folder of IDX files, a folder of PNG, JPEG or GIF images, or an IDX, .npy or .npz file", e.spec, strings.Join(names(), ", "))
}

func (e *missingError) Unwrap() error { return fs.ErrNotExist }

// SizeError says that images have another height or width than [Options].Shape.
type SizeError struct {
	Name      string // the file or the source
	Got, Want Shape
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s: is %dx%d (height x width), not %dx%d", e.Name, e.Got.H, e.Got.W, e.Want.H, e.Want.W)
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
