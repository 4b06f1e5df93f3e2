package sink

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// numbers yields rows {i, 1/i} from number first to 99, and fails before number stop.
func numbers(stop int, began *int) func(first int) iter.Seq2[[]float64, error] {
	return func(first int) iter.Seq2[[]float64, error] {
		*began = first
		return func(yield func([]float64, error) bool) {
			for i := first; i < 100; i++ {
				if i == stop {
					yield(nil, errors.New("stopped"))
					return
				}
				if !yield([]float64{float64(i), 1 / float64(i+1)}, nil) {
					return
				}
			}
		}
	}
}

func TestWriteRows(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sum.txt")
	finish := func(rows iter.Seq2[[]float64, error]) error {
		n := 0
		for row, err := range rows {
			if err != nil {
				return err
			}
			if row[0] != float64(n) || row[1] != 1/float64(n+1) {
				t.Errorf("row %d is %v", n, row)
			}
			n++
		}
		if n != 100 {
			t.Errorf("%d rows", n)
		}
		return os.WriteFile(path, []byte("done"), 0o644)
	}
	began := -1
	o := RowOptions{N: 100, Width: 2, Job: map[string]string{"seed": "1"}}
	o.options.interval = 1
	interrupted := WriteRows(path, o, numbers(60, &began), finish)
	if e, ok := errors.AsType[*InterruptedError](interrupted); !ok || e.Done != 60 || !e.Resumable {
		t.Fatalf("error %v", interrupted)
	}
	if e, ok := errors.AsType[*InterruptedError](WriteRows(path, o, numbers(-1, &began), finish)); !ok || e.Err != nil {
		t.Errorf("another without a word: error %v", e)
	}
	if err := o.Check(path); !errors.As(err, new(*InterruptedError)) {
		t.Errorf("check: error %v", err)
	}
	o.Resume = true
	other := o
	other.Job = map[string]string{"seed": "2"}
	if err := WriteRows(path, other, numbers(-1, &began), finish); !errors.As(err, new(*RecordError)) {
		t.Errorf("another job: error %v", err)
	}
	if err := WriteRows(path, o, numbers(-1, &began), finish); err != nil || began != 60 {
		t.Errorf("resumed at %d: error %v", began, err)
	}
	if got := files(t, dir); len(got) != 1 || got["sum.txt"] != "done" {
		t.Errorf("files %q", got)
	}

	// Without a job nothing is kept, and with Force nothing is asked.
	o.Job, o.Resume = nil, false
	if err := WriteRows(path, o, numbers(-1, &began), finish); err != nil || began != 0 {
		t.Errorf("no job: error %v", err)
	}
	o.Job = map[string]string{"seed": "1"}
	WriteRows(path, o, numbers(60, &began), finish)
	o.Force = true
	if err := WriteRows(path, o, numbers(-1, &began), finish); err != nil || began != 0 {
		t.Errorf("forced at %d: error %v", began, err)
	}
}

func TestWriteRowsErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	none := func(iter.Seq2[[]float64, error]) error { return nil }
	all := func(rows iter.Seq2[[]float64, error]) error {
		for _, err := range rows {
			if err != nil {
				return err
			}
		}
		return nil
	}
	began := 0
	for want, o := range map[string]RowOptions{
		"want at least one":   {N: 0, Width: 2},
		"more rows than":      {N: 99, Width: 2},
		"rows instead of":     {N: 101, Width: 2},
		"has 2 numbers, want": {N: 100, Width: 3},
	} {
		for _, job := range []map[string]string{nil, {"a": "b"}} {
			o.Job, o.Force = job, true
			finish := none
			if job == nil {
				finish = all
			}
			if err := WriteRows(path, o, numbers(-1, &began), finish); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want one with %q", err, want)
			}
		}
	}
}
