package cmd_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestNoMethodsByName finds no code in the commands that calls methods by name, as templates do.
// Where there is any, the linker has to keep every exported method of every type, which makes a
// command half again as large; this method of cobra's then comes along, too.
func TestNoMethodsByName(t *testing.T) {
	for _, name := range []string{"vae-train"} { // the others hold onnx-go, whose tensors do so
		data, err := os.ReadFile(filepath.Join(bin, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("cobra.(*Command).SetUsageTemplate")) {
			t.Errorf("%s holds methods that nothing calls: go build -ldflags=-dumpdep ./cmd/%[1]s 2>&1 | grep ReflectMethod says why", name)
		}
	}
}
