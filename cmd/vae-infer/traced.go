package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"govae/images"
	"govae/infer"
	"govae/internal/atomicfile"
	"govae/internal/idx"
	"govae/internal/picture"
)

// manifestName is the file that tells where each synthetic image is from: an
// [origin] as JSON a line.
const manifestName = "manifest.jsonl"

// origin tells how a synthetic image was made, so that it can be traced and removed.
type origin struct {
	Number  int                 `json:"number"` // within the run, from 0; in an IDX file the image's place
	File    string              `json:"file"`
	Class   string              `json:"class"`
	Label   int                 `json:"label"`
	Method  infer.AugmentMethod `json:"method"`
	Noise   float64             `json:"noise,omitempty"`
	Mix     float64             `json:"mix,omitempty"` // weight of the second source
	Seed    uint64              `json:"seed"`
	Data    string              `json:"data,omitempty"`
	Sources []string            `json:"sources"`
	ModelID string              `json:"model_id,omitempty"`
}

// tracedImage is a synthetic image with its origin.
type tracedImage struct {
	infer.Image
	origin
}

// checkTraced refuses a folder that holds anything unless force is set, and always
// one in which the two formats would meet: IDX files hide class folders.
func checkTraced(path, format string, force bool) error {
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		if info, statErr := os.Stat(path); statErr == nil && !info.IsDir() {
			return fmt.Errorf("%s: a file is in the way; give another folder", path)
		}
		return err
	}
	for _, e := range entries {
		name := e.Name()
		isIDX := strings.HasSuffix(strings.TrimSuffix(name, ".gz"), "-ubyte")
		switch {
		case strings.HasPrefix(name, "."):
		case !force:
			return fmt.Errorf("%s: already holds images (%s); give another folder, or --force to write into it", path, name)
		case format == "idx" && e.IsDir():
			return fmt.Errorf("%s: holds the folder %s, which IDX files beside it would hide; give another folder", path, name)
		case format == "png" && isIDX:
			return fmt.Errorf("%s: holds %s, which would hide class folders beside it; give another folder", path, name)
		}
	}
	return nil
}

// writeTraced writes n images, in constant memory, as a data set in a folder: class
// folders of PNG files or, for the format idx, IDX files. A manifest tells their
// origins.
//
// All is made in a hidden folder first, so that a run that fails leaves nothing
// behind. If the folder is there already the files are moved into it; the manifest
// of class folders then grows, and of two lines for one file the later one holds.
func writeTraced(path, format string, n, threads int, images iter.Seq2[tracedImage, error]) error {
	path = filepath.Clean(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	stage, err := os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	if format == "idx" {
		err = fillIDX(stage, n, images)
	} else {
		err = fillClassFolders(stage, threads, images)
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := os.Chmod(stage, 0o755); err != nil { // MkdirTemp makes 0700
			return err
		}
		return os.Rename(stage, path)
	}
	manifests := []string{filepath.Join(stage, manifestName)}
	if format == "png" {
		manifests = append([]string{filepath.Join(path, manifestName)}, manifests...)
	}
	if err := joinFiles(filepath.Join(path, manifestName), manifests); err != nil {
		return err
	}
	return moveFiles(stage, path)
}

// fillClassFolders writes a PNG file an image. The name tells that it is synthetic
// wherever it is copied to, and runs of other seeds have others.
func fillClassFolders(folder string, threads int, images iter.Seq2[tracedImage, error]) error {
	return createFiles(folder, []string{manifestName}, func(w []*bufio.Writer) error {
		lines := json.NewEncoder(w[0])
		pngs := picture.PNGs{Threads: threads}
		var pictures []image.Image
		var origins []origin
		flush := func() error {
			files, err := pngs.Encode(pictures)
			if err != nil {
				return err
			}
			for i, o := range origins {
				if err := writeInClass(filepath.Join(folder, o.File), files[i]); err != nil {
					return err
				}
				if err := lines.Encode(o); err != nil {
					return err
				}
			}
			pictures, origins = pictures[:0], origins[:0]
			return nil
		}
		for m, err := range images {
			if err != nil {
				return err
			}
			m.File = fmt.Sprintf("%s/synthetic-%s-%d-%06d.png", m.Class, m.Method, m.Seed, m.Number)
			pictures, origins = append(pictures, m.Picture()), append(origins, m.origin)
			const batch = 64 // encoded in parallel
			if len(pictures) == batch {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		return flush()
	})
}

// writeInClass writes a file in a class folder, which it makes if need be.
func writeInClass(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// fillIDX writes all images to one file and their labels to another, named like the
// training images of MNIST.
func fillIDX(folder string, n int, made iter.Seq2[tracedImage, error]) error {
	next, stop := iter.Pull2(made)
	defer stop()
	m, err, _ := next() // the header needs its size
	if err != nil {
		return err
	}
	name := "train-images-idx3-ubyte"
	if m.C > 1 {
		name = "train-images-idx4-ubyte"
	}
	files := []string{name, "train-labels-idx1-ubyte", manifestName}
	return createFiles(folder, files, func(w []*bufio.Writer) error {
		if err := errors.Join(idx.WriteImagesHeader(w[0], n, m.Shape), idx.WriteHeader(w[1], n)); err != nil {
			return err
		}
		lines := json.NewEncoder(w[2])
		for ok := true; ok; m, err, ok = next() {
			if err != nil {
				return err
			}
			w[0].Write(images.AppendBytes(nil, m.Pixels, m.Shape)) // a bufio.Writer keeps its error for Flush
			w[1].WriteByte(byte(m.Label))
			m.File = name
			if err := lines.Encode(m.origin); err != nil {
				return err
			}
		}
		return nil
	})
}

// createFiles makes files of a folder hold what write writes to them.
func createFiles(folder string, names []string, write func([]*bufio.Writer) error) (err error) {
	var writers []*bufio.Writer
	for _, name := range names {
		f, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		writers = append(writers, bufio.NewWriterSize(f, 1<<16))
	}
	if err := write(writers); err != nil {
		return err
	}
	for _, w := range writers {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// joinFiles makes the file at path hold what those at paths hold, as far as they are
// there. It may be one of them.
func joinFiles(path string, paths []string) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		for _, p := range paths {
			f, err := os.Open(p)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			_, err = io.Copy(w, f)
			if err := errors.Join(err, f.Close()); err != nil {
				return err
			}
		}
		return nil
	})
}

// moveFiles moves all but the manifest from the stage into a folder. The manifest is
// there before, so that no synthetic image is ever without its line.
func moveFiles(stage, folder string) error {
	return filepath.WalkDir(stage, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == stage || d.Name() == manifestName {
			return err
		}
		relative, err := filepath.Rel(stage, path)
		if err != nil {
			return err
		}
		target := filepath.Join(folder, relative)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		return os.Rename(path, target)
	})
}
