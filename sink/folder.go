package sink

import (
	"cmp"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"govae/internal/atomicfile"
	"govae/internal/pngs"
)

// folderJob is the name of a job's file in a folder of images. It stays there: it
// tells what the images are, and lets those that are missing be made again.
const folderJob = ".job.json"

// writeFolder names the images by their number, with leading zeros so that names
// sort. They are encoded in parallel, batch by batch, and written in order.
func writeFolder(path string, o Options, source Source) (err error) {
	_, missing := os.Stat(path)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	release, err := take(path, path)
	if err != nil {
		return err
	}
	defer func() {
		release()
		if err != nil && missing != nil {
			os.Remove(path) // which keeps one with images
		}
	}()
	j, err := newJob(filepath.Join(path, folderJob), o)
	if err != nil {
		return err
	}
	threads := cmp.Or(o.Threads, runtime.GOMAXPROCS(0))
	w := folderWriter{dir: path, digits: max(4, len(strconv.Itoa(o.N-1))), pngs: pngs.Encoder{Threads: threads}}
	w.done = w.complete(j.Done)
	if err := j.save(w.done); err != nil {
		return err
	}
	const values = 1 << 20 // of a batch, so that large images stay small in memory
	size := max(2*threads, min(values/o.Shape.Len(), 64))
	for image, problem := range source(w.done) {
		if problem == nil {
			w.batch = append(w.batch, image.Picture())
		}
		if problem != nil || len(w.batch) >= size {
			problem = cmp.Or(problem, w.flush())
		}
		if problem != nil || j.due() {
			problem = cmp.Or(problem, j.save(w.done))
		}
		if problem != nil {
			return w.interrupted(j, o.N, problem)
		}
	}
	if err := w.flush(); err != nil {
		return w.interrupted(j, o.N, cmp.Or(err, j.save(w.done)))
	}
	atomicfile.SyncDir(path)
	return j.save(w.done)
}

// folderWriter writes images into a folder.
type folderWriter struct {
	dir    string
	digits int // in a file's name
	done   int // images that are complete
	batch  []image.Image
	pngs   pngs.Encoder
}

// interrupted is [job.interrupted], but images that cannot be continued are left, too.
func (w *folderWriter) interrupted(j *job, n int, err error) error {
	if j.Job == nil && w.done > 0 {
		return &InterruptedError{Path: w.dir, Done: w.done, N: n, Err: err}
	}
	return j.interrupted(w.dir, n, err)
}

// file returns the path of an image.
func (w *folderWriter) file(number int) string {
	return filepath.Join(w.dir, fmt.Sprintf("%0*d.png", w.digits, number))
}

// complete returns how many of the first n images are there, up to the first one
// that is missing or, after a power cut, empty.
func (w *folderWriter) complete(n int) int {
	for i := range n {
		if info, err := os.Stat(w.file(i)); err != nil || info.Size() == 0 {
			return i
		}
	}
	return n
}

// flush encodes and writes the images of the batch.
func (w *folderWriter) flush() error {
	files, err := w.pngs.Encode(w.batch)
	if err != nil {
		return err
	}
	// One after the other: a folder takes one new file at a time anyway, and
	// goroutines that wait for it waste the processor.
	for _, data := range files {
		if err := write(w.file(w.done), data); err != nil {
			return err
		}
		w.done++
	}
	w.batch = w.batch[:0]
	return nil
}

// write writes a file under another name and renames it, so that a file that is
// there is whole. It does not wait for the disk: that takes many times as long as
// to make the image, and what a power cut takes can be made again.
func write(path string, data []byte) error {
	temporary := path + ".part"
	err := os.WriteFile(temporary, data, 0o644)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
	}
	return err
}
