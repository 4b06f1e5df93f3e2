package infer

import (
	"context"
	"fmt"
	"iter"

	"govae/internal/parallel"
)

// blockRows is the number of rows that a stream computes at once: 4 MB of images, of
// large ones as few as keep all threads busy. It is a multiple of chunkRows, so that a
// row is in the same place of its chunk in a stream and in a batch.
func (s *Session) blockRows() int {
	const values = 1 << 20 // of a block's images: 4 MB
	chunks := values / (s.C * s.H * s.W * chunkRows)
	return chunkRows * max(s.threads, min(chunks, 128))
}

// pixels yields the pixels of images as a model takes them. One of another size or
// number of channels is an error.
func pixels(images iter.Seq2[Image, error], c Contract) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		for image, err := range images {
			if err == nil && image.Shape != c.Shape() {
				err = fmt.Errorf("an image of %v in a stream, want %v", image.Shape, c.Shape())
			}
			if !yield(image.Pixels, err) {
				return
			}
		}
	}
}

// blocks gathers up to n rows of the given width into one slice, which belongs to
// the consumer. A row of another width is an error.
func blocks(rows iter.Seq2[[]float32, error], width, n int) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		var block []float32
		for row, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(row) != width {
				yield(nil, fmt.Errorf("a row of %d values in a stream, want %d", len(row), width))
				return
			}
			if block = append(block, row...); len(block) == n*width {
				if !yield(block, nil) {
					return
				}
				block = make([]float32, 0, n*width)
			}
		}
		if len(block) > 0 {
			yield(block, nil)
		}
	}
}

// ahead yields what run makes of each block, and works on the next one while the
// consumer has the last. It ends with the first error.
func ahead[T any](ctx context.Context, blocks iter.Seq2[[]float32, error], run func(context.Context, []float32) (T, error)) iter.Seq2[T, error] {
	type result struct {
		value T
		err   error
	}
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		results := make(chan result)
		go func() {
			defer close(results)
			send := func(r result) {
				select {
				case results <- r:
				case <-ctx.Done():
				}
			}
			defer func() {
				if p := recover(); p != nil {
					send(result{err: parallel.Recovered(p)})
				}
			}()
			for block, err := range blocks {
				var r result
				if r.err = err; err == nil {
					r.value, r.err = run(ctx, block)
				}
				if send(r); r.err != nil || ctx.Err() != nil {
					return
				}
			}
		}()
		defer func() { // also when the consumer leaves early: nothing runs on
			cancel()
			for range results {
			}
		}()
		for r := range results {
			rethrow(r.err)
			if !yield(r.value, r.err) || r.err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			var none T
			yield(none, err)
		}
	}
}

// mapRows yields, one by one, what run makes of blocks of rows [n, width] that are the
// input of a session, which must have the role.
func mapRows[T any](ctx context.Context, s *Session, role Role, rows iter.Seq2[[]float32, error], run func(ctx context.Context, block []float32) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if err := s.want(role); err != nil {
			yield(none, err)
			return
		}
		for results, err := range ahead(ctx, blocks(rows, s.inputSize(), s.blockRows()), run) {
			if err != nil {
				yield(none, err)
				return
			}
			for _, r := range results {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// rethrow panics if err is a panic of another goroutine.
func rethrow(err error) {
	if p, ok := err.(*parallel.Panic); ok {
		panic(p)
	}
}
