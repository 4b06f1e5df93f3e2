// Package cluster lets several processes, its ranks, do one computation together: each holds
// a share of a batch, and all of them end with the sums over the whole of it.
//
// Sums are trees, those of package kernel: a rank holds one node of the tree, and the nodes
// above are added by whoever owns that part of the result. So a sum has the same bits for any
// number of ranks, one included.
//
// An [Engine] moves the bytes. Package mpi has the one of MPI; [Local] is one for goroutines of
// a process.
package cluster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas32"

	"govae/internal/kernel"
)

// Engine moves data between ranks. Its methods are called by all ranks in the same order, and
// by one goroutine of each at a time. An error, of a rank that is gone, is final.
type Engine interface {
	Rank() int // of this process, from 0
	Size() int // number of ranks
	// Spread gives rank i the piece x[bounds[i]:bounds[i+1]] of every other rank, one after the
	// other in pieces, where there is room for its own, too.
	Spread(pieces, x []float32, bounds []int) error
	// Gather completes x, of which rank i has the piece x[bounds[i]:bounds[i+1]].
	Gather(x []float32, bounds []int) error
}

// Group is this process among the ranks of an engine. A nil Group is one process alone, for
// which everything is done at no cost.
type Group struct {
	// Tree is how batches are cut and sums added up: the kernel's.
	Tree kernel.Tree

	engine     Engine
	rank, size int
	bounds     []int // of slices of the latest length
	pieces     []float32
	words      []float32
	shares     []Share       // of the latest batch
	images     int           // of that
	busy       int           // ranks that have any
	err        error         // of a sum
	begun      chan struct{} // closed when the sums that were begun are there; nil for none
}

// New returns the group of an engine; it is nil for a nil engine or one of a single rank.
func New(e Engine) *Group {
	if e == nil || e.Size() == 1 {
		return nil
	}
	return &Group{engine: e, rank: e.Rank(), size: e.Size(), bounds: make([]int, e.Size()+1), images: -1}
}

// Rank is this process's number, from 0.
func (g *Group) Rank() int {
	if g == nil {
		return 0
	}
	return g.rank
}

// Size is the number of processes.
func (g *Group) Size() int {
	if g == nil {
		return 1
	}
	return g.size
}

// First reports whether this is the process that writes and prints.
func (g *Group) First() bool { return g.Rank() == 0 }

// Share is a part of a batch: the images first, first+1, ... of as many. It is one node of the
// batch's tree; there may be none in it.
type Share struct{ First, Images int }

// Share returns the part of this rank in a batch of n images. It is valid for the sums that
// follow.
func (g *Group) Share(n int) Share {
	if g == nil {
		return Share{0, n}
	}
	if g.images != n {
		g.images, g.busy = n, min(g.size, max(1, g.Tree.Leaves(n)))
		g.shares = divide(g.Tree, g.shares[:0], 0, n, g.busy)
		for len(g.shares) < g.size {
			g.shares = append(g.shares, Share{n, 0})
		}
	}
	return g.shares[g.rank]
}

// divide appends the shares of ranks in a node of the tree that has a leaf for each.
func divide(tree kernel.Tree, shares []Share, first, images, ranks int) []Share {
	if ranks == 1 {
		return append(shares, Share{first, images})
	}
	split, left := branch(tree, images, ranks)
	shares = divide(tree, shares, first, split, left)
	return divide(tree, shares, first+split, images-split, ranks-left)
}

// branch returns how many of a node's images are in the first of the nodes below, and how many
// of its ranks have them: about as many as that are.
func branch(tree kernel.Tree, images, ranks int) (split, left int) {
	split = tree.Split(images)
	left = (2*ranks*split + images) / (2 * images)
	return split, min(max(left, 1, ranks-tree.Leaves(images-split)), ranks-1, tree.Leaves(split))
}

// Sum makes x, of which each rank has the node over its share of the latest batch, the sum
// over the batch. Err tells what has gone wrong.
func (g *Group) Sum(x []float32) {
	if g == nil || g.err != nil {
		return
	}
	for i := range g.bounds {
		g.bounds[i] = len(x) * i / g.size
	}
	own := g.bounds[g.rank+1] - g.bounds[g.rank]
	g.pieces = slices.Grow(g.pieces[:0], own*g.size)[:own*g.size]
	if g.err = g.engine.Spread(g.pieces, x, g.bounds); g.err != nil {
		return
	}
	if own > 0 {
		mine := x[g.bounds[g.rank]:g.bounds[g.rank+1]]
		if sum := g.finish(mine, g.images, 0, g.busy); &sum[0] != &mine[0] {
			copy(mine, sum)
		}
	}
	g.err = g.engine.Gather(x, g.bounds)
}

// Err returns the error of the sums so far, if there was one: their results are then of no
// use.
func (g *Group) Err() error {
	if g == nil {
		return nil
	}
	return g.err
}

// finish returns the node over some images, which belong to some ranks, of the values of which
// mine is this rank's piece. It is where the first of its pieces was.
func (g *Group) finish(mine []float32, images, rank, ranks int) []float32 {
	node := mine
	if rank != g.rank {
		node = g.pieces[rank*len(mine) : (rank+1)*len(mine)]
	}
	if ranks > 1 {
		split, left := branch(g.Tree, images, ranks)
		g.finish(mine, split, rank, left)
		other := g.finish(mine, images-split, rank+left, ranks-left)
		blas32.Axpy(1, vector(other), vector(node))
	}
	return node
}

