// Package pngs encodes PNG files on several processor cores.
package pngs

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"sync"

	"govae/internal/parallel"
)

// Encoder encodes batches of images as PNG files, on several processor cores. The zero value
// is ready; it keeps its memory from one batch to the next.
type Encoder struct {
	Threads int // 0 means GOMAXPROCS

	files []bytes.Buffer // of the images of a batch
	pool  pool
}

// Encode returns the files of images. They are valid until the next call.
func (p *Encoder) Encode(images []image.Image) ([][]byte, error) {
	for len(p.files) < len(images) {
		p.files = append(p.files, bytes.Buffer{})
	}
	files := make([][]byte, len(images))
	encoder := png.Encoder{BufferPool: &p.pool}
	err := parallel.For(context.Background(), len(images), p.Threads, func(i int) error {
		p.files[i].Reset()
		err := encoder.Encode(&p.files[i], images[i])
		files[i] = p.files[i].Bytes()
		return err
	})
	return files, err
}

// pool keeps the memory of encoders from one image to the next.
type pool struct{ sync.Pool }

func (p *pool) Get() *png.EncoderBuffer {
	b, _ := p.Pool.Get().(*png.EncoderBuffer)
	return b // nil makes the encoder allocate one
}

func (p *pool) Put(b *png.EncoderBuffer) { p.Pool.Put(b) }
