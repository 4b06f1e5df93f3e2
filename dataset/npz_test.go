package dataset

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// npzBytes returns a .npz file of .npy members.
func npzBytes(method uint16, members map[string][]byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: method})
		if err == nil {
			_, err = w.Write(members[name])
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// writeNPZ writes a .npz file.
func writeNPZ(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// countedNPY is an array of n images of 1x2 pixels with the bytes from first on.
func countedNPY(n, first int) []byte {
	var values []float64
	for i := range 2 * n {
		values = append(values, float64(first+i))
	}
	return npyBytes("|u1", fmt.Sprintf("(%d, 1, 2)", n), values...)
}

func TestNPZ(t *testing.T) {
	labels := func(values ...float64) []byte {
		return npyBytes("<i8", fmt.Sprintf("(%d,)", len(values)), values...)
	}
	for name, tt := range map[string]struct {
		members                      map[string][]byte
		train, validation, test, sum int // images, and the sum of the training labels, -1 for none
	}{
		"Keras": {map[string][]byte{"x_train": countedNPY(4, 100), "y_train": labels(1, 2, 3, 4),
			"x_test": countedNPY(2, 200), "y_test": labels(0, 1)}, 4, 0, 2, 10},
		"Keras, large X": {map[string][]byte{"X_train": countedNPY(4, 100), "Y_train": labels(1, 2, 3, 4), "X_test": countedNPY(2, 200)}, 4, 0, 2, 10},
		"MedMNIST": {map[string][]byte{"train_images": countedNPY(4, 100), "train_labels": npyBytes("|u1", "(4, 1)", 1, 2, 3, 4),
			"val_images": countedNPY(3, 50), "val_labels": npyBytes("|u1", "(3, 1)", 0, 0, 1),
			"test_images": countedNPY(2, 200), "test_labels": npyBytes("|u1", "(2, 1)", 0, 9)}, 4, 3, 2, 10},
		"no test split":        {map[string][]byte{"x_train": countedNPY(4, 100), "x_val": countedNPY(3, 50)}, 4, 0, 3, -1},
		"x and y":              {map[string][]byte{"x": countedNPY(4, 100), "y": labels(1, 1, 1, 1), "other": nil}, 3, 0, 1, 3},
		"images and labels":    {map[string][]byte{"images": countedNPY(4, 100), "labels": npyBytes("<f4", "(4,)", 2, 2, 2, 2)}, 3, 0, 1, 6},
		"without names":        {map[string][]byte{"arr_0": countedNPY(4, 100), "arr_1": labels(1, 1, 1, 1)}, 3, 0, 1, 3},
		"one of any name":      {map[string][]byte{"faces": countedNPY(4, 100)}, 3, 0, 1, -1},
		"several labels":       {map[string][]byte{"x": countedNPY(4, 100), "y": npyBytes("|u1", "(4, 2)", 1, 2, 3, 4, 5, 6, 7, 8)}, 3, 0, 1, -1},
		"words":                {map[string][]byte{"x": countedNPY(4, 100), "y": npyBytes("<U5", "(4,)")}, 3, 0, 1, -1},
		"fractions":            {map[string][]byte{"x": countedNPY(4, 100), "y": npyBytes("<f4", "(4,)", 1, 2, 3, 0.5)}, 3, 0, 1, -1},
		"a label of a billion": {map[string][]byte{"x": countedNPY(4, 100), "y": labels(1, 2, 3, 1e9)}, 3, 0, 1, -1},
	} {
		t.Run(name, func(t *testing.T) {
			for _, method := range []uint16{zip.Store, zip.Deflate} {
				path := writeNPZ(t, npzBytes(method, tt.members))
				d, err := load(t, path, Options{})
				if err != nil {
					t.Fatal(err)
				}
				validation, sum := 0, -1
				if d.Validation != nil {
					validation = d.Validation.Len()
				}
				if d.Train.Labels != nil {
					sum = 0
				}
				for _, l := range d.Train.Labels {
					sum += l
				}
				if d.Name != path || d.Train.Len() != tt.train || validation != tt.validation || d.Test.Len() != tt.test || sum != tt.sum {
					t.Errorf("%d images, %d for validation, %d for test, labels %v", d.Train.Len(), validation, d.Test.Len(), d.Train.Labels)
				}
				if err := d.Validate(); err != nil {
					t.Error(err)
				}
				square := Shape{H: 2, W: 2, C: 1}
				if d, err := load(t, path, Options{Shape: square}); err != nil || d.Train.Shape != square || d.Validation != nil && d.Validation.Shape != square {
					t.Errorf("resized: %v", err)
				}
				hasLabels := slices.ContainsFunc(slices.Collect(maps.Keys(tt.members)), func(s string) bool { return strings.ToLower(s)[0] == 'y' })
				if want := hasLabels && tt.sum < 0; want != (len(d.Warnings) == 1) {
					t.Errorf("warnings %v", d.Warnings)
				}
			}
		})
	}
}

func TestNPZErrors(t *testing.T) {
	good := npzBytes(zip.Store, map[string][]byte{"x": countedNPY(4, 100)})
	damaged := bytes.Replace(good, []byte{104, 105}, []byte{104, 106}, 1)
	twice := bytes.ReplaceAll(npzBytes(zip.Store, map[string][]byte{"x": countedNPY(4, 100), "z": countedNPY(4, 100)}), []byte("z.npy"), []byte("x.npy"))
	method := bytes.Clone(npzBytes(zip.Store, map[string][]byte{"x": countedNPY(4, 100)}))
	binary.LittleEndian.PutUint16(method[8:], 99)
	binary.LittleEndian.PutUint16(method[bytes.Index(method, []byte("PK\x01\x02"))+10:], 99)
	many := map[string][]byte{}
	for i := range 30 {
		many[fmt.Sprintf("c%02d", i)] = nil
	}
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"empty":          {nil, "this is no whole .npz file (zip: not a valid zip file): give one written by numpy.savez"},
		"cut":            {good[:len(good)-30], "this is no whole .npz file"},
		"damaged":        {damaged, `array "x": npy: the header promises 4x1x2 bytes: the file cannot be read at its end: zip: checksum error`},
		"no arrays":      {npzBytes(zip.Store, nil), "holds no arrays: call the images x"},
		"others":         {npzBytes(zip.Store, map[string][]byte{"weights": nil, "bias": nil}), `holds the arrays "bias", "weights": call the images x and their labels y, or x_train, y_train, x_test and y_test`},
		"many others":    {npzBytes(zip.Store, many), `"c10", "c11" and 18 more: call`},
		"test alone":     {npzBytes(zip.Store, map[string][]byte{"x_test": nil, "y_test": nil}), `holds the arrays "x_test", "y_test"`},
		"two of a name":  {twice, `holds two arrays called "x"`},
		"no array":       {npzBytes(zip.Store, map[string][]byte{"x": []byte("hello, world")}), `array "x": npy: this is no .npy file`},
		"a shape":        {npzBytes(zip.Store, map[string][]byte{"x": npyBytes("|u1", "(28, 28, 20)")}), `array "x": npy: the shape [28 28 20]`},
		"cut member":     {npzBytes(zip.Store, map[string][]byte{"x": npyBytes("|u1", "(4, 1, 2)", 1)}), `array "x": npy: the header promises 4x1x2 bytes: the file is cut off after 1`},
		"more labels":    {npzBytes(zip.Store, map[string][]byte{"x": countedNPY(4, 100), "y": npyBytes("|u1", "(5,)", 1, 2, 3, 4, 5)}), "5 labels in y for the 4 images of x"},
		"cut labels":     {npzBytes(zip.Store, map[string][]byte{"x": countedNPY(4, 100), "y": npyBytes("|u1", "(4,)", 1)}), `array "y": npy: the header promises 4 values: the file is cut off after value 1`},
		"other sizes":    {npzBytes(zip.Store, map[string][]byte{"x_train": countedNPY(4, 100), "x_test": npyBytes("|u1", "(2, 2, 1)", 1, 2, 3, 4)}), "training images are 1x2x1 but test images 2x1x1"},
		"val size":       {npzBytes(zip.Store, map[string][]byte{"x_train": countedNPY(4, 100), "x_test": countedNPY(4, 100), "x_val": npyBytes("|u1", "(2, 2, 1)", 1, 2, 3, 4)}), "validation images 2x1x1"},
		"unknown method": {method, `array "x": zip: unsupported compression algorithm`},
		"bomb": {npzBytes(zip.Deflate, map[string][]byte{"x": append(npyBytes("|u1", "(80, 1024, 1024)"), make([]byte, 80<<20)...)}),
			`array "x": npy: the header promises 80x1024x1024 bytes: the file cannot be read after 671`},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeNPZ(t, tt.data)
			_, err := load(t, path, Options{})
			wantError(t, err, path, tt.want)
		})
	}
}

