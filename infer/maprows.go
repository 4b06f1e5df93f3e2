package infer

import (
	"context"
	"iter"
)

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
