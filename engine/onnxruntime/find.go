// Package onnxruntime finds, inspects and installs the shared library of ONNX Runtime,
// without loading it: that is for package engine.
package onnxruntime

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Variable is the environment variable that names the ONNX Runtime library.
const Variable = "ONNXRUNTIME_SHARED_LIBRARY_PATH"

// Library is a shared library of ONNX Runtime.
type Library struct {
	Path    string // absolute, symbolic links resolved
	Version string // such as "1.24.1"; empty where only loading it would tell
}

// Place is somewhere [Find] looked.
type Place struct {
	Name     string   // such as "user cache"
	Patterns []string // the absolute paths looked at, as for [filepath.Glob]
	Library  Library  // what was found and can be used; the zero value if nothing
	Unusable error    // why what was found cannot be used; names the file
}

// Find returns the ONNX Runtime library to use: the one at path if path
// is not empty, else the one that [Variable] names, else the first usable
// one beside the executable, in the user's cache (see [Install]), in an installed
// Python package or in a system folder. A library that was asked for by path or
// variable must be usable. No file is loaded and no process started.
//
// The places searched so far are returned too, with an error as well. That is a
// [*LibraryError] for a library that was asked for, else a [*NotFoundError].
func Find(path string) (Library, []Place, error) {
	var searched []Place
	for _, p := range libraryPlaces(path) {
		p.look()
		searched = append(searched, p)
		switch {
		case p.Library.Path != "":
			return p.Library, searched, nil
		case p.asked() && p.Unusable != nil:
			return Library{}, searched, fmt.Errorf("%s: %w", p.Name, p.Unusable)
		}
	}
	return Library{}, searched, &NotFoundError{searched}
}

// The places that a user names.
const (
	placeGiven    = "library given"
	placeVariable = Variable
)

// asked reports whether the user named the place, so that no other will do.
func (p *Place) asked() bool { return p.Name == placeGiven || p.Name == placeVariable }

// look fills in what lies at the place: of several usable libraries the newest.
func (p *Place) look() {
	var found []Library
	var seen []string
	for _, pattern := range p.Patterns {
		paths := []string{pattern}
		if !p.asked() {
			paths, _ = filepath.Glob(pattern) // the patterns are well formed
		}
		for _, path := range paths {
			library, err := inspect(path)
			switch {
			case err != nil:
				p.Unusable = cmp.Or(p.Unusable, err)
			case !slices.Contains(seen, library.Path):
				seen = append(seen, library.Path)
				found = append(found, library)
			}
		}
	}
	if len(found) > 0 {
		p.Library = slices.MaxFunc(found, func(a, b Library) int { return compareVersions(a.Version, b.Version) })
	}
}

// libraryPlaces lists where a library may be, best place first.
func libraryPlaces(path string) []Place {
	var places []Place
	add := func(name string, patterns ...string) {
		patterns = slices.DeleteFunc(patterns, func(p string) bool { return !filepath.IsAbs(p) })
		if len(patterns) > 0 {
			places = append(places, Place{Name: name, Patterns: patterns})
		}
	}
	if path != "" {
		add(placeGiven, absolute(path))
		return places
	}
	if path := os.Getenv(Variable); path != "" {
		add(placeVariable, absolute(path))
		return places
	}
	file := libraryPattern(runtime.GOOS)
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		add("beside the executable", filepath.Join(filepath.Dir(exe), file))
	}
	if cache, err := libraryCache(); err == nil {
		add("user cache", filepath.Join(cache, "*", file))
	}
	var packages []string
	for _, dir := range sitePackages() {
		packages = append(packages, filepath.Join(dir, "onnxruntime", "capi", file))
	}
	add("Python package", packages...)
	var system []string
	for _, dir := range systemFolders[runtime.GOOS] {
		system = append(system, filepath.Join(dir, file))
	}
	add("system folders", system...)
	return places
}

// absolute is filepath.Abs, which fails only where the working folder is gone.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// libraryPattern matches the library's file name on a system.
func libraryPattern(goos string) string {
	switch goos {
	case "windows":
		return "onnxruntime.dll"
	case "darwin":
		return "libonnxruntime*.dylib"
	}
	return "libonnxruntime.so*"
}

// libraryName is the file name of a version of the library, which may be unknown.
func libraryName(goos, version string) string {
	switch {
	case goos == "windows":
		return "onnxruntime.dll"
	case goos == "darwin" && version != "":
		return "libonnxruntime." + version + ".dylib"
	case goos == "darwin":
		return "libonnxruntime.dylib"
	case version != "":
		return "libonnxruntime.so." + version
	}
	return "libonnxruntime.so"
}

// libraryCache is the folder that holds a folder for each version installed.
func libraryCache() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "govae", "onnxruntime"), nil
}

// sitePackages returns patterns of the folders in which Python keeps packages.
func sitePackages() []string {
	home, _ := os.UserHomeDir() // if there is none, the paths are not absolute and fall away
	if runtime.GOOS == "windows" {
		return []string{
			filepath.Join(os.Getenv("VIRTUAL_ENV"), "Lib", "site-packages"),
			filepath.Join(os.Getenv("CONDA_PREFIX"), "Lib", "site-packages"),
			filepath.Join(os.Getenv("LOCALAPPDATA"), "Programs", "Python", "Python3*", "Lib", "site-packages"),
		}
	}
	var dirs []string
	for _, prefix := range []string{
		os.Getenv("VIRTUAL_ENV"), os.Getenv("CONDA_PREFIX"), filepath.Join(home, ".local"), filepath.Join(home, ".pyenv", "versions", "*"),
		"/usr/local", "/opt/homebrew", "/usr",
	} {
		dirs = append(dirs, filepath.Join(prefix, "lib", "python3*", "site-packages"), filepath.Join(prefix, "lib", "python3*", "dist-packages"))
	}
	return dirs
}

var systemFolders = map[string][]string{
	"linux":  {"/usr/local/lib", "/usr/local/lib64", "/usr/lib", "/usr/lib64", "/usr/lib/*-linux-gnu", "/opt/onnxruntime/lib"},
	"darwin": {"/usr/local/lib", "/opt/homebrew/lib", "/opt/local/lib"},
}

// String says what was found there.
func (p Place) String() string {
	switch {
	case p.Library.Path != "":
		return fmt.Sprintf("found %s, version %s", p.Library.Path, cmp.Or(p.Library.Version, "not in the file"))
	case p.Unusable != nil:
		return p.Unusable.Error()
	}
	return "nothing at " + strings.Join(p.Patterns, ", ")
}
