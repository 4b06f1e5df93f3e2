package kernel

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"govae/internal/parallel"
)

// faulty panics in one of its pieces.
type faulty struct {
	at  int
	err error
}

func (f *faulty) Do(i int) {
	if i == f.at {
		panic(f.err)
	}
}

// nestedFault runs a faulty task in each of its pieces.
type nestedFault struct {
	k *Kernel
	f faulty
}

func (n *nestedFault) Do(int) { n.k.Run(8, &n.f) }

// recovered returns what f panics with.
func recovered(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

// TestPanicReachesTheCaller: it does not matter which goroutine does the piece.
func TestPanicReachesTheCaller(t *testing.T) {
	broken := errors.New("broken")
	for threads := 1; threads <= 4; threads++ {
		k := newKernel(t, threads)
		for at := range 8 {
			for name, do := range map[string]func(){
				"Run":    func() { k.Run(8, &faulty{at, broken}) },
				"Wait":   func() { k.Start(8, &faulty{at, broken}).Wait() },
				"nested": func() { k.Run(8, &nestedFault{k, faulty{at, broken}}) },
			} {
				for range 20 {
					p := recovered(do)
					if err, ok := p.(error); !ok || !errors.Is(err, broken) {
						t.Fatalf("%s with %d threads panics with %v, want %v", name, threads, p, broken)
					}
					if p, ok := p.(*parallel.Panic); ok && (p.Value != any(broken) || !strings.Contains(string(p.Stack), ".(*faulty).Do")) {
						t.Fatalf("%s with %d threads: panic %v with stack %s", name, threads, p.Value, p.Stack)
					}
				}
			}
		}
		n := &count{make([]atomic.Int32, 100)} // nothing is left behind
		k.Run(100, n)
		for i := range n.done {
			if got := n.done[i].Load(); got != 1 {
				t.Errorf("%d threads: after a panic task %d was done %d times", threads, i, got)
			}
		}
	}
}

func TestScratchFits(t *testing.T) {
	var s scratch[float32]
	for n := range 70 {
		b := s.borrow(n)
		if size := cap(*b); len(*b) != n || size < n || size > max(1, 2*n-1) {
			t.Errorf("%d values come from a buffer of %d", n, size)
		}
		s.giveBack(b)
		if again := s.borrow(n); again != b {
			t.Errorf("a buffer of %d values is not used again", n)
		} else {
			s.giveBack(again)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	for threads := 1; threads <= 2; threads++ {
		b.Run(fmt.Sprint(threads), func(b *testing.B) {
			k, n := newKernel(b, threads), &count{make([]atomic.Int32, 16)}
			for b.Loop() {
				k.Run(16, n)
			}
		})
	}
}
