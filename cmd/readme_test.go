package cmd_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// TestReadmePrograms compiles the Go programs of the README, one after the other as a function; they may leave
// values unused.
func TestReadmePrograms(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := goBlock.FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 4 {
		t.Fatalf("%d blocks of Go in the README", len(blocks))
	}
	var code strings.Builder
	code.WriteString(`package main

import (
	"context"

	"govae/dataset"
	"govae/engine"
	"govae/export"
	"govae/infer"
	"govae/latent"
	"govae/models"
	"govae/onnx"
	"govae/train"
)

func main() {}

func programs(ctx context.Context, seed uint64, model *onnx.Model, pixels []float32) {
`)
	for _, block := range blocks {
		code.WriteString(block[1])
	}
	code.WriteString("}\n")

	// An overlay puts the file where the module is found.
	dir := t.TempDir()
	written := filepath.Join(dir, "main.go")
	if err := os.WriteFile(written, []byte(code.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	there, err := filepath.Abs(filepath.Join("readme", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{there: written}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-e", "-overlay", filepath.Join(dir, "overlay.json"), "-o", filepath.Join(dir, "programs"), "./readme").CombinedOutput()
	if err == nil {
		return
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") && !strings.Contains(line, "declared and not used") {
			t.Error(strings.TrimSpace(line))
		}
	}
}
