package infer

import (
	"context"
	"fmt"
	"sync"
)

// chunkRows is the number of rows that go through a model at once. It is part of
// every result: engines may round differently for other numbers.
const chunkRows = 8

// runRows maps n rows of input, each of len(input)/n values, to the rows of the
// outputs, which have the widths given. Chunks run on several goroutines; ctx
// cancels between them.
func (s *Session) runRows(ctx context.Context, n int, input []float32, shape []int, widths ...int) ([][]float32, error) {
	width := 1
	for _, d := range shape {
		width *= d
	}
	if len(input) != n*width {
		panic(fmt.Sprintf("infer: %s: got %d input values, want %d rows of %d", s.name, len(input), n, width))
	}
	outputs := make([][]float32, len(widths))
	for k, w := range widths {
		outputs[k] = make([]float32, n*w)
	}

	running, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	starts := make(chan int)
	var workers sync.WaitGroup
	for range min(s.threads, (n+chunkRows-1)/chunkRows) {
		workers.Go(func() {
			chunk := make([]float32, chunkRows*width)
			for start := range starts {
				if err := s.runChunk(start, n, chunk, input, shape, outputs, widths); err != nil {
					fail(err)
				}
			}
		})
	}
	for start := 0; start < n && running.Err() == nil; start += chunkRows {
		starts <- start
	}
	close(starts)
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return outputs, context.Cause(running)
}

// runChunk runs the rows from start on. Rows beyond the last are zeros, and what
// they give is dropped.
func (s *Session) runChunk(start, n int, chunk, input []float32, shape []int, outputs [][]float32, widths []int) error {
	width := len(chunk) / chunkRows
	end := min(start+chunkRows, n)
	clear(chunk[copy(chunk, input[start*width:end*width]):])
	results, err := s.runner.Run([]Tensor{{append([]int{chunkRows}, shape...), chunk}})
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	for k, w := range widths {
		if len(results[k].Data) != chunkRows*w {
			return fmt.Errorf("%s: output %q has the shape %v, not the one that the file declares", s.name, s.Model.Graph.Outputs[k].Name, results[k].Shape)
		}
		copy(outputs[k][start*w:end*w], results[k].Data)
	}
	return nil
}
