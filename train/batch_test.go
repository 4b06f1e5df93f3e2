package train

import (
	"testing"

	"govae/dataset"
	"govae/internal/kernel/kerneltest"
	"govae/internal/random"
)

// TestPipelinePanics: what goes wrong while a batch is prepared reaches the one that takes
// it, and ends there.
func TestPipelinePanics(t *testing.T) {
	for threads := 1; threads <= 2; threads++ {
		p := newPipeline(smallModel(t, smallConfig), kerneltest.New(t, threads), 4, 1)
		p.prepare(&dataset.Images{Shape: smallShape}, []int{0, 1, 2, 3}, 1, random.TrainNoise, 0) // of which there are none
		func() {
			defer p.drop()
			defer func() {
				if recover() == nil {
					t.Error("a batch of images that are not there is no panic")
				}
			}()
			p.take()
		}()
	}
}
