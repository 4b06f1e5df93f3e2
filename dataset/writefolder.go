package dataset

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"govae/internal/parallel"
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
	batch, files, lines := make([]Synthetic, 0, size), make([]bytes.Buffer, size), json.NewEncoder(manifest)
	encoder := png.Encoder{BufferPool: new(encoderPool)}
	flush := func() error {
		err := parallel.For(context.Background(), len(batch), 0, func(i int) error {
			files[i].Reset()
			return encoder.Encode(&files[i], batch[i].Picture)
		})
		if err != nil {
			return err
		}
		for i, m := range batch {
			if err := writeInClass(filepath.Join(folder, m.File), files[i].Bytes()); err != nil {
				return err
			}
			if err := lines.Encode(m.Origin); err != nil {
				return err
			}
		}
		batch = batch[:0]
		return nil
	}
	number := 0
	for m, err := range images {
		if err != nil {
			return err
		}
		if strings.HasPrefix(m.Class, ".") || m.Class == "" || m.Class != filepath.Base(m.Class) {
			return fmt.Errorf("dataset: the class %q cannot be the name of a folder", m.Class)
		}
		m.Number = number
		m.File = fmt.Sprintf("%s/synthetic-%s-%d-%06d.png", m.Class, m.Method, m.Seed, number)
		number++
		if batch = append(batch, m); len(batch) == size {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if number == 0 {
		return errNoImages
	}
	return flush()
}

// encoderPool keeps the memory of encoders from one image to the next.
type encoderPool struct{ pool sync.Pool }

func (p *encoderPool) Get() *png.EncoderBuffer {
	b, _ := p.pool.Get().(*png.EncoderBuffer)
	return b
}

func (p *encoderPool) Put(b *png.EncoderBuffer) { p.pool.Put(b) }

// writeInClass writes a file in a class folder, which it makes if need be.
func writeInClass(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