// TestNPZIsRead by the functions that take paths.
func TestNPZIsRead(t *testing.T) {
	path := writeNPZ(t, npzBytes(zip.Deflate, map[string][]byte{"x": countedNPY(4, 100), "y": npyBytes("|u1", "(4,)", 0, 1, 2, 1)}))
	s, err := ReadFiles(t.Context(), []string{path}, Options{})
	if err != nil || s.Len() != 4 || s.Name(3) != path+"[3]" || s.Class(3) != "1" {
		t.Errorf("%+v, error %v", s, err)
	}
}

func FuzzNPZ(f *testing.F) {
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		f.Add(npzBytes(method, map[string][]byte{"x_train": countedNPY(4, 0), "y_train": npyBytes("|u1", "(4,)", 0, 1, 2, 1), "x_test": countedNPY(1, 9)}))
		f.Add(npzBytes(method, map[string][]byte{"a": npyBytes("<f4", "(2, 1, 1)", 0, 1)}))
	}
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, file []byte) {
		d, err := npzFile{"a.npz", Options{Whole: true}}.load(t.Context(), bytes.NewReader(file), int64(len(file)))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("error of two lines: %q", err)
			}
			return
		}
		if d.Train.Len() < 1 || d.Train.Labels != nil && len(d.Train.Labels) != d.Train.Len() {
			t.Fatalf("%d images with %d labels", d.Train.Len(), len(d.Train.Labels))
		}
	})
}
