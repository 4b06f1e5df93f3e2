package dataset

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls work(0) to work(n-1) on all cores. After a failure or when the
// context is cancelled it starts no more of them. The error is that of the lowest
// number that fails: work starts in order, so all lower ones have run.
func parallel(ctx context.Context, n int, work func(i int) error) error {
	var (
		wg    sync.WaitGroup
		next  atomic.Int64
		mu    sync.Mutex
		first = n // the lowest number that failed
		fail  error
	)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := work(i); err != nil {
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
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return fail
}
