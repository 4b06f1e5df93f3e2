package picture

import (
	"bytes"
	"cmp"
	"errors"
	"image"
	"image/png"
	"runtime"
	"sync"
	"sync/atomic"
)

// PNGs encodes batches of images as PNG files, on all processor cores. The zero value
// is ready; it keeps its memory from one batch to the next.
type PNGs struct {
	Threads int // 0 means GOMAXPROCS

	files []bytes.Buffer // of the images of a batch
	pools []pool         // one for each goroutine
}

// Encode returns the files of images. They are valid until the next call.
func (p *PNGs) Encode(images []image.Image) ([][]byte, error) {
	if len(p.pools) == 0 {
		p.pools = make([]pool, cmp.Or(p.Threads, runtime.GOMAXPROCS(0)))
	}
	for len(p.files) < len(images) {
		p.files = append(p.files, bytes.Buffer{})
	}
	files := make([][]byte, len(images))
	problems := make([]error, len(images))
	var taken atomic.Int64
	var workers sync.WaitGroup
	for k := range p.pools {
		workers.Go(func() {
			encoder := png.Encoder{BufferPool: &p.pools[k]}
			for {
				i := int(taken.Add(1)) - 1
				if i >= len(images) {
					return
				}
				p.files[i].Reset()
				problems[i] = encoder.Encode(&p.files[i], images[i])
				files[i] = p.files[i].Bytes()
			}
		})
	}
	workers.Wait()
	return files, errors.Join(problems...)
}

// pool keeps the memory of an encoder from one image to the next.
type pool struct{ memory *png.EncoderBuffer }

func (p *pool) Get() *png.EncoderBuffer  { return p.memory }
func (p *pool) Put(b *png.EncoderBuffer) { p.memory = b }
