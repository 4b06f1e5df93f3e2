package sink

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"govae/images"
	"govae/internal/atomicfile"
	"govae/internal/idx"
	"govae/internal/lock"
	"govae/internal/npy"
)

// array is the format of a file that holds a header and then one row of bytes for
// each image.
type array struct {
	header []byte
	row    int // bytes of an image
	// encode appends the row of an image [C, H, W].
	encode func(rows []byte, pixels []float32) []byte
}

// floatArray is an array [n, C, H, W] of float32 in NumPy's format.
func floatArray(o Options) (array, error) {
	var header bytes.Buffer
	err := npy.WriteHeader(&header, "<f4", o.N, o.C, o.H, o.W)
	return array{header.Bytes(), 4 * o.Shape.Len(), func(rows []byte, pixels []float32) []byte {
		for _, v := range pixels {
			rows = binary.LittleEndian.AppendUint32(rows, math.Float32bits(v))
		}
		return rows
	}}, err
}

// byteArray is an array [n, H, W], or [n, H, W, C] for colour, of bytes in the format of
// the MNIST files.
func byteArray(o Options) (array, error) {
	var header bytes.Buffer
	err := idx.WriteImagesHeader(&header, o.N, o.Shape)
	return array{header.Bytes(), o.Shape.Len(), func(rows []byte, pixels []float32) []byte {
		return images.AppendBytes(rows, pixels, o.Shape)
	}}, err
}

// writeArray writes rows into a file beside path, path.part, which becomes path
// when it is complete.
func writeArray(path string, format func(Options) (array, error), o Options, source Source) (err error) {
	f, err := format(o)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	target := atomicfile.Target(path)
	release, err := take(path, target)
	if err != nil {
		return err
	}
	defer release()
	part := target + ".part"
	if n := f.unfinished(part); n > 0 && !o.Resume && !o.Force {
		return &InterruptedError{Path: path, Done: n, Resumable: o.Job != nil}
	}
	j, err := newJob(part+recordEnding, o)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Unwrap(err))
	}
	defer file.Close()
	defer func() {
		if err != nil && (j.Job == nil || j.Done == 0) {
			file.Close() // Windows removes no open file
			os.Remove(part)
		}
	}()
	w := arrayWriter{array: f, file: file, job: j}
	if err := w.start(); err != nil {
		return err
	}
	for image, err := range source(w.done) {
		if err != nil {
			return j.interrupted(path, o.N, cmp.Or(err, w.save()))
		}
		if err := w.write(image.Pixels); err != nil {
			return j.interrupted(path, o.N, err)
		}
	}
	if err := cmp.Or(w.save(), file.Close()); err != nil {
		return j.interrupted(path, o.N, err)
	}
	if err := atomicfile.Replace(part, target); err != nil {
		return j.interrupted(path, o.N, err)
	}
	if j.Job == nil {
		return nil
	}
	return os.Remove(j.path)
}

// take locks the file that path leads to for this job.
func take(path, target string) (release func(), err error) {
	release, err = lock.Take(target)
	if held, ok := errors.AsType[*lock.HeldError](err); ok {
		held.Path = path
	} else if err != nil {
		err = fmt.Errorf("write %s: %w", path, errors.Unwrap(err))
	}
	return release, err
}

// whole returns how many images a file of the format and of so many bytes holds.
func (f array) whole(size int64) int {
	return int(max(0, size-int64(len(f.header))) / int64(f.row))
}

// unfinished returns how many images an interrupted run has completed in a part. Its record alone is
// not enough: after a crash it may outlive a part that has become the array.
func (f array) unfinished(part string) int {
	info, err := os.Stat(part)
	if err != nil {
		return 0
	}
	return min(done(part+recordEnding), f.whole(info.Size()))
}

// arrayWriter appends images to a part of an array.
type arrayWriter struct {
	array
	file   *os.File
	buffer *bufio.Writer
	latest []byte // row
	job    *job
	done   int // images written, whether or not they are on the disk

	// Images are synced in the background while the next ones are made.
	synced  chan error // tells the end of that; nil if it is not under way
	syncing int        // images that are on the disk then
}

// start cuts the file to the header and the images that the job counts as done, so that the next one
// can be written.
func (w *arrayWriter) start() error {
	info, err := w.file.Stat()
	if err != nil {
		return err
	}
	w.done = min(w.job.Done, w.whole(info.Size()))
	if err := w.file.Truncate(int64(len(w.header)) + int64(w.done)*int64(w.row)); err != nil {
		return err
	}
	if _, err := w.file.WriteAt(w.header, 0); err != nil {
		return err
	}
	if _, err := w.file.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	w.buffer = bufio.NewWriterSize(w.file, 1<<18)
	return w.job.save(w.done)
}

// write appends an image.
func (w *arrayWriter) write(pixels []float32) error {
	w.latest = w.encode(w.latest[:0], pixels)
	return w.append()
}

// append appends the latest row.
func (w *arrayWriter) append() error {
	if _, err := w.buffer.Write(w.latest); err != nil {
		return err
	}
	w.done++
	select {
	case err := <-w.synced:
		if w.synced = nil; err != nil {
			return err
		}
		return w.job.save(w.syncing)
	default:
	}
	if w.synced == nil && w.job.due() {
		if err := w.buffer.Flush(); err != nil {
			return err
		}
		synced := make(chan error, 1)
		w.synced, w.syncing = synced, w.done
		go func() { synced <- w.file.Sync() }()
	}
	return nil
}

// save puts what was written on the disk and then records it.
func (w *arrayWriter) save() error {
	if w.synced != nil {
		err := <-w.synced // which the next Sync would not tell again
		if w.synced = nil; err != nil {
			return err
		}
	}
	if err := w.buffer.Flush(); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		return err
	}
	return w.job.save(w.done)
}
