package onnxruntime

import (
	"fmt"
	"strings"
)

// NotFoundError says that no ONNX Runtime library was named, and none that can be
// used lies where one is looked for.
type NotFoundError struct {
	Searched []Place
}

// Error implements error. It names the first library that cannot be used, if any.
func (e *NotFoundError) Error() string {
	if err := e.Unwrap(); err != nil {
		return fmt.Sprintf("no usable ONNX Runtime library: %v", err)
	}
	return "no ONNX Runtime library on this machine"
}

// Unwrap returns why the first library that was found cannot be used, a
// [*LibraryError], or nil.
func (e *NotFoundError) Unwrap() error {
	for _, p := range e.Searched {
		if p.Unusable != nil {
			return p.Unusable
		}
	}
	return nil
}

// LibraryError says why a library cannot be used.
type LibraryError struct {
	Path string
	Err  error
}

// Error implements error.
func (e *LibraryError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

// Unwrap returns the cause.
func (e *LibraryError) Unwrap() error { return e.Err }

// InstallError says why each way to the library that was tried failed, in one line.
type InstallError struct {
	Failures []error // they begin with the name of the way
}

// Error implements error.
func (e *InstallError) Error() string {
	lines := make([]string, len(e.Failures))
	for i, err := range e.Failures {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "; ")
}

// Unwrap returns the failures.
func (e *InstallError) Unwrap() []error { return e.Failures }

// PlatformError says that no library is known for an operating system and processor.
type PlatformError struct {
	Platform string // such as "linux/amd64"
}

// Error implements error.
func (e *PlatformError) Error() string {
	return fmt.Sprintf("no ONNX Runtime %s is known for %s", InstallVersion, e.Platform)
}
