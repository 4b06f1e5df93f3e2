package dataset

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"govae/internal/parallel"
)

// idxFolder is a folder with IDX files that are named like those of MNIST, with the name
// of a data set before or not, as EMNIST's and QMNIST's are.
type idxFolder struct {
	path string
	Options
}

// idxName matches train-images-idx3-ubyte and its relatives, such as
// emnist-letters-test-labels-idx1-ubyte.gz and qmnist-train-labels-idx2-int; t10k is what
// MNIST calls its test split ("ten thousand").
var idxName = regexp.MustCompile(`^(?:(.+)-)?(train|t10k|test)-(images|labels)[-.]idx[1234]-(?:ubyte|int)(\.gz)?$`)

// idxFiles are the IDX files of a data set by their role: "train-images", "train-labels",
// "test-images", "test-labels".
type idxFiles map[string]string

// findIDX returns the IDX files of a folder by the name of their data set, which may be
// empty. If a role has several files, such as one compressed and one not, the first in the
// order of names is taken.
func findIDX(entries []fs.DirEntry) map[string]idxFiles {
	sets := map[string]idxFiles{}
	for _, e := range entries {
		part := idxName.FindStringSubmatch(e.Name())
		if part == nil {
			continue
		}
		set, split := part[1], part[2]
		if split == "t10k" {
			split = "test"
		}
		if sets[set] == nil {
			sets[set] = idxFiles{}
		}
		if role := split + "-" + part[3]; sets[set][role] == "" {
			sets[set][role] = e.Name()
		}
	}
	return sets
}

// only returns the name of the folder's data set, with a hyphen unless it has none, and
// its files.
func (s idxFolder) only() (prefix string, files idxFiles, err error) {
	entries, err := os.ReadDir(s.path)
	if err != nil {
		return "", nil, err
	}
	sets := findIDX(entries)
	if len(sets) > 1 {
		var names []string
		for _, set := range slices.Sorted(maps.Keys(sets)) {
			names = append(names, cmp.Or(set, "one without a name"))
		}
		return "", nil, fmt.Errorf("%s: holds the IDX files of %d data sets (%.300s): put the files of one in a folder of their own, or give the path of its images file", s.path, len(sets), strings.Join(names, ", "))
	}
	for set, files := range sets {
		if set != "" {
			set += "-"
		}
		return set, files, nil
	}
	return "", nil, fmt.Errorf("%s: the IDX files are gone", s.path)
}

func (s idxFolder) Load(ctx context.Context) (*Data, error) {
	prefix, files, err := s.only()
	if err != nil {
		return nil, err
	}
	switch {
	case files["train-images"] != "":
	case files["test-images"] == "":
		return nil, fmt.Errorf("%s: holds IDX files but none of images: add %[2]strain-images-idx3-ubyte or %[2]strain-images-idx3-ubyte.gz", s.path, prefix)
	case !s.Whole:
		return nil, &SplitError{s.path, "holds test images only: add " + prefix + "train-images-idx3-ubyte to train on"}
	}
	var read [2]*Images
	err = parallel.For(ctx, len(read), 0, func(i int) error {
		split := []string{"train", "test"}[i]
		if files[split+"-images"] == "" {
			return nil
		}
		m, err := loadIDX(ctx, s.in(files[split+"-images"]), s.in(files[split+"-labels"]))
		read[i] = m
		return err
	})
	if err != nil {
		return nil, err
	}
	all := splits{train: read[0], test: read[1]}
	if all.train == nil {
		all = splits{train: all.test}
	}
	d, err := newIDXData(ctx, s.path, all, s.Options)
	return noteTurned(d, prefix), err
}

// newIDXData is newData for images whose labels, if any, are numbers.
func newIDXData(ctx context.Context, name string, s splits, o Options) (*Data, error) {
	return newData(ctx, name, s, numberedClasses(s), o)
}

// in returns the path of a file of the folder, empty if there is none.
func (s idxFolder) in(name string) string {
	if name == "" {
		return ""
	}
	return filepath.Join(s.path, name)
}
