// Package parallel spreads independent pieces of work over goroutines.
package parallel

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// For calls work(0) to work(n-1) on up to so many goroutines; 0 threads mean GOMAXPROCS.
// After a failure, or when the context is cancelled, it starts no more of them, and it
// returns when those that run are done.
//
// The error is the context's, or that of the lowest number that fails: work starts in
// order, so all lower ones have run, and the error does not depend on the threads. A
// panic counts as a failure, and For panics with it, as a [*Panic].
func For(ctx context.Context, n, threads int, work func(i int) error) error {
	if threads < 1 {
		threads = runtime.GOMAXPROCS(0)
	}
	var (
		workers sync.WaitGroup
		next    atomic.Int64
		mu      sync.Mutex
		first   = n // the lowest number that failed
		fail    error
	)
	for range min(n, threads) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := guarded(work, i); err != nil {
					next.Store(int64(n))
					mu.Lock()
					if i < first {
						first, fail = i, err
					}
					mu.Unlock()
				}
			}
		})
	}
	workers.Wait()
	if p, ok := fail.(*Panic); ok {
		panic(p)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return fail
}

// guarded calls work and returns a panic as an error.
func guarded(work func(i int) error, i int) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Recovered(p)
		}
	}()
	return work(i)
}

// Panic carries a panic from the goroutine where it happened to the one that waits for
// it, whose caller can recover it.
type Panic struct {
	Value any    // of the panic
	Stack []byte // of the goroutine where it happened
}

// Recovered makes a Panic of what recover returned, to be called by the deferred
// function that recovered it. A value that is a *Panic already stays as it is.
func Recovered(value any) *Panic {
	if p, ok := value.(*Panic); ok {
		return p
	}
	return &Panic{value, debug.Stack()}
}

// Error returns the value and the stack, so that a program which ends with the panic
// shows where it happened.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n\nfrom %s", p.Value, p.Stack) }

// Unwrap returns the value of the panic where that is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}
