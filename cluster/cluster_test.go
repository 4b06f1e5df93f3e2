package cluster

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"govae/internal/kernel"
	"govae/internal/kernel/kerneltest"
)

var testTree = kernel.TreeOf(64)

// together runs f in every rank.
func together(t *testing.T, ranks int, f func(g *Group)) {
	t.Helper()
	var all sync.WaitGroup
	for _, e := range Local(ranks) {
		all.Go(func() {
			g := New(e)
			if g != nil {
				g.Tree = testTree
			}
			f(g)
		})
	}
	all.Wait()
}

// TestSum: the sums over a batch are those of one process, bit by bit.
func TestSum(t *testing.T) {
	k := kerneltest.New(t, 1)
	k.Tree = testTree
	const values = 37
	image := func(i, j int) float32 { return float32(math.Sin(float64(100*i + j))) }
	node := func(s Share) []float32 {
		x, ones := make([]float32, s.Images*values), make([]float32, s.Images)
		for i := range x {
			x[i] = image(s.First+i/values, i%values)
		}
		for i := range ones {
			ones[i] = 1
		}
		sum := make([]float32, values)
		k.OuterSum(s.Images, 1, values, sum, ones, x)
		return sum
	}
	for ranks := 1; ranks <= 9; ranks++ {
		for _, n := range []int{1, 16, 17, 96, 100, 128, 300} {
			want := node(Share{0, n})
			number := func(i int) float64 { return math.Sqrt(float64(i)) }
			wantNumber := testTree.Sum(n, number)
			together(t, ranks, func(g *Group) {
				s := g.Share(n)
				x, numbers := node(s), []float64{testTree.Sum(s.Images, func(i int) float64 { return number(s.First + i) })}
				if n%2 == 0 {
					g.Sum(x)
				} else { // in two pieces
					g.Begin(x[values/3:])
					g.Begin(x[:values/3])
					g.Wait()
				}
				g.SumOf(numbers)
				if err := g.Err(); err != nil {
					t.Error(err)
				}
				if !slices.Equal(x, want) {
					t.Errorf("rank %d of %d: the sum over %d images is %v, want %v", g.Rank(), ranks, n, x[:3], want[:3])
				}
				if numbers[0] != wantNumber {
					t.Errorf("rank %d of %d: the number over %d images is %v, want %v", g.Rank(), ranks, n, numbers[0], wantNumber)
				}
			})
		}
	}
}

func TestShares(t *testing.T) {
	for ranks := 1; ranks <= 9; ranks++ {
		for _, n := range []int{1, 16, 100, 128, 1000} {
			shares := divide(testTree, nil, 0, n, min(ranks, testTree.Leaves(n)))
			at := 0
			for _, s := range shares {
				if s.First != at || s.Images < 1 {
					t.Fatalf("%d images in %d ranks: %v", n, ranks, shares)
				}
				at += s.Images
			}
			if at != n {
				t.Fatalf("%d images in %d ranks: %v", n, ranks, shares)
			}
		}
	}
}

func TestTexts(t *testing.T) {
	together(t, 4, func(g *Group) {
		texts, err := g.Texts([]byte(strings.Repeat("x", g.Rank()*3)))
		if err != nil {
			t.Error(err)
		}
		for rank, text := range texts {
			if string(text) != strings.Repeat("x", rank*3) {
				t.Errorf("rank %d said %q", rank, text)
			}
		}
		if most, _ := g.Most(float64(g.Rank())); most != 3 {
			t.Errorf("the most is %v", most)
		}
		x := []float32{float32(g.Rank()), 5}
		if err := g.Broadcast(x); err != nil || x[0] != 0 {
			t.Errorf("the first rank's is %v, %v", x, err)
		}
	})
}

func TestAgree(t *testing.T) {
	together(t, 3, func(g *Group) {
		if err := g.Agree(nil); err != nil {
			t.Error(err)
		}
		var own error
		if g.Rank() > 0 {
			own = fmt.Errorf("rank %d's", g.Rank())
		}
		var e *RankError
		if err := g.Agree(own); !errors.As(err, &e) || err.Error() != "rank 1 of 3: rank 1's" {
			t.Errorf("rank %d has the error %v", g.Rank(), err)
		}
	})
	if err := New(nil).Agree(nil); err != nil {
		t.Error(err)
	}
}
