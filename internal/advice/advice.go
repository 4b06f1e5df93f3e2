// Package advice tells the users of several commands what they can do about an error
// of a library, which knows no command.
package advice

import (
	"errors"
	"fmt"

	"govae/engine/onnxruntime"
)

// Library adds to err, which may be nil, how to get an ONNX Runtime library if one is
// what was missing.
func Library(err error) error {
	if _, ok := errors.AsType[*onnxruntime.LibraryError](err); ok {
		return fmt.Errorf("%w; get a library that fits with 'vae-infer runtime install'", err)
	}
	if _, ok := errors.AsType[*onnxruntime.NotFoundError](err); ok {
		return fmt.Errorf("%w; get one with 'vae-infer runtime install', or name one in %s", err, onnxruntime.Variable)
	}
	return err
}
