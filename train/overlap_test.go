package train

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"govae/cluster"
	"govae/dataset"
	"govae/models"
)

// slow is an engine on a network that takes some seconds for a value.
type slow struct {
	cluster.Engine
	value   float64
	spreads int
}

func (e *slow) Spread(pieces, x []float32, bounds []int) error {
	e.spreads++
	e.wait(x, bounds)
	return e.Engine.Spread(pieces, x, bounds)
}

func (e *slow) Gather(x []float32, bounds []int) error {
	e.wait(x, bounds)
	return e.Engine.Gather(x, bounds)
}

func (e *slow) wait(x []float32, bounds []int) {
	if e.value > 0 {
		time.Sleep(time.Duration(float64(len(x)) * e.value / float64(e.Size()) * float64(e.Size()-1) * 1e9))
	}
}

// onTwo lets two ranks take steps with 32 noisy images, whose gradients go over a network in one
// piece or in several.
func onTwo(t testing.TB, c models.Config, o Options, value float64, pieces bool, steps func(rank int, r *run, e *slow)) {
	t.Helper()
	var all sync.WaitGroup
	for rank, local := range cluster.Local(2) {
		all.Go(func() {
			data := &dataset.Data{Train: noiseImages(32, c.Image)}
			data.Test = data.Train
			e := &slow{local, value, 0}
			o := o
			o.Threads, o.Batch, o.Cluster = 1, 32, e
			m, err := models.New(c, 1)
			if err != nil {
				t.Error(err)
				return
			}
			r, err := newRun(m, data, o)
			if err != nil {
				t.Error(err)
				return
			}
			defer r.close()
			r.overlap.trial, r.overlap.pieces = trials, pieces
			e.spreads = 0
			steps(rank, r, e)
		})
	}
	all.Wait()
}

// take takes a step with all images.
func take(t testing.TB, r *run) {
	index := make([]int, r.train.Len())
	for i := range index {
		index[i] = i
	}
	r.prepare(planned{images: index})
	if err := r.trainBatch(planned{}); err != nil {
		t.Error(err)
	}
}

// TestOverlap: a gradient that goes in pieces is that of one piece.
func TestOverlap(t *testing.T) {
	for name, tt := range map[string]struct {
		c      models.Config
		o      Options
		pieces bool
	}{
		"conv":     {models.Config{}, Options{}, true},
		"residual": {models.Config{Arch: "residual", Width: 8}, Options{}, true},
		"ladder":   {models.Config{Arch: "ladder", Width: 8}, Options{}, true},
		"weighted": {models.Config{Arch: "mlp", Hidden: []int{33, 20}}, Options{Importance: 3}, true},
		"learned":  {models.Config{Arch: "mlp", Likelihood: models.Gaussian, LearnSigma: true}, Options{}, false}, // whose scale comes last
	} {
		t.Run(name, func(t *testing.T) {
			tt.c.Image = dataset.Shape{H: 16, W: 16, C: 1}
			var theta [2][]float32
			for i, pieces := range []bool{false, true} {
				onTwo(t, tt.c, tt.o, 0, pieces, func(rank int, r *run, e *slow) {
					take(t, r)
					take(t, r)
					if several := e.spreads > 2; several != (pieces && tt.pieces) {
						t.Errorf("rank %d sent two gradients in %d pieces", rank, e.spreads)
					}
					if rank == 0 {
						theta[i] = slices.Clone(r.m.Theta)
					}
				})
			}
			if theta[0] == nil || !slices.Equal(theta[0], theta[1]) {
				t.Error("gradients in pieces train other weights")
			}
		})
	}
}

// TestOverlapTrials: all ranks do what was faster for the first.
func TestOverlapTrials(t *testing.T) {
	c := models.Config{Arch: "mlp", Hidden: []int{20}, Image: dataset.Shape{H: 4, W: 4, C: 1}}
	for _, faster := range []bool{true, false} {
		onTwo(t, c, Options{}, 0, false, func(rank int, r *run, e *slow) {
			r.overlap.trial = 0
			for range trials - 1 {
				take(t, r)
			}
			if e.spreads <= trials {
				t.Errorf("%d steps sent %d pieces: none were tried", trials, e.spreads)
			}
			for i, v := range r.overlap.whole {
				if v <= 0 {
					t.Errorf("no time was taken of way %d", i)
				}
			}
			r.overlap.whole = [2]float64{1000, 1000}
			if faster != (rank == 1) { // it does not count what the second measures
				r.overlap.whole[0] = 2000
			} else {
				r.overlap.whole[1] = 2000
			}
			take(t, r)
			if r.overlap.trial != trials || r.overlap.pieces != faster {
				t.Errorf("rank %d: after %d steps pieces are sent: %v, want %v", rank, r.overlap.trial, r.overlap.pieces, faster)
			}
		})
	}
}

// BenchmarkOverlap is a step of two ranks of one thread each whose network moves 125 MB a second.
func BenchmarkOverlap(b *testing.B) {
	for name, c := range map[string]models.Config{
		"conv":     {Image: dataset.Shape{H: 28, W: 28, C: 1}},
		"residual": {Arch: "residual", Image: dataset.Shape{H: 64, W: 64, C: 3}},
	} {
		for _, pieces := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/pieces=%v", name, pieces), func(b *testing.B) {
				onTwo(b, c, Options{}, 4/125e6, pieces, func(rank int, r *run, e *slow) {
					take(b, r)
					if rank > 0 {
						for range b.N {
							take(b, r)
						}
						return
					}
					b.ResetTimer()
					for range b.N {
						take(b, r)
					}
				})
			})
		}
	}
}
