package goengine

import (
	"fmt"

	"govae/onnx"
)

// UnsupportedError says what this engine cannot do although a valid model asks for
// it. Another engine may.
type UnsupportedError = onnx.UnsupportedError

// failure is what failf and unsupported panic with.
type failure struct{ error }

// failf gives up the node that is being compiled. It keeps the code of forty
// operators free of error handling; see [catch].
func failf(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

// unsupported is failf with an [UnsupportedError].
func unsupported(format string, args ...any) {
	panic(failure{&UnsupportedError{Reason: fmt.Errorf(format, args...).Error()}})
}

// catch turns a failure into an error. It must be deferred.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case failure:
		*err = r.error
	default:
		panic(r)
	}
}
