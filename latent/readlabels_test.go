package latent

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/internal/npy"
)

func TestReadLabels(t *testing.T) {
	for _, tt := range []struct {
		name   string
		dtype  string
		shape  []int
		values any
		want   []int
		err    string
	}{
		{"int64", "<i8", []int{3}, []int64{2, 0, 7}, []int{2, 0, 7}, ""},
		{"two dimensions", "<i8", []int{3, 1}, []int64{2, 0, 7}, nil, "give such an array"},
		{"negative", "<i8", []int{1}, []int64{-1}, nil, "label 0 is -1"},
		{"large", "<i8", []int{1}, []int64{1 << 40}, nil, "want whole numbers"},
		{"fraction", "<f4", []int{2}, []float32{1, 0.5}, nil, "label 1 is 0.5"},
		{"cut off", "<i8", []int{4}, []int64{1}, nil, "promises"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := npy.WriteHeader(&b, tt.dtype, tt.shape...); err != nil {
				t.Fatal(err)
			}
			if err := binary.Write(&b, binary.LittleEndian, tt.values); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "x.labels.npy")
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := ReadLabels(path)
			if tt.err == "" && (err != nil || !slices.Equal(got, tt.want)) {
				t.Errorf("%v, %v; want %v", got, err, tt.want)
			}
			if tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err) || !strings.Contains(err.Error(), path)) {
				t.Errorf("error %v, want one with %q", err, tt.err)
			}
		})
	}
}
