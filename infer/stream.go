package infer

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"govae/internal/parallel"
)

// blockRows is the largest number of rows that a stream computes at once: 4 MB of images,
// of large ones as few as keep all threads busy.
func (s *session) blockRows() int {
	const values = 1 << 20 // of a block's images: 4 MB
	chunks := values / (s.Shape().Len() * chunkRows)
	return chunkRows * max(s.threads, min(chunks, 128))
}

// pixels yields the pixels of images as a model takes them. One of another size or
// number of channels is an error.
func pixels(images iter.Seq2[Image, error], c Contract) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		for image, err := range images {
			if err == nil && (image.C != c.C || image.H != c.H || image.W != c.W) {
				err = fmt.Errorf("an image of %dx%dx%d in a stream, want %dx%dx%d", image.C, image.H, image.W, c.C, c.H, c.W)
			}
			if !yield(image.Pixels, err) {
				return
			}
		}
	}
}

// mapRows yields, one by one, what run makes of blocks of rows [n, width], the input of a
// session. first is the number of a block's first row.
func mapRows[T any](ctx context.Context, s *session, rows iter.Seq2[[]float32, error], run func(ctx context.Context, block []float32, first int) ([]T, error)) iter.Seq2[T, error] {
	return ahead(ctx, rows, s.contract.inputSize(), s.blockRows(), run)
}

// flushAfter is how long an idle stream waits for more rows before it computes those it has.
const flushAfter = 5 * time.Millisecond

// ahead yields, one by one, what run makes of blocks of rows [n, width]. Two goroutines work
// ahead of the consumer: one reads rows, the other computes the next block while the
// consumer has the last. The first block is one chunk, so that results come early, and
// each one twice as large as the one before, up to most rows; a source that is slower
// than the model gives smaller ones. All ends with the first error, after the results of
// the rows before it. When the consumer leaves, the source is asked for no more rows.
func ahead[T any](ctx context.Context, rows iter.Seq2[[]float32, error], width, most int, run func(ctx context.Context, block []float32, first int) ([]T, error)) iter.Seq2[T, error] {
	type result struct {
		values []T
		err    error
	}
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		in := newIntake(width, most)
		results := make(chan result)
		var workers sync.WaitGroup
		defer func() { // also when the consumer leaves early: nothing runs on
			cancel()
			workers.Wait()
		}()
		workers.Go(func() { in.read(ctx, rows) })
		workers.Go(func() {
			defer close(results)
			send := func(r result) bool {
				select {
				case results <- r:
					return r.err == nil
				case <-ctx.Done():
					return false
				}
			}
			defer func() {
				if p := recover(); p != nil {
					send(result{err: parallel.Recovered(p)})
				}
			}()
			for first := 0; ; {
				block, err := in.next(ctx)
				if len(block) > 0 {
					values, err := run(ctx, block, first)
					if first += len(block) / width; !send(result{values, err}) {
						return
					}
				}
				if err != nil {
					send(result{err: err})
				}
				if err != nil || len(block) == 0 {
					return
				}
			}
		})
		var none T
		for r := range results {
			rethrow(r.err)
			if r.err != nil {
				yield(none, r.err)
				return
			}
			for _, v := range r.values {
				if err := ctx.Err(); err != nil {
					yield(none, err)
					return
				}
				if !yield(v, nil) {
					return
				}
			}
		}
		if err := ctx.Err(); err != nil {
			yield(none, err)
		}
	}
}

// intake gathers rows for the next block.
type intake struct {
	width, most int

	mu    sync.Mutex
	limit int       // rows to gather before the source waits
	rows  []float32 // gathered
	ended bool      // the source has no more rows
	err   error     // by which it ended

	came  chan struct{} // tells next of a first row, of enough rows and of the end
	taken chan struct{} // tells read that there is room
}

func newIntake(width, most int) *intake {
	return &intake{width: width, most: most, limit: min(chunkRows, most), came: make(chan struct{}, 1), taken: make(chan struct{}, 1)}
}

// read reads rows until they end or the context is cancelled.
func (in *intake) read(ctx context.Context, rows iter.Seq2[[]float32, error]) {
	var end error
	defer func() {
		if p := recover(); p != nil {
			end = parallel.Recovered(p)
		}
		in.mu.Lock()
		in.ended, in.err = true, end
		in.mu.Unlock()
		tell(in.came)
	}()
	for row, err := range rows {
		if err == nil && len(row) != in.width {
			err = fmt.Errorf("a row of %d values in a stream, want %d", len(row), in.width)
		}
		if err != nil {
			end = err
			return
		}
		if !in.add(ctx, row) {
			return
		}
	}
}

// add adds a row, and waits until there is room for another. It returns false if none
// is wanted any more.
func (in *intake) add(ctx context.Context, row []float32) bool {
	in.mu.Lock()
	in.rows = append(in.rows, row...)
	n, limit := len(in.rows)/in.width, in.limit
	in.mu.Unlock()
	if n == 1 || n >= limit {
		tell(in.came)
	}
	for n >= limit {
		select {
		case <-in.taken:
		case <-ctx.Done():
			return false
		}
		in.mu.Lock()
		n, limit = len(in.rows)/in.width, in.limit
		in.mu.Unlock()
	}
	return ctx.Err() == nil
}

// next returns the next block, which is empty after the last one, and the error that
// comes after it.
func (in *intake) next(ctx context.Context) ([]float32, error) {
	var late <-chan time.Time
	for {
		in.mu.Lock()
		n := len(in.rows) / in.width
		if n >= in.limit || in.ended {
			return in.take()
		}
		in.mu.Unlock()
		if n > 0 && late == nil {
			late = time.After(flushAfter)
		}
		select {
		case <-in.came:
		case <-late:
			in.mu.Lock()
			return in.take()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take unlocks the intake and returns the rows that are there.
func (in *intake) take() ([]float32, error) {
	block, err := in.rows, in.err
	in.limit = min(2*in.limit, in.most)
	in.rows = make([]float32, 0, min(2*len(block), in.limit*in.width))
	in.mu.Unlock()
	tell(in.taken)
	return block, err
}

// tell wakes the goroutine that waits on a channel of capacity 1, or will.
func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// rethrow panics if err is a panic of another goroutine.
func rethrow(err error) {
	if p, ok := err.(*parallel.Panic); ok {
		panic(p)
	}
}
