package onnxruntime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"

	"govae/internal/atomicfile"
)

// InstallVersion is the version of ONNX Runtime that [Install] fetches.
const InstallVersion = "1.31.1"

// InstallOptions say where [Install] gets the library. The zero value tries every way.
type InstallOptions struct {
	// Via is the only way to try: "github", "pip" or "npm". If it is empty, all are
	// tried in this order.
	Via string
	// From is a file or an http(s) address to take instead: the library itself, or an
	// archive that holds it, which may be a Python wheel, a .tgz or .zip of ONNX
	// Runtime's releases or an npm package. Its maker is trusted: the library is
	// checked for its form, processor and version only.
	From string
	// Trying, if not nil, is called before each way is tried, with its name; never if
	// the library is there already.
	Trying func(way string)
}

// Install fetches ONNX Runtime into the user's cache, where [Find] finds it:
// from its releases on GitHub, else with Python's pip, else with npm, whose package
// lags a version behind. What these give must have the digest that is known or
// published for it. If the library is already there, nothing happens. A
// failure or interruption leaves nothing behind.
//
// The error is an [*InstallError] where ways were tried, and a [*PlatformError] where
// there is none.
func Install(ctx context.Context, o InstallOptions) (Library, error) {
	ways := installWays(runtime.GOOS + "/" + runtime.GOARCH)
	switch {
	case o.From != "" && o.Via != "":
		return Library{}, errors.New("give either a way or a file to install from")
	case o.From != "":
		ways = []way{fromGiven(o.From)}
	case len(ways) == 0:
		return Library{}, &PlatformError{runtime.GOOS + "/" + runtime.GOARCH}
	case o.Via != "":
		i := slices.IndexFunc(ways, func(w way) bool { return w.name == o.Via })
		if i < 0 {
			return Library{}, fmt.Errorf("no way called %q: give github, pip or npm", o.Via)
		}
		ways = ways[i : i+1]
	}
	return tryWays(ctx, ways, o.Trying)
}

// A way leads to an archive that holds the library, or to the library itself.
type way struct {
	name    string
	version string // of the library, empty where only the library will tell
	// fetch returns the path of what it fetched, digest checked. The folder dir is
	// empty and is removed afterwards.
	fetch func(ctx context.Context, dir string) (path string, err error)
}

// installWays lists the ways for a target such as linux/amd64, best first.
func installWays(target string) []way {
	p, ok := platforms[target]
	if !ok {
		return nil
	}
	return []way{
		{"github", InstallVersion, githubRelease{api: githubAPI, asset: p.asset, patience: githubPatience}.fetch},
		{"pip", InstallVersion, wheel{p.wheel, p.wheelSHA256}.fetch},
		{"npm", npmVersion, npmPackage{npmSHA512}.fetch},
	}
}

// platform names what is made for one operating system and processor.
type platform struct {
	asset       string // of the release on GitHub
	wheel       string // the platform of the Python package, as pip names it
	wheelSHA256 string
}

var platforms = map[string]platform{
	"linux/amd64":   {"onnxruntime-linux-x64-" + InstallVersion + ".tgz", "manylinux_2_28_x86_64", "1f3dea47f2f0e5117c2404cea7d21fd253ae7836a3bf167a501cdfbb2600d536"},
	"linux/arm64":   {"onnxruntime-linux-aarch64-" + InstallVersion + ".tgz", "manylinux_2_28_aarch64", "0b9a492176886992e0e875f06bc0367e333f5fff11711a2d642e18b02f3009cc"},
	"darwin/arm64":  {"onnxruntime-osx-arm64-" + InstallVersion + ".tgz", "macosx_14_0_arm64", "96dd2564b10ea7153ad9c207e7cd8e5917cb3ba521e0e0a62ac03486fdc8d56c"},
	"windows/amd64": {"onnxruntime-win-x64-" + InstallVersion + ".zip", "win_amd64", "ae8a9a351efda685cc59a66226cdefaa37a126c1d66872ca23a2de9425326130"},
	"windows/arm64": {"onnxruntime-win-arm64-" + InstallVersion + ".zip", "win_arm64", "fe8b9ac1ae8e894e12c47ee82e4f6dfc1835768133687257866469fda80d0bf1"},
}

// tryWays installs the library by the first way that leads to one.
func tryWays(ctx context.Context, ways []way, trying func(name string)) (Library, error) {
	for _, w := range ways {
		if library, ok := w.installed(); ok {
			return library, nil
		}
	}
	var failures []error
	for _, w := range ways {
		if trying != nil {
			trying(w.name)
		}
		library, err := w.install(ctx)
		if ctx.Err() != nil {
			return Library{}, ctx.Err()
		}
		if err == nil {
			return library, nil
		}
		failures = append(failures, fmt.Errorf("%s: %w", w.name, err))
	}
	return Library{}, &InstallError{failures}
}

// installed returns the library that the way has put into the cache before, and
// whether there is a usable one.
func (w way) installed() (Library, bool) {
	cache, err := libraryCache()
	if err != nil || w.version == "" {
		return Library{}, false
	}
	p := Place{Patterns: []string{filepath.Join(cache, w.version, libraryPattern(runtime.GOOS))}}
	p.look()
	return p.Library, p.Library.Path != ""
}

func (w way) install(ctx context.Context) (Library, error) {
	tmp, err := os.MkdirTemp("", "onnxruntime-")
	if err != nil {
		return Library{}, err
	}
	defer os.RemoveAll(tmp)
	archive, err := w.fetch(ctx, tmp)
	if err != nil {
		return Library{}, err
	}
	file, version, err := unpackLibrary(ctx, archive, tmp)
	if err != nil {
		return Library{}, err
	}
	// The library of Windows has no place for its version; a file's name may have.
	return keep(file, cmp.Or(version, w.version, versionIn(path.Base(filepath.ToSlash(w.name)))))
}

// keep copies a library to its place in the user's cache.
func keep(file, version string) (Library, error) {
	cache, err := libraryCache()
	if err != nil {
		return Library{}, err
	}
	dir := filepath.Join(cache, cmp.Or(version, "unversioned"))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Library{}, err
	}
	f, err := os.Open(file)
	if err != nil {
		return Library{}, err
	}
	defer f.Close()
	target := filepath.Join(dir, libraryName(runtime.GOOS, version))
	err = atomicfile.Write(target, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
	if err != nil {
		return Library{}, err
	}
	return inspect(target)
}
