//go:build !cgo

package engine

import "errors"

// newONNXRuntime cannot load a shared library: that takes cgo.
func newONNXRuntime(string, string) (*Engine, error) {
	return nil, errors.New("engine onnxruntime: this program was built without cgo and cannot load a shared library; build it with CGO_ENABLED=1 and a C compiler")
}
