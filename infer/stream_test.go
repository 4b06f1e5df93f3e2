package infer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"govae/internal/parallel"
)

// counter is an endless stream of rows [i], which counts how many it gave.
type counter struct {
	read  int
	ended bool
	pause func(i int) // before row i
}

func (c *counter) rows(yield func([]float32, error) bool) {
	defer func() { c.ended = true }()
	row := make([]float32, 1) // used again for every row
	for {
		if c.pause != nil {
			c.pause(c.read)
		}
		row[0] = float32(c.read)
		c.read++
		if !yield(row, nil) {
			return
		}
	}
}

// same returns blocks as they are.
func same(_ context.Context, block []float32, _ int) ([]float32, error) { return block, nil }

// take returns the first n values of a stream, or all and its error.
func take(n int, stream iter.Seq2[float32, error]) (values []float32, last error) {
	for v, err := range stream {
		if err != nil {
			return values, err
		}
		if values = append(values, v); len(values) == n {
			break
		}
	}
	return values, nil
}

// upTo returns 0 to n-1.
func upTo(n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(i)
	}
	return values
}

// TestStreamReadsLittle: who leaves after three results did not have many rows read, even
// if all that runs ahead came as far as it can.
func TestStreamReadsLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var source counter
		n := 0
		for range ahead(t.Context(), source.rows, 1, 1024, same) {
			synctest.Wait()
			if n++; n == 3 {
				break
			}
		}
		if !source.ended || source.read > 8+16+32 {
			t.Errorf("%d rows were read for 3 results, source ended: %v", source.read, source.ended)
		}
	})
}

// TestStreamStartsEarly: the first results need one chunk of rows.
func TestStreamStartsEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		source := counter{pause: func(i int) {
			if i == chunkRows {
				time.Sleep(time.Hour)
			}
		}}
		values, err := take(chunkRows, ahead(t.Context(), source.rows, 1, 1024, func(ctx context.Context, block []float32, _ int) ([]float32, error) {
			if d := time.Since(start); d != 0 {
				t.Errorf("the first results take %v", d)
			}
			start = start.Add(time.Hour)
			return block, nil
		}))
		if err != nil || !slices.Equal(values, upTo(chunkRows)) {
			t.Errorf("values %v, error %v", values, err)
		}
	})
}

// TestStreamOfSlowSource: rows that come one by one are computed one by one.
func TestStreamOfSlowSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		source := counter{pause: func(int) { time.Sleep(time.Second) }}
		i := 0
		for v, err := range ahead(t.Context(), source.rows, 1, 1024, same) {
			came := time.Duration(i+1) * time.Second
			if d := time.Since(start); err != nil || v != float32(i) || d > came+flushAfter {
				t.Fatalf("result %d is %g after %v, and its row came after %v; error %v", i, v, d, came, err)
			}
			if i++; i == 20 {
				break
			}
		}
	})
}

// TestStreamEndsWithinARow: a consumer that leaves waits for the row that the source is at
// alone, and the work under way is cancelled.
func TestStreamEndsWithinARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := counter{pause: func(i int) {
			if i >= chunkRows+3 {
				time.Sleep(time.Second)
			}
		}}
		cancelled := false
		start := time.Now()
		for range ahead(t.Context(), source.rows, 1, 1024, func(ctx context.Context, block []float32, first int) ([]float32, error) {
			if first > 0 {
				<-ctx.Done()
				cancelled = true
			}
			return block, ctx.Err()
		}) {
			time.Sleep(flushAfter + time.Millisecond) // the second block is under way
			break
		}
		if d := time.Since(start); d > time.Second || !source.ended || !cancelled || source.read != chunkRows+4 {
			t.Errorf("%v, ended %v, cancelled %v, %d rows read", d, source.ended, cancelled, source.read)
		}
	})
}

// TestStreamBlocks: blocks grow, up to the largest size.
func TestStreamBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var source counter
		var sizes []int
		values, err := take(8+16+32+40+40, ahead(t.Context(), source.rows, 1, 40, func(_ context.Context, block []float32, first int) ([]float32, error) {
			if block[0] != float32(first) {
				t.Errorf("a block that begins with row %g has the index %d", block[0], first)
			}
			sizes = append(sizes, len(block))
			return block, nil
		}))
		if err != nil || !slices.Equal(values, upTo(len(values))) || !slices.Equal(sizes[:5], []int{8, 16, 32, 40, 40}) {
			t.Errorf("values %v of blocks of %v, error %v", values, sizes, err)
		}
	})
}

// TestStreamErrors: what comes before an error is yielded, then the error, and that is
// all.
func TestStreamErrors(t *testing.T) {
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		last func(yield func([]float32, error) bool)
		run  func(context.Context, []float32, int) ([]float32, error)
		n    int
		want string
	}{
		"of the source": {func(yield func([]float32, error) bool) { yield(nil, broken) }, same, 13, "broken"},
		"a wide row":    {func(yield func([]float32, error) bool) { yield([]float32{1, 2}, nil) }, same, 13, "a row of 2 values in a stream, want 1"},
		"of the work": {func(func([]float32, error) bool) {}, func(_ context.Context, block []float32, first int) ([]float32, error) {
			if first > 0 {
				return nil, broken
			}
			return block, nil
		}, 8, "broken"},
		"none":    {func(func([]float32, error) bool) {}, same, 13, "<nil>"},
		"Goexit":  {func(func([]float32, error) bool) { runtime.Goexit() }, same, 13, "<nil>"},
		"no rows": {nil, same, 0, "<nil>"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				values, err := take(-1, ahead(t.Context(), func(yield func([]float32, error) bool) {
					if tt.last == nil {
						return
					}
					for _, v := range upTo(13) {
						if !yield([]float32{v}, nil) {
							return
						}
					}
					tt.last(yield)
				}, 1, 1024, tt.run))
				if fmt.Sprint(err) != tt.want || !slices.Equal(values, upTo(tt.n)) {
					t.Errorf("values %v, error %v; want %d and %q", values, err, tt.n, tt.want)
				}
			})
		})
	}
}

// TestStreamPanics: a panic of the source or of the work reaches the consumer, and nothing
// runs on.
func TestStreamPanics(t *testing.T) {
	for name, run := range map[string]func(context.Context, []float32, int) ([]float32, error){
		"source": same,
		"work":   func(context.Context, []float32, int) ([]float32, error) { panic("no such thing") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer func() {
					if p, ok := recover().(*parallel.Panic); !ok || p.Value != "no such thing" {
						t.Errorf("recovered %v", p)
					}
				}()
				source := counter{pause: func(i int) {
					if i == 20 {
						panic("no such thing")
					}
				}}
				take(-1, ahead(t.Context(), source.rows, 1, 1024, run))
			})
		})
	}
}

// TestStreamIsCancelled between two results of a block.
func TestStreamIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var source counter
		n := 0
		var last error
		for _, err := range ahead(ctx, source.rows, 1, 1024, same) {
			if n++; n == 3 {
				cancel()
			}
			last = err
		}
		if n != 4 || last != context.Canceled || !source.ended {
			t.Errorf("%d results, the last with the error %v, source ended: %v", n, last, source.ended)
		}
	})
}
