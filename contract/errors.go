package contract

import (
	"errors"
	"fmt"
)

// FormatError says that a file has a format that this package does not know.
type FormatError struct{ Format string }

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s is %.40q, and this program reads the formats 1 to %d; use a newer program or export the model again", KeyFormat, e.Format, newestFormat)
}

// MetadataError says that a metadata entry is wrong. Err is [ErrMissing] if there is none.
type MetadataError struct {
	Key, Value string
	Err        error // reads on from "KEY is VALUE, "
}

func (e *MetadataError) Error() string {
	if errors.Is(e.Err, ErrMissing) {
		return fmt.Sprintf("%s is missing; export the model again", e.Key)
	}
	return fmt.Sprintf("%s is %.40q, %v; export the model again", e.Key, e.Value, e.Err)
}

func (e *MetadataError) Unwrap() error { return e.Err }

// ErrMissing is wrapped by a [MetadataError] for an entry that a file does not have.
var ErrMissing = errors.New("missing")
