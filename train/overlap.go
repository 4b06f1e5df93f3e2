package train

import (
	"time"

	"govae/cluster"
)

// overlap adds up a step's gradient over ranks: when all of it is there, or in pieces beside the
// rest of the backward pass, to the same bits. Pieces hide the time on the network; but each has
// its latency, and whoever moves them may be a processor that would compute. So the first steps
// try both in turns, and the faster is kept.
type overlap struct {
	group  *cluster.Group
	pieces bool

	grad  []float32
	begun int // the gradient from here on is being added up
	start time.Time

	trial  int        // of the steps so far
	whole  [2]float64 // seconds of the steps in trials, at once and in pieces
	faster [1]float64
}

const (
	// mostPieces of a gradient are few, as latencies add up.
	mostPieces = 4
	// trials are the steps that are timed, after some in which caches fill.
	trials     = 40
	firstTrial = 4
)

// begin is called before a step's forward pass. The gradient is nil in evaluation.
func (o *overlap) begin(grad []float32) {
	if o.group == nil {
		return
	}
	o.grad, o.begun, o.start = grad, len(grad), time.Now()
	if o.trial < trials {
		o.pieces = o.trial%2 == 1
	}
}

// final is called in the backward pass: the gradient is final from this index on.
func (o *overlap) final(from int) {
	if o.pieces && o.begun-from >= len(o.grad)/mostPieces {
		o.group.Begin(o.grad[from:o.begun])
		o.begun = from
	}
}

// end completes the gradient. What goes wrong is the group's error.
func (o *overlap) end() {
	if o.group == nil || o.grad == nil {
		return
	}
	o.group.Begin(o.grad[:o.begun])
	o.group.Wait()
	if o.trial == trials {
		return
	}
	if o.trial >= firstTrial {
		o.whole[o.trial%2] += time.Since(o.start).Seconds()
	}
	if o.trial++; o.trial == trials { // all ranks do what suits the first
		o.faster[0] = 0
		if o.group.First() && o.whole[1] < o.whole[0] {
			o.faster[0] = 1
		}
		o.group.SumOf(o.faster[:])
		o.pieces = o.faster[0] == 1
	}
}
