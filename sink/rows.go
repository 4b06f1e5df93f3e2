package sink

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"

	"govae/images"
	"govae/internal/atomicfile"
)

// RowOptions describe rows of numbers, one for each of N images, that are found one by one.
type RowOptions struct {
	N, Width      int // rows, and numbers in each; both at least 1
	Job           map[string]string
	Force, Resume bool // as in [Options]

	options Options
}

// Check says whether a job of rows for path may be begun, as [WriteRows] would find out.
func (o RowOptions) Check(path string) error {
	if o.Force || o.Resume {
		return nil
	}
	part := atomicfile.Target(path) + ".part"
	if n := done(part + recordEnding); n > 0 {
		if _, err := os.Stat(part); err == nil {
			return &InterruptedError{Path: path, Done: n, Resumable: true}
		}
	}
	return nil
}

// WriteRows takes rows from a source, from a number on, and when there are N gives all of
// them to finish, which makes the file at path of them. Until it has, they are kept in
// path.part beside it, with a record of the job, so that another call with Resume goes
// on after those that are complete. Where path is no regular file, or there is no Job, they
// are kept in memory.
func WriteRows(path string, o RowOptions, source func(first int) iter.Seq2[[]float64, error], finish func(rows iter.Seq2[[]float64, error]) error) error {
	if o.N < 1 || o.Width < 1 {
		return fmt.Errorf("%s: %d rows of %d numbers: want at least one of each", path, o.N, o.Width)
	}
	source = promised(source, o.N, "rows", o.check)
	if info, err := os.Stat(path); o.Job == nil || atomicfile.IsStdout(path) || err == nil && !info.Mode().IsRegular() {
		return finish(source(0))
	}
	o.options = Options{N: o.N, Shape: images.Shape{H: 1, W: o.Width, C: 1}, Job: o.Job, Force: o.Force, Resume: o.Resume, interval: o.options.interval}
	return o.write(path, source, finish)
}

// check returns an error unless row number i has their width.
func (o RowOptions) check(i int, row []float64) error {
	if len(row) != o.Width {
		return fmt.Errorf("row %d has %d numbers, want %d", i, len(row), o.Width)
	}
	return nil
}

func (o RowOptions) write(path string, source func(first int) iter.Seq2[[]float64, error], finish func(rows iter.Seq2[[]float64, error]) error) error {
	target := atomicfile.Target(path)
	release, err := take(path, target)
	if err != nil {
		return err
	}
	defer release()
	if err := o.Check(path); err != nil {
		return err
	}
	part := target + ".part"
	j, err := newJob(part+recordEnding, o.options)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Unwrap(err))
	}
	defer func() {
		file.Close()
		if j.Done == 0 {
			os.Remove(part)
		}
	}()
	w := arrayWriter{array: array{row: 8 * o.Width}, file: file, job: j}
	if err := w.start(); err != nil {
		return err
	}
	for row, err := range source(w.done) {
		if err != nil {
			return j.interrupted(path, o.N, cmp.Or(err, w.save()))
		}
		w.latest = w.latest[:0]
		for _, v := range row {
			w.latest = binary.LittleEndian.AppendUint64(w.latest, math.Float64bits(v))
		}
		if err := w.append(); err != nil {
			return j.interrupted(path, o.N, err)
		}
	}
	if err := w.save(); err != nil {
		return j.interrupted(path, o.N, err)
	}
	if err := finish(o.read(file)); err != nil {
		return j.interrupted(path, o.N, err)
	}
	j.Done = 0 // nothing is left to go on with
	return os.Remove(j.path)
}

// read yields the rows that the file holds.
func (o RowOptions) read(file *os.File) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		r := bufio.NewReader(io.NewSectionReader(file, 0, int64(o.N)*int64(8*o.Width)))
		data := make([]byte, 8*o.Width)
		for range o.N {
			row := make([]float64, o.Width)
			_, err := io.ReadFull(r, data)
			for k := range row {
				row[k] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*k:]))
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
