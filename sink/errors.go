package sink

import "fmt"

// ExistsError says that a folder holds images that the options do not allow to replace.
type ExistsError struct {
	Path, Name string // the folder, and one of its images
	// Unrecorded says that the images cannot be continued, as there is no record of how they were
	// made.
	Unrecorded bool
}

func (e *ExistsError) Error() string {
	if e.Unrecorded {
		return fmt.Sprintf("%s: holds images (%s) of which nothing says how they were made; give another folder", e.Path, e.Name)
	}
	return fmt.Sprintf("%s: already holds images (%s); give another folder", e.Path, e.Name)
}

// InterruptedError says that writing was interrupted and has left complete images.
type InterruptedError struct {
	Path      string
	Done, N   int   // images that are complete, of how many; N is 0 where Err is nil
	Err       error // what interrupted it; nil where that was an earlier run
	Resumable bool  // whether [Options].Resume can go on
}

func (e *InterruptedError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: an interrupted run has left %d images beside it", e.Path, e.Done)
	}
	return fmt.Sprintf("%s: %v after %d of %d images", e.Path, e.Err, e.Done, e.N)
}

func (e *InterruptedError) Unwrap() error { return e.Err }

// RecordError says that what was written cannot be continued, as its record is damaged
// or that of another job.
type RecordError struct {
	Path string // of the record
	Err  error
}

func (e *RecordError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

func (e *RecordError) Unwrap() error { return e.Err }
