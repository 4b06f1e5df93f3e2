package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"govae/internal/pngs"
)

// fillClassFolders writes one PNG file per image. The name tells that it is synthetic
// wherever it is copied to, and runs of other seeds have others.
func fillClassFolders(folder string, images iter.Seq2[Synthetic, error]) (err error) {
	manifest, err := createStaged(folder, Manifest)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, manifest.Close()) }()
	const size = 64 // images that are encoded in parallel
	batch, pictures, lines := make([]Synthetic, 0, size), make([]image.Image, 0, size), json.NewEncoder(manifest)
	var encoder pngs.Encoder
	flush := func() error {
		files, err := encoder.Encode(pictures)
		if err != nil {
			return err
		}
		for i, m := range batch {
			if err := writeInClass(filepath.Join(folder, m.File), files[i]); err != nil {
				return err
			}
			if err := lines.Encode(m.Origin); err != nil {
				return err
			}
		}
		batch, pictures = batch[:0], pictures[:0]
		return nil
	}
	number := 0
	classes := map[string]bool{}
	for m, err := range images {
		if err != nil {
			return err
		}
		if err := checkClassFolder(m.Class); err != nil {
			return fmt.Errorf("dataset: %w", err)
		}
		classes[m.Class] = true
		m.Number = number
		m.File = fmt.Sprintf("%s/synthetic-%s-%d-%06d.png", m.Class, m.Method, m.Seed, number)
		number++
		batch, pictures = append(batch, m), append(pictures, m.Picture)
		if len(batch) == size {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if number == 0 {
		return errNoImages
	}
	if err := CheckClassFolders(slices.Sorted(maps.Keys(classes))); err != nil { // which is known only now
		return fmt.Errorf("dataset: %w", err)
	}
	return flush()
}

// writeInClass writes a file in a class folder, which it makes if need be.
func writeInClass(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
