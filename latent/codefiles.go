package latent

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"govae/internal/atomicfile"
	"govae/internal/npy"
)

// CodeFiles say what [WriteCodes] writes: .npy files, each of which is replaced when it
// is whole.
type CodeFiles struct {
	// Points gets the means of the codes, float32 [n, L], or with Draws the points that the
	// function [Draws] makes with Seed, [n, Draws, L]. Labels go to [LabelsBeside] it.
	Points string
	Draws  int
	Seed   uint64
	// First is the number of the first code, by which it has its draws: those of a part of
	// a long series are the same as in the whole.
	First int
	// LogVar, if not empty, gets the logarithms of the posteriors' variances, [n, L].
	LogVar string
}

// LabelsBeside is the file for the labels of the images whose codes are in the file
// points: x.labels.npy for x.npy.
func LabelsBeside(points string) string {
	if ending := filepath.Ext(points); strings.EqualFold(ending, ".npy") {
		points = strings.TrimSuffix(points, ending)
	}
	return points + ".labels.npy"
}

// WriteCodes writes n codes of a latent space of the given dimensions, as they come. Of
// images with labels, which are then n, it writes these too, int64 [n]; a file of labels
// that is there from other images is removed. Codes without log variances, where these
// or draws are wanted, are the error [ErrNoLogVar].
func WriteCodes(f CodeFiles, n, latent int, codes iter.Seq2[Code, error], labels []int) error {
	if labels != nil && len(labels) != n {
		return fmt.Errorf("%s: %d labels for %d codes", f.Points, len(labels), n)
	}
	err := atomicfile.Write(f.Points, func(w io.Writer) error {
		if f.LogVar == "" {
			return f.writePoints(w, n, latent, codes)
		}
		return atomicfile.Write(f.LogVar, func(v io.Writer) error {
			if err := npy.WriteHeader(v, "<f4", n, latent); err != nil {
				return err
			}
			return f.writePoints(w, n, latent, writingLogVar(v, codes))
		})
	})
	if err != nil {
		return err
	}
	beside := LabelsBeside(f.Points)
	if labels != nil {
		return writeLabels(beside, labels)
	}
	if err := os.Remove(beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writePoints writes the means or the draws of n codes.
func (f CodeFiles) writePoints(w io.Writer, n, latent int, codes iter.Seq2[Code, error]) error {
	shape, points := []int{n, latent}, Means(codes)
	if f.Draws > 0 {
		shape, points = []int{n, f.Draws, latent}, drawsFrom(codes, f.Draws, f.Seed, f.First)
	}
	if err := npy.WriteHeader(w, "<f4", shape...); err != nil {
		return err
	}
	values := 0
	for z, err := range points {
		if err != nil {
			return err
		}
		if values += len(z); len(z) != latent {
			return fmt.Errorf("a code of %d dimensions, want %d", len(z), latent)
		}
		if err := binary.Write(w, binary.LittleEndian, z); err != nil {
			return err
		}
	}
	if want := n * max(1, f.Draws) * latent; values != want {
		return fmt.Errorf("%d values in the codes of %d images, want %d", values, n, want)
	}
	return nil
}

// writingLogVar writes the log variances of codes as they go by.
func writingLogVar(w io.Writer, codes iter.Seq2[Code, error]) iter.Seq2[Code, error] {
	return func(yield func(Code, error) bool) {
		for code, err := range codes {
			if err == nil && code.LogVar == nil {
				err = ErrNoLogVar
			}
			if err == nil {
				err = binary.Write(w, binary.LittleEndian, code.LogVar)
			}
			if !yield(code, err) || err != nil {
				return
			}
		}
	}
}

func writeLabels(path string, labels []int) error {
	numbers := make([]int64, len(labels))
	for i, l := range labels {
		numbers[i] = int64(l)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := npy.WriteHeader(w, "<i8", len(labels)); err != nil {
			return err
		}
		return binary.Write(w, binary.LittleEndian, numbers)
	})
}
