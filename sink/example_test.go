package sink_test

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"govae/images"
	"govae/sink"
)

// A stream of images becomes an array that numpy.load reads. A source yields them from any
// number on, so that an interrupted job can be resumed.
func ExampleWrite() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	o := sink.Options{N: 1000, Shape: images.Shape{H: 2, W: 2, C: 1}}
	source := func(first int) iter.Seq2[images.Image, error] {
		return func(yield func(images.Image, error) bool) {
			for i := first; i < o.N; i++ {
				v := float32(i) / float32(o.N)
				if !yield(images.Image{Shape: o.Shape, Pixels: []float32{v, v, v, v}}, nil) {
					return
				}
			}
		}
	}
	path := filepath.Join(dir, "ramp.npy")
	if err := sink.Write(path, o, source); err != nil {
		panic(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		panic(err)
	}
	fmt.Println(info.Size(), "bytes, of which 16000 are pixels")
	// Output: 16128 bytes, of which 16000 are pixels
}
