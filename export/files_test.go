package export

import (
	"os"
	"path/filepath"
	"testing"
)

// TestWriteFiles makes folders, and leaves none of them after an error.
func TestWriteFiles(t *testing.T) {
	contents := [][]byte{[]byte("one"), []byte("two")}
	for name, tt := range map[string]struct {
		first, second string
		ok            bool
	}{
		"folders that are there":  {"a.onnx", "b.onnx", true},
		"one folder":              {"new/a.onnx", "new/b.onnx", true},
		"two folders":             {"new/deep/a.onnx", "new/other/b.onnx", true},
		"below a file":            {"new/deep/a.onnx", "file/deep/b.onnx", false},
		"over a folder":           {"new/a.onnx", "new/../folder", false},
		"in the place of another": {"folder", "file", false},
		"one path":                {"new/a.onnx", "new/../new/a.onnx", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "file"), []byte("before"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(dir, "folder", "full"), 0o755); err != nil {
				t.Fatal(err)
			}
			paths := []string{filepath.Join(dir, tt.first), filepath.Join(dir, tt.second)}
			if err := writeFiles(paths, contents); (err == nil) != tt.ok {
				t.Fatal(err)
			}
			for i, path := range paths {
				if got, _ := os.ReadFile(path); tt.ok && string(got) != string(contents[i]) {
					t.Errorf("%s holds %q", path, got)
				}
			}
			if got, _ := os.ReadFile(filepath.Join(dir, "file")); string(got) != "before" {
				t.Errorf("the file that was there holds %q", got)
			}
			if entries, _ := os.ReadDir(dir); !tt.ok && len(entries) != 2 {
				t.Errorf("%d files and folders are left, want the two that were there", len(entries))
			}
		})
	}
}
