package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestNoRoomOnTheDisk trains where no file may grow beyond a size, which is met by one file
// after the other: the settings, the weights, the checkpoint, the pictures. The earlier
// checkpoint stays as it was, and from it the run goes on to the same weights.
func TestNoRoomOnTheDisk(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no limit for the size of files")
	}
	dir := t.TempDir()
	train := filepath.Join(bin, "vae-train")
	args := []string{
		"--quiet", "--data", filepath.Join("..", "train", "testdata", "stored", "images.npy"), "--batch", "32", "--arch", "mlp", "--hidden", "40", "--epochs",
	}
	run := func(out, epochs string, more ...string) {
		t.Helper()
		more = append(append(args, epochs, "--out", out), more...)
		if out, err := exec.Command(train, more...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	read := func(path string) string {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	whole := filepath.Join(dir, "whole")
	run(whole, "2")
	want := read(filepath.Join(whole, "model.safetensors"))
	entries, err := os.ReadDir(whole)
	if err != nil {
		t.Fatal(err)
	}

	half := filepath.Join(dir, "half")
	run(half, "1")
	before := read(filepath.Join(half, "checkpoint.safetensors"))

	met := map[string]bool{} // files
	for blocks := 0; ; {
		out := filepath.Join(dir, fmt.Sprint("limited", blocks))
		if err := os.CopyFS(out, os.DirFS(half)); err != nil {
			t.Fatal(err)
		}
		// The shell's unit is 512 or 1024 bytes.
		limited := append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, blocks), train}, args...)
		message, err := exec.Command("sh", append(limited, "2", "--out", out, "--resume")...).CombinedOutput()
		if err == nil { // there is room for all
			break
		}
		line := string(message)
		prefix, file := "vae-train: write "+out+string(filepath.Separator), ""
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			file, _, _ = strings.Cut(rest, ":")
		}
		met[file] = true
		t.Logf("%d blocks: %s", blocks, line)
		if file == "" || strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "the latest checkpoint is as it was; see to the disk and resume (--resume)\n") {
			t.Fatalf("%d blocks: %q, want one line that names a file", blocks, line)
		}
		// After the epoch there are only pictures left to write.
		if after := read(filepath.Join(out, "checkpoint.safetensors")); after != before && !strings.HasSuffix(file, ".png") {
			t.Errorf("%d blocks: the checkpoint has changed", blocks)
		}
		for _, name := range names(t, out) {
			if strings.HasPrefix(name, ".") {
				t.Errorf("%d blocks: %s is left", blocks, name)
			}
		}
		run(out, "2", "--resume")
		if read(filepath.Join(out, "model.safetensors")) != want {
			t.Errorf("%d blocks: other weights after all", blocks)
		}
		// The next limit is large enough for the file that was too large.
		info, err := os.Stat(filepath.Join(out, file))
		if err != nil {
			t.Fatal(err)
		}
		blocks = max(blocks+1, int(info.Size()+511)/512)
	}
	if len(met) < 3 || !met["config.json"] || !met["checkpoint.safetensors"] || !met["model.safetensors"] {
		t.Errorf("of %v only %v was met", entries, met)
	}
}
