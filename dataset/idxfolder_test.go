package dataset

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"govae/internal/arrayfile"
	"govae/internal/idx"

	"github.com/google/go-cmp/cmp"
)

// idxBytes returns an IDX file with the bytes 0, 1, 2 and so on.
func idxBytes(dims ...int) []byte {
	n, _ := arrayfile.Volume(dims)
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i)
	}
	return idxFileOf(dims, data)
}

// idxFileOf returns an IDX file with the data.
func idxFileOf(dims []int, data []byte) []byte {
	var b bytes.Buffer
	if err := idx.WriteHeader(&b, dims...); err != nil {
		panic(err)
	}
	return append(b.Bytes(), data...)
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// writeFiles makes a folder of files.
func writeFiles(t *testing.T, files map[string][]byte) string {
	t.Helper()
	folder := t.TempDir()
	for name, data := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestIDXFolder(t *testing.T) {
	images, labels := idxBytes(4, 2, 3), idxBytes(4)
	for name, tt := range map[string]struct {
		files       map[string][]byte
		train, test int
		classes     []string
		channels    int
	}{
		"MNIST": {map[string][]byte{
			"train-images-idx3-ubyte.gz": gzipped(images), "train-labels-idx1-ubyte.gz": gzipped(labels),
			"t10k-images-idx3-ubyte.gz": gzipped(idxBytes(2, 2, 3)), "t10k-labels-idx1-ubyte": idxBytes(2), "README": nil,
		}, 4, 2, []string{"0", "1", "2", "3"}, 1},
		"dots, no labels": {map[string][]byte{"train-images.idx3-ubyte": images, "test-images.idx3-ubyte": images}, 4, 4, nil, 1},
		"gzip without the ending, no test split": {map[string][]byte{
			"train-images-idx3-ubyte": gzipped(images), "train-labels.idx1-ubyte": labels,
		}, 3, 1, []string{"0", "1", "2", "3"}, 1},
		"colour": {map[string][]byte{"train-images-idx4-ubyte": idxBytes(20, 1, 2, 3)}, 18, 2, nil, 3},
	} {
		t.Run(name, func(t *testing.T) {
			folder := writeFiles(t, tt.files)
			d, err := load(t, folder, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d.Name != folder || d.Train.Len() != tt.train || d.Test.Len() != tt.test || d.Train.C != tt.channels {
				t.Errorf("%s: %d training and %d test images of %v", d.Name, d.Train.Len(), d.Test.Len(), d.Train.Shape)
			}
			if diff := cmp.Diff(tt.classes, d.Classes); diff != "" {
				t.Errorf("classes (-want +got):\n%s", diff)
			}
			if (d.Train.Labels != nil) != (tt.classes != nil) || (d.Test.Labels != nil) != (tt.classes != nil) {
				t.Errorf("labels %v and %v", d.Train.Labels, d.Test.Labels)
			}
		})
	}
}

// TestLabelsBeside finds the labels of one file, however their names are written.
func TestLabelsBeside(t *testing.T) {
	for images, labels := range map[string]string{
		"a-images-idx3-ubyte": "a-labels-idx1-ubyte.gz", "B-IMAGES-IDX3-UBYTE.GZ": "B-LABELS-IDX1-UBYTE.GZ",
		"c.idx": "c.labels.idx", "d-images-idx3-ubyte.gz": "d-labels-idx2-int", "e.images.idx": "E.Labels.idx", "f-ubyte": "",
	} {
		all := map[string][]byte{images: nil}
		if labels != "" {
			all[labels] = nil
		}
		folder := writeFiles(t, all)
		if got := labelsBeside(filepath.Join(folder, images)); labels != "" && got != filepath.Join(folder, labels) || labels == "" && got != "" {
			t.Errorf("the labels of %s are %q", images, got)
		}
	}
}

func TestIDXFolderErrors(t *testing.T) {
	const images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
	good := idxBytes(4, 2, 3)
	for name, tt := range map[string]struct {
		files map[string][]byte
		want  []string
	}{
		"no training images": {map[string][]byte{"t10k-images-idx3-ubyte": good}, []string{"test images only", "add train-images-idx3-ubyte"}},
		"no images":          {map[string][]byte{labels: idxBytes(5)}, []string{"none of images", "add train-images-idx3-ubyte"}},
		"labels do not match": {map[string][]byte{images: good, labels: idxBytes(5)},
			[]string{labels, "5 labels for the 4 images"}},
		"images as labels": {map[string][]byte{images: good, labels: good}, []string{labels, "4x2x3", "labels"}},
		"labels as images": {map[string][]byte{images: idxBytes(9)}, []string{images, "dimensions 9", "images"}},
		"two channels":     {map[string][]byte{images: idxBytes(2, 2, 2, 2)}, []string{images, "2x2x2x2"}},
		"other test size":  {map[string][]byte{images: good, "test-images-idx3-ubyte": idxBytes(4, 3, 2)}, []string{"2x3x1", "3x2x1"}},
		"one image":        {map[string][]byte{images: idxBytes(1, 2, 3)}, []string{"at least 2"}},
		"cut":              {map[string][]byte{images: good[:20]}, []string{images, "cut off"}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := writeFiles(t, tt.files)
			_, err := load(t, folder, Options{})
			wantError(t, err, append(tt.want, folder)...)
		})
	}
}

func TestIDXFolderOfTestImages(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{"t10k-images-idx3-ubyte": idxBytes(4, 2, 3), "t10k-labels-idx1-ubyte": idxBytes(4)})
	d, err := load(t, folder, Options{Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	if d.All().Len() != 4 || len(d.All().Labels) != 4 || d.Test != nil {
		t.Errorf("%d images with %d labels, test %v", d.All().Len(), len(d.All().Labels), d.Test)
	}
}

func TestRealMNIST(t *testing.T) {
	folder := os.Getenv("MNIST_DIR")
	if folder == "" {
		t.Skip("MNIST_DIR, the folder of the MNIST files, is not set")
	}
	d, err := load(t, folder, Options{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 1000 || d.Test.Len() != 10_000 || d.Train.Shape != (Shape{H: 28, W: 28, C: 1}) || len(d.Classes) != 10 {
		t.Errorf("%d training and %d test images of %v in classes %v", d.Train.Len(), d.Test.Len(), d.Train.Shape, d.Classes)
	}
	if got := d.Train.Labels[:5]; !slices.Equal(got, []int{5, 0, 4, 1, 9}) {
		t.Errorf("the first labels are %v", got)
	}
}
