package sink

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"time"

	"govae/internal/atomicfile"
	"govae/internal/infile"
)

// job records in a small file of its own how far the writing of images is. What it
// says is done is complete, whatever happened later.
type job struct {
	path     string // of its file
	interval time.Duration
	saved    time.Time
	record
}

// record is the content of a job's file.
type record struct {
	Job  map[string]string `json:"job"`  // what determines the images; nil if they cannot be continued
	Done int               `json:"done"` // number of images that are complete
}

// newJob begins the job of o, or continues the one at path if o says so.
func newJob(path string, o Options) (*job, error) {
	j := &job{path: path, interval: cmp.Or(o.interval, time.Second/4)}
	if o.Job == nil {
		err := os.Remove(path) // of another job, whose images are replaced now
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return j, err
	}
	j.Job = maps.Clone(o.Job)
	j.Job["images"], j.Job["size"] = fmt.Sprint(o.N), fmt.Sprintf("%dx%dx%d", o.C, o.H, o.W)
	if !o.Resume {
		return j, nil
	}
	data, err := infile.Read(path, mostRecord)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return j, nil
	case err != nil:
		return nil, err
	}
	if err := j.resume(data, o.N); err != nil {
		return nil, &RecordError{path, err}
	}
	return j, nil
}

// recordEnding follows the name of a part in that of its job's file.
const recordEnding = ".json"

// mostRecord bounds the bytes of a record.
const mostRecord = 1 << 24

// done returns how many images the job with this file has completed, 0 if there is no
// such job.
func done(path string) int {
	var r record
	if data, err := infile.Read(path, mostRecord); err != nil || json.Unmarshal(data, &r) != nil {
		return 0
	}
	return r.Done
}

// resume takes over what was done, if it was done for the same job.
func (j *job) resume(data []byte, n int) error {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return errors.New("is damaged")
	}
	if key, ok := differs(r.Job, j.Job); ok {
		return otherJob(key, r.Job, j.Job)
	}
	if r.Done < 0 || r.Done > n {
		return fmt.Errorf("counts %d of %d images", r.Done, n)
	}
	j.Done = r.Done
	return nil
}

// due reports whether it is time to save: often enough for little to be lost,
// rarely enough to cost nothing.
func (j *job) due() bool { return j.Job != nil && time.Since(j.saved) >= j.interval }

// save records that the images before number done are complete.
func (j *job) save(done int) error {
	j.Done, j.saved = done, time.Now()
	if j.Job == nil {
		return nil
	}
	data, err := json.Marshal(j.record)
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(j.path, append(data, '\n'))
}

// interrupted says in an error of the writing how far it came. Where
// nothing is complete there is nothing to go on with, and the record goes.
func (j *job) interrupted(path string, n int, err error) error {
	if j.Done == 0 || j.Job == nil {
		os.Remove(j.path)
		return fmt.Errorf("%s: %w", path, err)
	}
	return &InterruptedError{Path: path, Done: j.Done, N: n, Err: err, Resumable: true}
}
