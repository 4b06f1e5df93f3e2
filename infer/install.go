package infer

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"govae/internal/atomicfile"
)

// InstallVersion is the version of ONNX Runtime that [Install] fetches.
const InstallVersion = "1.31.1"

// wheelPython is the Python version whose wheels are fetched. The library inside
// is the same for all, so it need not be the version installed here.
const wheelPython = "3.12"

// wheel is the Python package of ONNX Runtime for one platform.
type wheel struct {
	platform string // as pip names it
	sha256   string // of the whole file
}

var wheels = map[string]wheel{
	"linux/amd64":   {"manylinux_2_28_x86_64", "1f3dea47f2f0e5117c2404cea7d21fd253ae7836a3bf167a501cdfbb2600d536"},
	"linux/arm64":   {"manylinux_2_28_aarch64", "0b9a492176886992e0e875f06bc0367e333f5fff11711a2d642e18b02f3009cc"},
	"darwin/arm64":  {"macosx_14_0_arm64", "96dd2564b10ea7153ad9c207e7cd8e5917cb3ba521e0e0a62ac03486fdc8d56c"},
	"windows/amd64": {"win_amd64", "ae8a9a351efda685cc59a66226cdefaa37a126c1d66872ca23a2de9425326130"},
	"windows/arm64": {"win_arm64", "fe8b9ac1ae8e894e12c47ee82e4f6dfc1835768133687257866469fda80d0bf1"},
}

// maxLibrary bounds the size of the unpacked library, in bytes.
const maxLibrary = 256 << 20

// Installed returns the library that an earlier [Install] fetched, and whether there is one.
func Installed() (Library, bool) {
	dir, err := installFolder()
	if err != nil {
		return Library{}, false
	}
	p := Place{Patterns: []string{filepath.Join(dir, libraryPattern(runtime.GOOS))}}
	p.look()
	return p.Library, p.Library.Path != ""
}

// Install fetches ONNX Runtime [InstallVersion] into the user's cache, where
// [FindLibrary] finds it, by way of Python's pip; the download must have the
// known SHA-256. If the library is already there, nothing happens. A failure or
// interruption leaves nothing behind.
func Install(ctx context.Context) (Library, error) {
	target := runtime.GOOS + "/" + runtime.GOARCH
	w, ok := wheels[target]
	if !ok {
		return Library{}, fmt.Errorf("runtime install: no ONNX Runtime %s is known for %s; build it and name it in %s", InstallVersion, target, LibraryVariable)
	}
	library, err := w.install(ctx)
	if err != nil {
		return Library{}, fmt.Errorf("runtime install: %w", err)
	}
	return library, nil
}

// installFolder is where Install puts the library.
func installFolder() (string, error) {
	cache, err := libraryCache()
	return filepath.Join(cache, InstallVersion), err
}

func (w wheel) install(ctx context.Context) (Library, error) {
	if library, ok := Installed(); ok {
		return library, nil
	}
	tmp, err := os.MkdirTemp("", "onnxruntime-")
	if err != nil {
		return Library{}, err
	}
	defer os.RemoveAll(tmp)
	file, err := w.download(ctx, tmp)
	if err != nil {
		return Library{}, err
	}
	dir, err := installFolder()
	if err != nil {
		return Library{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Library{}, err
	}
	path, err := unpackLibrary(file, dir)
	if err != nil {
		return Library{}, err
	}
	return inspectLibrary(path)
}

// download lets pip fetch the wheel into dir and returns its path.
func (w wheel) download(ctx context.Context, dir string) (string, error) {
	python, err := findPython()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input",
		"--no-deps", "--only-binary=:all:", "--platform", w.platform, "--python-version", wheelPython, "--implementation", "cp",
		"--dest", dir, "onnxruntime=="+InstallVersion)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("pip could not download onnxruntime %s (%s); check the network and that '%s -m pip' works, or name a library in %s",
			InstallVersion, lastLine(output.String(), err), filepath.Base(python), LibraryVariable)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(files) != 1 {
		return "", fmt.Errorf("pip reported success but left %d packages, want 1; update pip and try again", len(files))
	}
	got, err := fileSHA256(files[0])
	if err != nil {
		return "", err
	}
	if got != w.sha256 {
		return "", fmt.Errorf("%s has SHA-256 %s, want %s: not the official package; check the package index that pip uses", filepath.Base(files[0]), got, w.sha256)
	}
	return files[0], nil
}

// findPython returns the Python interpreter.
func findPython() (string, error) {
	for _, name := range []string{"python3", "python"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("needs python3 with pip, and there is none in PATH; install Python, or name an ONNX Runtime library in %s", LibraryVariable)
}

// lastLine returns the last line of what a program printed, which says best what went wrong.
func lastLine(output string, err error) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return err.Error()
}

func fileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// unpackLibrary takes the library out of a wheel, which is a zip file, and puts
// it into dir. Only the base name of its entry is used, so no path can lead out.
func unpackLibrary(file, dir string) (string, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return "", fmt.Errorf("%s: not a whole package: %w", filepath.Base(file), err)
	}
	defer z.Close()
	for _, entry := range z.File {
		folder, name := filepath.Split(filepath.FromSlash(entry.Name))
		ok, _ := filepath.Match(libraryPattern(runtime.GOOS), name)
		if !ok || filepath.ToSlash(folder) != "onnxruntime/capi/" {
			continue
		}
		if entry.UncompressedSize64 > maxLibrary {
			return "", fmt.Errorf("%s: %s would take %d bytes, more than the %d allowed", filepath.Base(file), name, entry.UncompressedSize64, maxLibrary)
		}
		r, err := entry.Open()
		if err != nil {
			return "", fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		defer r.Close()
		path := filepath.Join(dir, name)
		return path, atomicfile.Write(path, func(w io.Writer) error {
			n, err := io.Copy(w, io.LimitReader(r, maxLibrary+1))
			if err == nil && n > maxLibrary {
				err = errors.New("larger than its package says")
			}
			return err
		})
	}
	return "", fmt.Errorf("%s: holds no %s", filepath.Base(file), libraryPattern(runtime.GOOS))
}
