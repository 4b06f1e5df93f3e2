package train

import (
	"fmt"

	"govae/models"
)

// ExistsError says that the directory of a new run holds one already.
type ExistsError struct{ Dir string }

func (e *ExistsError) Error() string {
	return fmt.Sprintf("%s holds a run already: resume it, overwrite it, or give another directory", e.Dir)
}

// DamagedError says that a run cannot be resumed because neither its checkpoint nor the
// one before it can be read. It wraps what is wrong with the former.
type DamagedError struct{ Err error }

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%v; its predecessor cannot be used either; start afresh", e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// MemoryError says that a run would take more memory than there is.
type MemoryError struct {
	Config          models.Config
	Batch           int
	Need, Available int64 // bytes
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("training on batches of %d images of %v takes %.1f GB of memory, and %.1f GB are left: use smaller batches or images",
		e.Batch, e.Config.Image, float64(e.Need)/1e9, float64(e.Available)/1e9)
}
