package train

import (
	"errors"
	"runtime"
	"testing"
)

func TestTooLittleMemory(t *testing.T) {
	need, err := Memory(tinyConfig, 16)
	if err != nil {
		t.Fatal(err)
	}
	m := smallModel(t, tinyConfig)
	for have, ok := range map[int64]bool{need: true, need - 4*int64(len(m.Theta)): true, need - 4*int64(len(m.Theta)) - 1: false} {
		_, err := Run(t.Context(), m, smallData(), Options{Epochs: 1, Batch: 16, available: func() (int64, bool) { return have, true }})
		if _, few := errors.AsType[*MemoryError](err); few == ok || ok && err != nil {
			t.Errorf("%d bytes where %d are needed: error %v", have, need, err)
		}
	}
}

// TestMemory compares what a trainer takes with what is said of it.
func TestMemory(t *testing.T) {
	const batch = 64
	c := smallConfig
	c.Image.H, c.Image.W = 64, 64
	want, err := Memory(c, batch)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m := smallModel(t, c)
	r := testTrainer(t, m, 1, batch, 1)
	o := newOptimiser(m.Params(), len(m.Theta), Options{LR: Constant(1), WeightDecay: Constant(0)})
	runtime.ReadMemStats(&after)
	if got := int64(after.TotalAlloc - before.TotalAlloc); got < want || got > want*11/10 {
		t.Errorf("%d bytes are said, %d taken", want, got)
	}
	runtime.KeepAlive(r)
	runtime.KeepAlive(o)
}
