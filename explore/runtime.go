package explore

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"time"
)

// RuntimeVersion is the version of onnxruntime-web that pages run models with.
const RuntimeVersion = "1.30.0"

// runtimeSHA512 is the digest of its npm package.
const runtimeSHA512 = "ab4cbe26baedba45d2cec05610c71c55fa97db92d19a8b171c5f8269126683ca590a5cdc57bb2f35ce2b298de32f4d956fb42644c0ecd528a0a91e025c07ca61"

// runtimeURL is where the package is to be had.
const runtimeURL = "https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-" + RuntimeVersion + ".tgz"

// maxPackage bounds the package, and maxMember one file of it, in bytes.
const (
	maxPackage = 64 << 20
	maxMember  = 64 << 20
)

// runtimeFiles are those of the package that a page needs: the WebAssembly build, and the one
// that has WebGPU too, of which a browser loads one.
var runtimeFiles = []string{
	"ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm",
	"ort.webgpu.min.mjs", "ort-wasm-simd-threaded.asyncify.mjs", "ort-wasm-simd-threaded.asyncify.wasm",
}

// RuntimeError says that onnxruntime-web cannot be had.
type RuntimeError struct {
	From string // the file that was given, empty where the network was asked
	Err  error
}

func (e *RuntimeError) Error() string {
	if e.From != "" {
		return fmt.Sprintf("%s: %v; give the npm package onnxruntime-web %s, as it is at %s", e.From, e.Err, RuntimeVersion, runtimeURL)
	}
	return fmt.Sprintf("onnxruntime-web %s, which the page runs the model with, cannot be downloaded (%v); fetch %s elsewhere and give that file", RuntimeVersion, e.Err, runtimeURL)
}

func (e *RuntimeError) Unwrap() error { return e.Err }

// Runtime returns the folder of the user's cache that holds onnxruntime-web. If it is not
// there it comes from the package file from, or, where that is empty, by npm or else from
// npm's registry. The package must have the known digest. An error is a [*RuntimeError].
// fetching, if not nil, is called before the network is asked.
func Runtime(ctx context.Context, from string, fetching func()) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", &RuntimeError{from, err}
	}
	dir := filepath.Join(cache, "govae", "onnxruntime-web", RuntimeVersion)
	if complete(dir) {
		return dir, nil
	}
	read := func() ([]byte, error) { return os.ReadFile(from) }
	if from == "" {
		if fetching != nil {
			fetching()
		}
		read = func() ([]byte, error) { return download(ctx) }
	}
	data, err := read()
	if err == nil {
		err = unpack(data, dir)
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", &RuntimeError{from, err}
	}
	return dir, nil
}

// complete reports whether a folder holds all that is needed; it was made in one step.
func complete(dir string) bool {
	for _, name := range runtimeFiles {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// download gets the package by npm, which knows proxies and mirrors, else from the registry.
func download(ctx context.Context) ([]byte, error) {
	data, err := byNPM(ctx)
	if err == nil || ctx.Err() != nil {
		return data, err
	}
	data, second := byHTTP(ctx, runtimeURL)
	if second != nil {
		return nil, fmt.Errorf("npm: %w; %w", err, second)
	}
	return data, nil
}

func byNPM(ctx context.Context) ([]byte, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return nil, errors.New("there is none in PATH")
	}
	dir, err := os.MkdirTemp("", "onnxruntime-web-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, npm, "pack", "--ignore-scripts", "--silent", "--fetch-retries=1", "onnxruntime-web@"+RuntimeVersion)
	cmd.Dir, cmd.WaitDelay = dir, 5*time.Second
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("it does not get the package (%w)", err)
	}
	return os.ReadFile(filepath.Join(dir, "onnxruntime-web-"+RuntimeVersion+".tgz"))
}

func byHTTP(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, maxPackage))
}

// unpack checks the package and puts what is needed of it into dir, all or nothing.
func unpack(data []byte, dir string) error {
	if sum := sha512.Sum512(data); hex.EncodeToString(sum[:]) != runtimeSHA512 {
		return errors.New("it is not the package that is known: its SHA-512 is another one")
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	part, err := os.MkdirTemp(filepath.Dir(dir), ".part-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if name := path.Base(header.Name); wanted(header.Name) {
			content, err := io.ReadAll(io.LimitReader(archive, maxMember))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(part, name), content, 0o644); err != nil {
				return err
			}
		}
	}
	if !complete(part) {
		return errors.New("files are missing in the package")
	}
	if err := os.Chmod(part, 0o755); err != nil {
		return err
	}
	os.RemoveAll(dir) // what is left of an incomplete one
	return os.Rename(part, dir)
}

func wanted(member string) bool {
	dir, name := path.Split(member)
	return dir == "package/dist/" && slices.Contains(runtimeFiles, name)
}
