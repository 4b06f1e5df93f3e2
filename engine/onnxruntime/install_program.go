package onnxruntime

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// execute runs a package manager in dir, away from the settings of any project,
// and returns what it printed to standard output and to standard error.
func execute(ctx context.Context, dir, program string, args ...string) (answer, messages string, err error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	cmd.WaitDelay = 5 * time.Second // for programs that it started
	err = cmd.Run()
	return stdout.String(), stderr.String(), err
}

// onlyFile returns the file of a package manager that a pattern matches.
func onlyFile(dir, pattern string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err == nil && len(files) != 1 {
		err = fmt.Errorf("success was reported, but there are %d packages instead of 1", len(files))
	}
	if err != nil {
		return "", err
	}
	return files[0], nil
}

// checkDigest compares the digest of a file with the one that is wanted, in hex.
func checkDigest(path string, h hash.Hash, want string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("%s has the digest %s, want %s: not the official package", filepath.Base(path), got, want)
	}
	return nil
}

// oneLine makes what a program said fit into an error.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
