package parallel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestForCallsEachOnce(t *testing.T) {
	for _, threads := range []int{0, 1, 3, 200} {
		var calls [100]atomic.Int32
		err := For(t.Context(), len(calls), threads, func(i int) error {
			calls[i].Add(1)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		for i := range calls {
			if n := calls[i].Load(); n != 1 {
				t.Errorf("%d threads: number %d was called %d times", threads, i, n)
			}
		}
	}
	if err := For(t.Context(), 0, 2, nil); err != nil {
		t.Errorf("nothing to do: %v", err)
	}
}

// numbered is an error with a number.
type numbered int

func (n numbered) Error() string { return fmt.Sprint(int(n)) }

func TestForReportsTheFirstFailure(t *testing.T) {
	for range 50 {
		var most atomic.Int32
		err := For(t.Context(), 1_000_000, 4, func(i int) error {
			most.Store(max(most.Load(), int32(i)))
			if i >= 20 {
				return numbered(i)
			}
			return nil
		})
		if err != numbered(20) {
			t.Fatalf("error %v, want that of number 20", err)
		}
		if most.Load() > 1000 {
			t.Errorf("went on up to number %d", most.Load())
		}
	}
}

func TestForStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := For(ctx, 1000, 1, func(i int) error {
		if i == 3 {
			cancel()
		}
		if i > 3 {
			t.Errorf("number %d was started", i)
		}
		return nil
	})
	if err != context.Canceled {
		t.Errorf("error %v", err)
	}
}

// TestPanicsReachTheCaller panics in two of the workers, the lower one later.
func TestPanicsReachTheCaller(t *testing.T) {
	cause := errors.New("no such row")
	var second sync.WaitGroup
	second.Add(1)
	defer func() {
		p, ok := recover().(*Panic)
		if !ok || p.Value != cause || !errors.Is(p, cause) {
			t.Fatalf("recovered %v", p)
		}
		if text := p.Error(); !strings.HasPrefix(text, "no such row\n") || !strings.Contains(text, "explode(") {
			t.Errorf("the text lacks the value or the worker's stack:\n%s", text)
		}
	}()
	For(t.Context(), 2, 2, func(i int) error {
		if i == 1 {
			defer second.Done()
			panic("later")
		}
		second.Wait()
		explode(cause)
		return nil
	})
	t.Error("no panic")
}

//go:noinline
func explode(err error) { panic(err) }

// TestNestedPanic keeps the stack of the innermost goroutine.
func TestNestedPanic(t *testing.T) {
	defer func() {
		if p, ok := recover().(*Panic); !ok || p.Value != "deep" {
			t.Errorf("recovered %v", p)
		}
	}()
	For(t.Context(), 1, 1, func(int) error {
		return For(t.Context(), 1, 1, func(int) error { panic("deep") })
	})
}
