package onnxruntime

import (
	"cmp"
	"context"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
)

// npmVersion is the version of onnxruntime-node that is fetched. It has no
// release for every one of ONNX Runtime.
const npmVersion = "1.30.0"

// npmSHA512 is the SHA-512 of its package, in hex.
const npmSHA512 = "b7086cd42d82fc1164cf5c9ce4e634288536194aba0d444eee10f86f1e50d90cb79c0309c115d6f31537355733136f5503d96894b3987a9a03f1f8d318e7c8ab"

// npmPackage is the package of ONNX Runtime for Node.js. It holds the libraries of all platforms.
type npmPackage struct{ sha512 string }

// fetch lets npm download the package, without running anything of it.
func (p npmPackage) fetch(ctx context.Context, dir string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("no npm in PATH")
	}
	answer, _, err := execute(ctx, dir, npm, "pack", "--ignore-scripts", "--json", "--fetch-retries=1", "onnxruntime-node@"+npmVersion)
	if err != nil {
		var problem struct{ Error struct{ Summary string } }
		_ = json.Unmarshal([]byte(answer), &problem) // if it is no JSON, there is no summary
		return "", fmt.Errorf("cannot download onnxruntime-node %s (%s)", npmVersion, oneLine(cmp.Or(problem.Error.Summary, err.Error())))
	}
	file, err := onlyFile(dir, "*.tgz")
	if err != nil {
		return "", err
	}
	return file, checkDigest(file, sha512.New(), p.sha512)
}
