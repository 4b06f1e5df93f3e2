package onnxruntime

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// wheel is the Python package of ONNX Runtime for one platform.
type wheel struct {
	platform string // as pip names it
	sha256   string // of the whole file, in hex
}

// wheelPython is the Python version whose wheels are fetched. The library inside
// is the same for all, so it need not be the version installed here.
const wheelPython = "3.12"

// fetch lets pip download the wheel.
func (w wheel) fetch(ctx context.Context, dir string) (string, error) {
	python, err := findPython()
	if err != nil {
		return "", err
	}
	_, messages, err := execute(ctx, dir, python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1",
		"--no-deps", "--only-binary=:all:", "--platform", w.platform, "--python-version", wheelPython, "--implementation", "cp",
		"--dest", dir, "onnxruntime=="+InstallVersion)
	if err != nil {
		lines := strings.Split(strings.TrimSpace(messages), "\n")
		return "", fmt.Errorf("cannot download onnxruntime %s (%s)", InstallVersion, oneLine(cmp.Or(lines[len(lines)-1], err.Error())))
	}
	file, err := onlyFile(dir, "*.whl")
	if err != nil {
		return "", err
	}
	return file, checkDigest(file, sha256.New(), w.sha256)
}

// findPython returns the Python interpreter.
func findPython() (string, error) {
	for _, name := range []string{"python3", "python"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no python3 in PATH")
}
