package goengine

import "fmt"

// UnsupportedError says what this engine cannot do although a valid model asks for
// it. Another engine may.
type UnsupportedError struct {
	Node   string // its name or, where it has none, that of its first result
	Op     string // its operator; both are empty where it is about no node
	Reason string // a sentence
}

// Error names the node and the reason.
func (e *UnsupportedError) Error() string {
	if e.Op == "" {
		return e.Reason
	}
	return fmt.Sprintf("node %q (%s): %s", e.Node, e.Op, e.Reason)
}

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
