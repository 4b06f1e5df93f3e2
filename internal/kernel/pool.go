package kernel

import (
	"math/bits"
	"sync"
	"sync/atomic"

	"govae/internal/parallel"
)

// Task is work cut into independent pieces.
type Task interface {
	// Do does piece i. It is called once for each i, from several goroutines.
	Do(i int)
}

// pool is a set of goroutines that help a caller with its tasks.
type pool struct {
	threads int
	offers  chan *job
	jobs    freelist[job]
	stopped sync.Once
}

// job is one task that is being done. Helpers may hold a stale reference when it is over,
// so it is counted and reused only after the last of them has dropped it.
type job struct {
	task       Task
	n          int64
	next, done atomic.Int64
	refs       atomic.Int64
	finished   chan struct{} // receives once if a helper does the last piece
	panicked   atomic.Pointer[parallel.Panic]
}

func (p *pool) start(threads int) {
	p.threads = threads
	p.offers = make(chan *job, 4*threads)
	for range threads - 1 {
		go func() {
			for {
				spin(func() bool { return len(p.offers) > 0 })
				j, open := <-p.offers
				if !open {
					return
				}
				if j.help() {
					j.finished <- struct{}{}
				}
				p.release(j)
			}
		}()
	}
}

func (p *pool) stop() { p.stopped.Do(func() { close(p.offers) }) }

func (p *pool) run(n int, t Task) {
	if min(p.threads, n) < 2 {
		for i := range n {
			t.Do(i)
		}
		return
	}
	p.wait(p.begin(n, t, min(p.threads, n)-1))
}

// begin offers a task to some helpers.
func (p *pool) begin(n int, t Task, helpers int) *job {
	j := p.jobs.get()
	if j.finished == nil {
		j.finished = make(chan struct{}, 1)
	}
	j.task, j.n = t, int64(n)
	j.next.Store(0)
	j.done.Store(0)
	j.panicked.Store(nil)
	j.refs.Store(int64(helpers) + 1)
	for range helpers {
		select {
		case p.offers <- j:
		default: // everyone is busy; never wait, or nested calls could deadlock
			j.refs.Add(-1)
		}
	}
	return j
}

// wait does what the helpers have left and waits until they are done. It panics if a
// piece did.
func (p *pool) wait(j *job) {
	if j.n > 0 && !j.help() {
		spin(func() bool { return len(j.finished) > 0 })
		<-j.finished
	}
	panicked := j.panicked.Load()
	p.release(j)
	if panicked != nil {
		panic(panicked)
	}
}

// spin waits a moment, some 20 microseconds, for a condition, because to wake a
// sleeping thread takes as long as a small task, and the next task of a training
// step comes soon. It does not yield to the Go scheduler, which would put both
// sides on one thread.
func spin(until func() bool) {
	for range 20_000 {
		if until() {
			return
		}
	}
}

func (p *pool) release(j *job) {
	if j.refs.Add(-1) == 0 {
		j.task = nil
		p.jobs.put(j)
	}
}

// help takes pieces until none is left and reports whether it did the last. Pieces that
// nobody has taken when one panics are given up.
func (j *job) help() (last bool) {
	defer func() {
		if value := recover(); value != nil {
			j.panicked.CompareAndSwap(nil, parallel.Recovered(value))
			left := max(j.n-j.next.Swap(j.n), 0)
			last = j.done.Add(1+left) == j.n
		}
	}()
	for {
		i := j.next.Add(1) - 1
		if i >= j.n {
			return last
		}
		j.task.Do(int(i))
		last = j.done.Add(1) == j.n
	}
}

// freelist keeps values for reuse, so that steady work allocates nothing.
// Unlike a sync.Pool it is not emptied by the garbage collector.
type freelist[T any] struct {
	mu   sync.Mutex
	free []*T
}

func (f *freelist[T]) get() *T {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.free) == 0 {
		return new(T)
	}
	t := f.free[len(f.free)-1]
	f.free = f.free[:len(f.free)-1]
	return t
}

func (f *freelist[T]) put(t *T) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.free = append(f.free, t)
}

// launch runs the n pieces of a task in a reused copy of it, because a value
// that is handed to other goroutines would otherwise be allocated anew.
func launch[T any, P interface {
	*T
	Task
}](k *Kernel, list *freelist[T], n int, task T) {
	t := list.get()
	*t = task
	k.pool.run(n, P(t))
	var zero T
	*t = zero
	list.put(t)
}

// calls holds the reusable tasks, one list for every operation.
type calls struct {
	portableSgemm   freelist[portableSgemmTask]
	portableForward freelist[portableForwardTask]
	portableInput   freelist[portableInputTask]
	portableWeights freelist[portableWeightsTask]
	epilogue        freelist[epilogueTask]
	gemm            freelist[gemmTask]
	gather          freelist[gatherTask]
	scatter         freelist[scatterTask]
	convWeights     freelist[convWeightsTask]
	wideWeights     freelist[wideWeightsTask]
	thinForward     freelist[thinForwardTask]
	thinBackward    freelist[thinBackwardTask]
	thinWeights     freelist[thinWeightsTask]
	convBackward    freelist[convBackwardTask]
	weightsSums     freelist[weightsSum]
	biasGradient    freelist[biasGradientTask]
	sumParts        freelist[sumPartsTask]
	likelihood      freelist[likelihoodTask]
	elementwise     freelist[elementwiseTask]
	pairs           freelist[pairsTask]
	columns         freelist[columnsTask]
	halving         freelist[halvingTask]
	groupNorm       freelist[groupNormTask]
	products        freelist[productsTask]
	affine          freelist[affineTask]
	adam            freelist[adamTask]
	momentum        freelist[momentumTask]
	average         freelist[averageTask]
	scale           freelist[scaleTask]
	squares         freelist[squaresTask]
	rows            freelist[rowsTask]
	pairing         freelist[pairingTask]
}

// scratch lends memory to tasks. Buffers stay with the kernel, apart by powers
// of two, so that their number stops growing.
type scratch[T any] struct {
	buffers [bits.UintSize]freelist[[]T]
}

// borrow returns n values of unknown content.
func (s *scratch[T]) borrow(n int) *[]T {
	class := bits.Len(uint(max(n, 1) - 1))
	b := s.buffers[class].get()
	if *b == nil {
		*b = make([]T, 1<<class)
	}
	*b = (*b)[:n]
	return b
}

// giveBack ends the use of a borrowed buffer.
func (s *scratch[T]) giveBack(b *[]T) { s.buffers[bits.Len(uint(cap(*b)))-1].put(b) }