func vector(x []float32) blas32.Vector { return blas32.Vector{N: len(x), Inc: 1, Data: x} }

// Begin is Sum beside what the caller does meanwhile, which leaves x alone and calls nothing
// but Begin until [Group.Wait]. What is begun first is summed first.
func (g *Group) Begin(x []float32) {
	if g == nil {
		return
	}
	before, begun := g.begun, make(chan struct{})
	g.begun = begun
	go func() {
		if before != nil {
			<-before
		}
		g.Sum(x)
		close(begun)
	}()
}

// Wait waits for the sums that were begun.
func (g *Group) Wait() {
	if g != nil && g.begun != nil {
		<-g.begun
		g.begun = nil
	}
}

// SumOf is Sum for numbers, each of which is a sum.
func (g *Group) SumOf(x []float64) {
	if g == nil || g.err != nil {
		return
	}
	all, err := g.all(x)
	if g.err = err; err == nil {
		for i := range x {
			x[i] = g.total(all, len(x), i, g.images, 0, g.busy)
		}
	}
}

// total is finish for number i of each rank's n.
func (g *Group) total(all []float32, n, i, images, rank, ranks int) float64 {
	if ranks == 1 {
		return number(all, rank*n+i)
	}
	split, left := branch(g.Tree, images, ranks)
	return g.total(all, n, i, split, rank, left) + g.total(all, n, i, images-split, rank+left, ranks-left)
}

// Most returns the largest of what the ranks give.
func (g *Group) Most(v float64) (float64, error) {
	if g == nil {
		return v, nil
	}
	one := [1]float64{v}
	all, err := g.all(one[:])
	if err == nil {
		for rank := range g.size {
			v = max(v, number(all, rank))
		}
	}
	return v, err
}

// all gathers the numbers of all ranks, each as the bits of two float32.
func (g *Group) all(x []float64) ([]float32, error) {
	n := 2 * len(x)
	g.words = slices.Grow(g.words[:0], n*g.size)[:n*g.size]
	for i, v := range x {
		b := math.Float64bits(v)
		at := g.words[g.rank*n+2*i:]
		at[0], at[1] = math.Float32frombits(uint32(b)), math.Float32frombits(uint32(b>>32))
	}
	for i := range g.bounds {
		g.bounds[i] = i * n
	}
	return g.words, g.engine.Gather(g.words, g.bounds)
}

func number(words []float32, i int) float64 {
	return math.Float64frombits(uint64(math.Float32bits(words[2*i])) | uint64(math.Float32bits(words[2*i+1]))<<32)
}

// Broadcast makes x that of the first rank.
func (g *Group) Broadcast(x []float32) error {
	if g == nil {
		return nil
	}
	for i := range g.bounds {
		g.bounds[i] = len(x)
	}
	g.bounds[0] = 0
	return g.engine.Gather(x, g.bounds)
}

// Texts returns what each rank says, in their order.
func (g *Group) Texts(text []byte) ([][]byte, error) {
	if g == nil {
		return [][]byte{text}, nil
	}
	if g.err != nil {
		return nil, g.err
	}
	lengths, err := g.all([]float64{float64(len(text))})
	if err != nil {
		return nil, err
	}
	sizes := make([]int, g.size)
	total := 0
	bounds := []int{0}
	for rank := range sizes {
		sizes[rank] = int(number(lengths, rank))
		total += (sizes[rank] + 3) / 4
		bounds = append(bounds, total)
	}
	words := make([]float32, total)
	padded := append(slices.Clone(text), 0, 0, 0)
	for i := range (len(text) + 3) / 4 {
		words[bounds[g.rank]+i] = math.Float32frombits(binary.LittleEndian.Uint32(padded[4*i:]))
	}
	if err := g.engine.Gather(words, bounds); err != nil {
		return nil, err
	}
	texts := make([][]byte, g.size)
	for rank := range texts {
		for _, w := range words[bounds[rank]:bounds[rank+1]] {
			texts[rank] = binary.LittleEndian.AppendUint32(texts[rank], math.Float32bits(w))
		}
		texts[rank] = texts[rank][:sizes[rank]]
	}
	return texts, nil
}

// RankError is an error of one rank among several.
type RankError struct {
	Rank, Size int
	Err        error
}

func (e *RankError) Error() string { return fmt.Sprintf("rank %d of %d: %v", e.Rank, e.Size, e.Err) }

func (e *RankError) Unwrap() error { return e.Err }

// Agree returns nil if no rank has an error, else that of the first that has one, on all
// ranks alike.
func (g *Group) Agree(err error) error {
	if g == nil {
		return err
	}
	var text []byte
	if err != nil {
		text = []byte("!" + err.Error())
	}
	texts, failed := g.Texts(text)
	if failed != nil {
		return failed
	}
	for rank, text := range texts {
		switch {
		case len(text) == 0:
		case rank == g.rank:
			if rank == 0 { // as if it were alone
				return err
			}
			return &RankError{rank, g.size, err}
		default:
			return &RankError{rank, g.size, errors.New(string(text[1:]))}
		}
	}
	return nil
}
