package goengine_test

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/engine/internal/goengine"
	"govae/models"
	"govae/onnx"
)

// TestConcurrentRuns shares one model among goroutines with several batch sizes.
func TestConcurrentRuns(t *testing.T) {
	r := load(t, enginetest.Go(t), decoder(t, models.Config{}))
	run := func(n int) []float32 {
		out, err := r.Run([]engine.Tensor{normal(n, n, 2)})
		if err != nil {
			t.Error(err)
			return nil
		}
		return out[0].Data
	}
	want := [][]float32{run(1), run(2), run(3)}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for i := range 15 {
				if got := run(i%3 + 1); !slices.Equal(got, want[i%3]) {
					t.Error("a run gives other numbers beside others")
				}
			}
		})
	}
	workers.Wait()
}

// TestRunAllocatesOutputsOnly counts allocations: a few for the results, none for
// what is in between.
func TestRunAllocatesOutputsOnly(t *testing.T) {
	m, err := onnx.Unmarshal(decoder(t, models.Config{}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := goengine.Load(m, 8)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	z := normal(1, 8, 2)
	run := func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Run([]goengine.Tensor{z}); err != nil {
				b.Fatal(err)
			}
		}
	}
	const output = 8 * 28 * 28 * 4
	var result testing.BenchmarkResult
	for range 3 { // buffers may still grow while a busy machine delays a worker
		if result = testing.Benchmark(run); result.AllocsPerOp() <= 12 && result.AllocedBytesPerOp() <= output+4096 {
			return
		}
	}
	t.Errorf("%d allocations of %d bytes per run; the output takes %d", result.AllocsPerOp(), result.AllocedBytesPerOp(), output)
}

// TestMemoryOfIntegers has long chains of integers, which share memory and are limited as floats are.
func TestMemoryOfIntegers(t *testing.T) {
	chain := func(n int64) *onnx.Model {
		m, err := onnx.Unmarshal(file(t, 17, normal(1, 1, 1), func(g *graph, x onnx.Value) []onnx.Value {
			first := g.node("Expand", g.node("Cast", x, i("to", 7)), g.list(1, n))
			y := first
			for range 8 {
				y = g.node("Neg", y)
			}
			return []onnx.Value{g.node("Cast", g.node("ReduceSum", g.node("Sub", y, first), g.list(1)), i("to", 1))}
		}))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if _, err := goengine.Load(chain(1<<26), 1); err == nil || !strings.Contains(err.Error(), "needs memory for") {
		t.Errorf("three tensors of 2^26 integers at once: error %v", err)
	}
	const n = 1 << 20
	e, err := goengine.Load(chain(n), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	out, err := e.Run([]goengine.Tensor{{Shape: []int{1, 1}, Data: []float32{3}}})
	runtime.ReadMemStats(&after)
	if err != nil || out[0].Data[0] != 0 {
		t.Errorf("%v (%v)", out, err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 4*8*n {
		t.Errorf("a run with three tensors of %d integers at once took %d bytes", n, took)
	}
}

// TestWideFilters pools with filters that reach far beyond the image, over which no loop may run.
func TestWideFilters(t *testing.T) {
	wide := []any{is("kernel_shape", 1<<30, 1<<30), text("auto_pad", "SAME_UPPER")}
	for _, constant := range []bool{true, false} {
		r := load(t, enginetest.Go(t), file(t, 17, normal(1, 1, 1, 2, 2), func(g *graph, x onnx.Value) []onnx.Value {
			y := x
			if constant {
				y = g.Float32("image", []int{1, 1, 2, 2}, []float32{1, 4, 2, 3})
			}
			return []onnx.Value{
				g.node("Max", x, g.node("MaxPool", y, wide...)),
				g.node("Max", x, g.node("AveragePool", y, wide...)),
			}
		}))
		out, err := r.Run([]engine.Tensor{{Shape: []int{1, 1, 2, 2}, Data: []float32{1, 4, 2, 3}}})
		if err != nil || !slices.Equal(out[0].Data, []float32{4, 4, 4, 4}) || !slices.Equal(out[1].Data, []float32{2.5, 4, 2.5, 3}) {
			t.Errorf("constant %v: %v (%v)", constant, out, err)
		}
	}
}

// TestRefusals has what the engine does not do. Each is named when the model is
// loaded, with the node, and no flag, which is the commands' to know.
func TestRefusals(t *testing.T) {
	x := normal(1, 3, 2, 4, 4)
	for _, tt := range []struct {
		name  string
		build func(g *graph, x onnx.Value) onnx.Value
		want  string
	}{
		{"weights from data", func(g *graph, x onnx.Value) onnx.Value {
			w := g.node("Slice", x, g.list(0), g.list(1))
			return g.node("Conv", x, w)
		}, `node "Conv_4" (Conv): the weights are not constant`},
		{"shape from data", func(g *graph, x onnx.Value) onnx.Value {
			n := g.node("Cast", g.node("Slice", g.node("Flatten", x, i("axis", 0)), g.list(0, 0), g.list(1, 1)), i("to", 7))
			return g.node("Reshape", x, g.node("Squeeze", n, g.list(0)))
		}, "depends on the data"},
		{"uint64", func(g *graph, x onnx.Value) onnx.Value {
			d := g.Tensor(&onnx.Tensor{Name: "long", Type: onnx.Uint64, Shape: []int64{1}, Data: make([]byte, 8)})
			return g.node("Mul", x, g.node("Cast", d, i("to", 1)))
		}, `weight "long" is uint64`},
		{"3-D", func(g *graph, x onnx.Value) onnx.Value {
			return g.node("MaxPool", g.node("Unsqueeze", x, g.list(1)), is("kernel_shape", 1, 2, 2))
		}, "(MaxPool): input 0 has the shape"},
	} {
		data := file(t, 17, x, func(g *graph, x onnx.Value) []onnx.Value { return []onnx.Value{tt.build(g, x)} })
		m, err := onnx.Unmarshal(data)
		if err != nil {
			t.Fatal(err)
		}
		_, err = goengine.Load(m, 8)
		var unsupported *goengine.UnsupportedError
		if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "--") {
			t.Errorf("%s: error %v, want an UnsupportedError with %q and no flag", tt.name, err, tt.want)
		}
	}
}
