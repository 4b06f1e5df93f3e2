package dataset

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
	if files["train-images"] == "" {
		return nil, fmt.Errorf("%s: holds IDX files but no training images: add train-images-idx3-ubyte or train-images-idx3-ubyte.gz", s.path)
	}
	var splits [2]*Images
	err = parallel(ctx, len(splits), func(i int) error {
		split := []string{"train", "test"}[i]
		if files[split+"-images"] == "" {
			return nil
		}
		m, err := loadIDX(ctx, s.path, files[split+"-images"], files[split+"-labels"])
		splits[i] = m
		return err
	})
	if err != nil {
		return nil, err
	}
	return newIDXData(s.path, splits[0], splits[1], s.Options)
}

// newIDXData is newData for images whose labels, if any, are numbers.
func newIDXData(name string, train, test *Images, o Options) (*Data, error) {
	splits := []*Images{train}
	if test != nil {
		splits = append(splits, test)
	}
	return newData(name, train, test, numberedClasses(splits...), o)
}

// loadIDX reads the images and, if labels is not empty, the labels of one split.
func loadIDX(ctx context.Context, folder, images, labels string) (*Images, error) {
	path := filepath.Join(folder, images)
	m, err := readFile(ctx, path, readImages)
	if err != nil || labels == "" {
		return m, err
	}
	path = filepath.Join(folder, labels)
	if m.Labels, err = readFile(ctx, path, readLabels); err != nil {
		return nil, err
	}
	if len(m.Labels) != m.Len() {
		return nil, fmt.Errorf("%s: %d labels for the %d images of %s: take both files from one data set", path, len(m.Labels), m.Len(), images)
	}
	return m, nil
}

// readImages reads IDX images: [N, H, W], or [N, H, W, C] with 1 or 3 channels.
func readImages(r io.Reader) (*Images, error) {
	dims, data, err := ReadIDX(r)
	switch {
	case err != nil:
		return nil, err
	case len(dims) == 3:
		return &Images{Shape: Shape{dims[1], dims[2], 1}, Pixels: data}, nil
	case len(dims) == 4 && (dims[3] == 1 || dims[3] == 3):
		return &Images{Shape: Shape{dims[1], dims[2], dims[3]}, Pixels: data}, nil
	}
	return nil, fmt.Errorf("idx: dimensions %s are not those of images: want [N H W], or [N H W C] with 1 or 3 channels", times(dims))
}

// readLabels reads IDX labels: [N].
func readLabels(r io.Reader) ([]int, error) {
	dims, data, err := ReadIDX(r)
	if err != nil {
		return nil, err
	}
	if len(dims) != 1 {
		return nil, fmt.Errorf("idx: dimensions %s are not those of labels: want [N]", times(dims))
	}
	labels := make([]int, len(data))
	for i, v := range data {
		labels[i] = int(v)
	}
	return labels, nil
}
