package dataset

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"govae/internal/parallel"
)

// idxFolder is a folder with IDX files that are named like those of MNIST.
type idxFolder struct {
	path string
	Options
}

// idxName matches train-images-idx3-ubyte and its relatives; t10k is what MNIST
// calls its test split ("ten thousand").
var idxName = regexp.MustCompile(`^(train|t10k|test)-(images|labels)[-.]idx[134]-ubyte(\.gz)?$`)

// findIDX returns the IDX files of a folder by their role: "train-images",
// "train-labels", "test-images", "test-labels". If a role has several files, such
// as one compressed and one not, the first in the order of names is taken.
func findIDX(entries []fs.DirEntry) map[string]string {
	files := map[string]string{}
	for _, e := range entries {
		part := idxName.FindStringSubmatch(e.Name())
		if part == nil {
			continue
		}
		split := part[1]
		if split == "t10k" {
			split = "test"
		}
		if role := split + "-" + part[2]; files[role] == "" {
			files[role] = e.Name()
		}
	}
	return files
}

func (s idxFolder) Load(ctx context.Context) (*Data, error) {
	entries, err := os.ReadDir(s.path)
	if err != nil {
		return nil, err
	}
	files := findIDX(entries)
	switch {
	case files["train-images"] != "":
	case files["test-images"] == "":
		return nil, fmt.Errorf("%s: holds IDX files but none of images: add train-images-idx3-ubyte or train-images-idx3-ubyte.gz", s.path)
	case !s.Whole:
		return nil, &SplitError{s.path, "holds test images only: add train-images-idx3-ubyte to train on"}
	}
	var splits [2]*Images
	err = parallel.For(ctx, len(splits), 0, func(i int) error {
		split := []string{"train", "test"}[i]
		if files[split+"-images"] == "" {
			return nil
		}
		m, err := loadIDX(ctx, s.in(files[split+"-images"]), s.in(files[split+"-labels"]))
		splits[i] = m
		return err
	})
	if err != nil {
		return nil, err
	}
	if splits[0] == nil {
		splits[0], splits[1] = splits[1], nil
	}
	return newIDXData(ctx, s.path, splits[0], splits[1], s.Options)
}

// newIDXData is newData for images whose labels, if any, are numbers.
func newIDXData(ctx context.Context, name string, train, test *Images, o Options) (*Data, error) {
	splits := []*Images{train}
	if test != nil {
		splits = append(splits, test)
	}
	return newData(ctx, name, train, test, numberedClasses(splits...), o)
}

// in returns the path of a file of the folder, empty if there is none.
func (s idxFolder) in(name string) string {
	if name == "" {
		return ""
	}
	return filepath.Join(s.path, name)
}
