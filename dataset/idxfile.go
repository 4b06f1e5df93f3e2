package dataset

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"govae/internal/idx"
)

// idxFile is one IDX file of images, with a labels file beside it or not.
type idxFile struct {
	path string
	Options
}

func (s idxFile) Load(ctx context.Context) (*Data, error) {
	m, err := loadIDX(ctx, s.path, labelsBeside(s.path))
	if err != nil {
		return nil, err
	}
	d, err := newIDXData(ctx, s.path, splits{train: m}, s.Options)
	return noteTurned(d, s.path), err
}

// isIDX reports whether a file's name is that of an IDX file, such as
// x-images-idx3-ubyte.gz or x.idx.
func isIDX(path string) bool {
	name := strings.TrimSuffix(strings.ToLower(path), ".gz")
	return strings.HasSuffix(name, ".idx") || strings.HasSuffix(name, "-ubyte")
}

// labelsBeside returns the labels file whose name belongs to that of an images file,
// x-labels-idx1-ubyte or x-labels-idx2-int to x-images-idx3-ubyte and x.labels.idx to
// x.idx, compressed or not, in letters of any case. It is empty if there is none.
func labelsBeside(path string) string {
	folder, name := filepath.Split(path)
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	labels := strings.NewReplacer("images", "labels", "idx3", "idx1", "idx4", "idx1").Replace(name)
	if stem, isStem := strings.CutSuffix(name, ".idx"); isStem && labels == name {
		labels = stem + ".labels.idx"
	}
	if labels == name {
		return ""
	}
	entries, _ := os.ReadDir(cmp.Or(folder, "."))
	for _, labels := range []string{labels, strings.Replace(labels, "idx1-ubyte", "idx2-int", 1)} {
		for _, ending := range []string{"", ".gz"} {
			for _, e := range entries {
				if strings.EqualFold(e.Name(), labels+ending) {
					return folder + e.Name()
				}
			}
		}
	}
	return ""
}

// loadIDX reads an images file and, unless its path is empty, the labels file.
func loadIDX(ctx context.Context, images, labels string) (*Images, error) {
	m, err := readFile(ctx, images, idx.ReadImages)
	if err != nil {
		return nil, err
	}
	if isEMNIST(images) {
		m = turned(m)
	}
	if labels == "" {
		return m, nil
	}
	if m.Labels, err = readFile(ctx, labels, idx.ReadLabels); err != nil {
		return nil, err
	}
	if len(m.Labels) != m.Len() {
		return nil, fmt.Errorf("%s: %d labels for the %d images of %s: take both files from one data set", labels, len(m.Labels), m.Len(), filepath.Base(images))
	}
	return m, nil
}
