// Package option has the error of options that callers give. Public packages have aliases of it.
package option

import "fmt"

// Error says that an option has a value that it cannot have.
type Error struct {
	Option string // the name of the field or argument, such as "Temperature"
	Value  any
	Want   string // what it may be
}

// Wrong returns an [*Error].
func Wrong(name string, value any, want string) error { return &Error{name, value, want} }

func (e *Error) Error() string {
	format := "the option %s is %v; want %s"
	if _, text := e.Value.(string); text {
		format = "the option %s is %q; want %s"
	}
	return fmt.Sprintf(format, e.Option, e.Value, e.Want)
}
