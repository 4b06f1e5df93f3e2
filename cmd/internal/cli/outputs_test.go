package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckOutputs(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"model/m.onnx", "photos/a.png"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		outputs []string
		want    string
	}{
		{[]string{"x.png", "", "", "y.png", "folder"}, ""},
		{[]string{"model"}, ""},
		{[]string{"./model/m.onnx"}, "is read, and would be overwritten"},
		{[]string{"x.png", "photos/a.png"}, "is read, and would be overwritten"},
		{[]string{"photos/"}, "holds photos/a.png"},
		{[]string{"x.png", "./x.png"}, "two files to write"},
		{[]string{"no/x.png"}, "there is no folder no"},
	} {
		err := CheckOutputs([]string{"model/m.onnx"}, []string{"photos/a.png", "digits"}, tt.outputs...)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q: error %v, want %q", tt.outputs, err, tt.want)
		}
	}
}
