package dataset

import (
	"bytes"
	"encoding/binary"
	"errors"
	"path/filepath"
	"slices"
	"testing"
)

// intLabels is a file as QMNIST has it: rows of int32, the first of which is the label.
func intLabels(columns int, labels ...int32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{0, 0, 0x0c, 2}, uint32(len(labels)))
	b = binary.BigEndian.AppendUint32(b, uint32(columns))
	for _, l := range labels {
		b = binary.BigEndian.AppendUint32(b, uint32(l))
		for range columns - 1 {
			b = binary.BigEndian.AppendUint32(b, 0xfffffff0) // of the writer
		}
	}
	return b
}

func TestEMNIST(t *testing.T) {
	const prefix = "emnist-letters-"
	files := map[string][]byte{
		prefix + "train-images-idx3-ubyte.gz": gzipped(idxBytes(3, 2, 3)), prefix + "train-labels-idx1-ubyte.gz": gzipped(idxFileOf([]int{3}, []byte{1, 26, 2})),
		prefix + "test-images-idx3-ubyte.gz": gzipped(idxBytes(2, 2, 3)), prefix + "test-labels-idx1-ubyte.gz": gzipped(idxFileOf([]int{2}, []byte{1, 2})),
		prefix + "mapping.txt": nil,
	}
	folder := writeFiles(t, files)
	d, err := load(t, folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 3 || d.Test.Len() != 2 || d.Train.Shape != (Shape{H: 3, W: 2, C: 1}) {
		t.Fatalf("%d training and %d test images of %v", d.Train.Len(), d.Test.Len(), d.Train.Shape)
	}
	// 0 1 2    0 3
	// 3 4 5 -> 1 4
	//          2 5
	if want := []byte{6, 9, 7, 10, 8, 11}; !bytes.Equal(d.Train.At(1), want) {
		t.Errorf("an image is %v, want %v", d.Train.At(1), want)
	}
	if len(d.Classes) != 27 || d.Classes[d.Train.Labels[1]] != "26" || d.Classes[d.Test.Labels[0]] != "1" {
		t.Errorf("labels %v and %v of %v", d.Train.Labels, d.Test.Labels, d.Classes)
	}
	notes := func(d *Data) int {
		return len(slices.DeleteFunc(slices.Clone(d.Warnings), func(err error) bool {
			_, turned := errors.AsType[*TurnedNote](err)
			return !turned
		}))
	}
	if notes(d) != 1 {
		t.Errorf("warnings %v", d.Warnings)
	}

	// Its images file alone means the same, with the labels beside it.
	one, err := load(t, filepath.Join(folder, prefix+"train-images-idx3-ubyte.gz"), Options{Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Train.Pixels, d.Train.Pixels) || !slices.Equal(one.Train.Labels, d.Train.Labels) || notes(one) != 1 {
		t.Errorf("the file alone gives %v", one)
	}

	// Files of two sets are no data set.
	files["emnist-digits-test-images-idx3-ubyte.gz"] = nil
	_, err = load(t, writeFiles(t, files), Options{})
	wantError(t, err, "holds the IDX files of 2 data sets (emnist-digits, emnist-letters): put the files of one in a folder of their own, or give the path of its images file")
	_, err = load(t, writeFiles(t, map[string][]byte{"qmnist-train-images-idx3-ubyte": nil, "train-images-idx3-ubyte": nil}), Options{})
	wantError(t, err, "(one without a name, qmnist)")
	_, err = load(t, writeFiles(t, map[string][]byte{prefix + "train-labels-idx1-ubyte": nil}), Options{})
	wantError(t, err, "add emnist-letters-train-images-idx3-ubyte or emnist-letters-train-images-idx3-ubyte.gz")
}

func TestQMNIST(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{
		"qmnist-train-images-idx3-ubyte": idxBytes(3, 2, 3), "qmnist-train-labels-idx2-int": intLabels(8, 5, 0, 9),
		"qmnist-test-images-idx3-ubyte.gz": gzipped(idxBytes(2, 2, 3)), "qmnist-test-labels-idx2-int.gz": gzipped(intLabels(8, 7, 2)),
	})
	d, err := load(t, folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.Train.Labels, []int{5, 0, 9}) || !slices.Equal(d.Test.Labels, []int{7, 2}) || len(d.Classes) != 10 {
		t.Errorf("labels %v and %v of %v", d.Train.Labels, d.Test.Labels, d.Classes)
	}
	if !bytes.Equal(d.Train.At(1), []byte{6, 7, 8, 9, 10, 11}) {
		t.Errorf("an image is %v", d.Train.At(1))
	}
	one, err := load(t, filepath.Join(folder, "qmnist-train-images-idx3-ubyte"), Options{Whole: true})
	if err != nil || !slices.Equal(one.Train.Labels, []int{5, 0, 9}) {
		t.Errorf("the file alone gives %+v (%v)", one, err)
	}
}
