package goengine_test

import (
	"fmt"
	"sync"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/export"
	"govae/models"
	"govae/onnx"
)

// decoder returns the reference decoder as a file.
func decoder(t testing.TB, c models.Config) []byte {
	t.Helper()
	if c.Image == (models.Shape{}) {
		c.Image = models.Shape{H: 28, W: 28, C: 1}
	}
	m, err := models.New(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	model, err := export.Decoder(m, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := model.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// BenchmarkDecoder compares the engines on the reference decoder: two goroutines
// over chunks of 8 or 16 images, one thread each.
func BenchmarkDecoder(b *testing.B) {
	data := decoder(b, models.Config{})
	for _, streams := range []int{1, 2} {
		for _, chunk := range []int{8, 16} {
			for _, e := range []*engine.Engine{enginetest.Go(b), enginetest.ONNXRuntime(b)} {
				b.Run(fmt.Sprintf("%.5s/streams=%d/chunk=%d", e.Name(), streams, chunk), func(b *testing.B) {
					r := load(b, e, data)
					z := engine.Tensor{Shape: []int{chunk, 2}, Data: make([]float32, chunk*2)}
					for i := range z.Data {
						z.Data[i] = float32(i%7) - 3
					}
					const rounds = 50
					b.ReportAllocs()
					for b.Loop() {
						var workers sync.WaitGroup
						for range streams {
							workers.Go(func() {
								for range rounds {
									if _, err := r.Run([]engine.Tensor{z}); err != nil {
										b.Error(err)
									}
								}
							})
						}
						workers.Wait()
					}
					b.ReportMetric(float64(b.N*rounds*chunk*streams)/b.Elapsed().Seconds(), "images/s")
				})
			}
		}
	}
}

// BenchmarkGroups compares the engines on convolutions with groups of 64 channels of 32x32, 3x3,
// one image, one thread.
func BenchmarkGroups(b *testing.B) {
	for _, op := range []string{"Conv", "ConvTranspose"} {
		for _, groups := range []int64{1, 4, 64} {
			g := onnx.NewBuilder("groups")
			x := g.Input("x", onnx.Float32, onnx.Size(1), onnx.Size(64), onnx.Size(32), onnx.Size(32))
			w := g.Float32("w", []int{64, int(64 / groups), 3, 3}, make([]float32, 64*64*9/groups))
			y := g.Node(op, "conv", []onnx.Value{x, w}, onnx.Int("group", groups), onnx.Ints("pads", 1, 1, 1, 1))
			g.Output("y", y)
			data := enginetest.File(b, g, onnx.ModelOptions{})
			for _, e := range []*engine.Engine{enginetest.Go(b), enginetest.ONNXRuntime(b)} {
				b.Run(fmt.Sprintf("%s/groups=%d/%.5s", op, groups, e.Name()), func(b *testing.B) {
					r := load(b, e, data)
					x := engine.Tensor{Shape: []int{1, 64, 32, 32}, Data: make([]float32, 64*32*32)}
					for b.Loop() {
						if _, err := r.Run([]engine.Tensor{x}); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(2*64*64*9*32*32/float64(groups)*float64(b.N)/1e9/b.Elapsed().Seconds(), "GFLOP/s")
				})
			}
		}
	}
}
