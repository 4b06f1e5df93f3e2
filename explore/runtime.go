package explore

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	archivepath "path"
	"path/filepath"
	"slices"
	"time"

	"govae/internal/infile"
	"govae/internal/web"
)

// RuntimeVersion is the version of onnxruntime-web that pages run models with.
const RuntimeVersion = "1.30.0"

// runtimeURL is a folder of the files of its npm package.
const runtimeURL = "https://cdn.jsdelivr.net/npm/onnxruntime-web@" + RuntimeVersion + "/dist/"

// maxPackage bounds the package, and maxMember one file of it, in bytes.
const (
	maxPackage = 64 << 20
	maxMember  = 64 << 20
)

// fetchTime is the longest time that the network may take.
const fetchTime = 15 * time.Minute

// runtimeFiles are those of the package that a page needs, with their SHA-256: the WebAssembly
// build, and the one that has WebGPU too, of which a browser loads one.
var runtimeFiles = map[string]string{
	"ort.wasm.min.mjs":                     "219e6a1fc8a9938268d18efca3c91d310bd2f4a59bbd13744df5b2b7fc6cee3b",
	"ort-wasm-simd-threaded.mjs":           "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
	"ort-wasm-simd-threaded.wasm":          "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
	"ort.webgpu.min.mjs":                   "3dffff71811bc13a3a3d9591c57ca5ee5735b8f5f3eaf789510b02bb040ae3a0",
	"ort-wasm-simd-threaded.asyncify.mjs":  "3d1c85995364bb643302fc6fd877a0c3ba5ae72401815e0f24828a53d9191e28",
	"ort-wasm-simd-threaded.asyncify.wasm": "39f9f0894d478800487ed9f7dbe92618498db320cf55c8e3d89adff8dce658da",
}

// RuntimeError says that onnxruntime-web cannot be had.
type RuntimeError struct {
	From string // the file that was given, empty where the network was asked
	Err  error
}

func (e *RuntimeError) Error() string {
	const give = "give the npm package that npm pack onnxruntime-web@" + RuntimeVersion + " fetches"
	if e.From != "" {
		return fmt.Sprintf("%v; %s", infile.Error(e.From, e.Err), give)
	}
	return fmt.Sprintf("onnxruntime-web %s, which the page runs the model with, cannot be downloaded (%v); %s elsewhere", RuntimeVersion, e.Err, give)
}

func (e *RuntimeError) Unwrap() error { return e.Err }

// Runtime returns the folder of the user's cache that holds onnxruntime-web. If it is not
// there it comes from the package file from, or, where that is empty, by npm, which knows proxies
// and mirrors, or else from a public server. Its files must have the known digests. An error is a
// [*RuntimeError]. fetching, if not nil, is called before the network is asked.
func Runtime(ctx context.Context, from string, fetching func()) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", &RuntimeError{from, err}
	}
	dir := filepath.Join(cache, "govae", "onnxruntime-web", RuntimeVersion)
	if complete(dir) {
		return dir, nil
	}
	if from != "" {
		err = stage(dir, func(part string) error { return unpack(from, part) })
	} else {
		if fetching != nil {
			fetching()
		}
		err = fetch(ctx, dir, runtimeURL)
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
	for name := range runtimeFiles {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// fetch makes dir of what npm gives, or else the server at url.
func fetch(ctx context.Context, dir, url string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, fetchTime, fmt.Errorf("it takes more than %v", fetchTime))
	defer cancel()
	first := stage(dir, func(part string) error { return byNPM(ctx, part) })
	if first == nil || ctx.Err() != nil {
		return first
	}
	if second := stage(dir, func(part string) error { return byHTTP(ctx, url, part) }); second != nil {
		return fmt.Errorf("npm: %w; %w", first, second)
	}
	return nil
}

// stage makes the folder dir of what fill puts into another one, if that is what is needed: all or
// nothing.
func stage(dir string, fill func(part string) error) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	part, err := os.MkdirTemp(filepath.Dir(dir), ".part-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	if err := fill(part); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(runtimeFiles)) {
		want := runtimeFiles[name]
		if got, err := infile.Digest(filepath.Join(part, name)); err != nil || got != want {
			return fmt.Errorf("its %s is missing, or is not the one that is known", name)
		}
	}
	if err := os.Chmod(part, 0o755); err != nil {
		return err
	}
	os.RemoveAll(dir) // what is left of an incomplete one
	return os.Rename(part, dir)
}

// byNPM lets npm fetch the package, and unpacks it.
func byNPM(ctx context.Context, part string) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("there is none in PATH")
	}
	dir, err := os.MkdirTemp("", "onnxruntime-web-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, npm, "pack", "--ignore-scripts", "--silent", "--fetch-retries=1", "onnxruntime-web@"+RuntimeVersion)
	cmd.Dir, cmd.WaitDelay = dir, 5*time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("it does not get the package (%w)", err)
	}
	return unpack(filepath.Join(dir, "onnxruntime-web-"+RuntimeVersion+".tgz"), part)
}

// byHTTP fetches the files one by one from the folder at url.
func byHTTP(ctx context.Context, url, part string) error {
	for name := range runtimeFiles {
		body, err := web.Get(ctx, url+name)
		if err != nil {
			return err
		}
		err = save(filepath.Join(part, name), body)
		if err = errors.Join(err, body.Close()); err != nil {
			return web.Failure(ctx, err)
		}
	}
	return nil
}

// save writes what a reader holds, as much of it as a file may have.
func save(path string, r io.Reader) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, io.LimitReader(r, maxMember))
	return errors.Join(err, file.Close())
}

// unpack puts what is needed of the npm package in a file into the folder part.
func unpack(path, part string) error {
	file, err := infile.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(io.LimitReader(file, maxPackage))
	if err != nil {
		return fmt.Errorf("it is no .tgz archive (%w)", err)
	}
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("it is no whole .tgz archive (%w)", err)
		}
		dir, name := archivepath.Split(header.Name)
		if _, wanted := runtimeFiles[name]; !wanted || dir != "package/dist/" {
			continue
		}
		if err := save(filepath.Join(part, name), archive); err != nil {
			return err
		}
	}
}
