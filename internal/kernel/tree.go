package kernel

import "math/bits"

// A Tree is how a sum over a batch is added up: a binary tree whose leaves are that many images
// each, from the first on. A node over more images is the sum of the node over the first
// [Tree.Split] of them and that over the rest. So whoever holds an aligned part of a batch has a
// node of the tree, to the last bit, and several machines that finish the tree together have
// the sum that one has. Within a leaf images are added in a fixed order.
type Tree struct {
	leaf int // images
	// part is the number of images whose gradients of a convolution's weights a task adds up: a
	// leaf or a part of one, for more tasks than there are leaves.
	part int
}

// Leaves are small where batches are, for there to be some for several machines; elsewhere
// large, as each costs additions of its own: with AVX2 outer products take an eighth longer in
// leaves of 32 images than as one sum, a quarter longer in leaves of 16.
const (
	smallLeaf = 8
	largeLeaf = 32
)

// TreeOf returns the tree of training with batches of so many images: one of four leaves or
// more, if batches are larger than three small leaves.
func TreeOf(batch int) Tree {
	leaf := smallLeaf
	for leaf < largeLeaf && 4*leaf < batch {
		leaf *= 2
	}
	return Tree{leaf, smallLeaf}
}

// Of returns the tree of sums over some rows for each image, in which an image has its place.
func (t Tree) Of(rows int) Tree { return Tree{t.leaf * rows, t.part * rows} }

// Leaves is the number of leaves of a sum over n images.
func (t Tree) Leaves(n int) int { return ceilDiv(n, t.leaf) }

// Split is the number of images in the first of the two nodes below that of n images: the
// largest power of two of leaves that leaves something for the second. n itself tells a leaf.
func (t Tree) Split(n int) int {
	if n <= t.leaf {
		return n
	}
	return t.leaf << (bits.Len(uint((n-1)/t.leaf)) - 1)
}

// Sum returns the sum over a batch of n images of what at tells of each.
func (t Tree) Sum(n int, at func(image int) float64) float64 { return t.sum(0, n, at) }

func (t Tree) sum(first, n int, at func(int) float64) (sum float64) {
	if split := t.Split(n); split < n {
		return t.sum(first, split, at) + t.sum(first+split, n-split, at)
	}
	for i := first; i < first+n; i++ {
		sum += at(i)
	}
	return sum
}

// parts is the number of parts of n images.
func (t Tree) parts(n int) int { return ceilDiv(n, t.part) }

// partOf returns where part i of n images begins and ends.
func (t Tree) partOf(n, i int) (first, end int) { return i * t.part, min((i+1)*t.part, n) }

// addParts sets dst to the sum of the parts, which follow each other in one slice and are
// overwritten: neighbours first, then neighbouring pairs, and so on.
func (k *Kernel) addParts(dst, parts []float32) {
	launch(k, &k.sumParts, ceilDiv(len(dst), sumBlock), sumPartsTask{k, dst, parts})
}

// sumBlock makes a task's share of 16 parts fit the first-level cache.
const sumBlock = 512

type sumPartsTask struct {
	k          *Kernel
	dst, parts []float32
}

func (t *sumPartsTask) Do(i int) {
	size := len(t.dst)
	first, last := i*sumBlock, min((i+1)*sumBlock, size)
	count := len(t.parts) / size
	part := func(p int) []float32 { return t.parts[p*size+first : p*size+last] }
	if count == 0 {
		clear(t.dst[first:last])
		return
	}
	for step := 1; step < count; step *= 2 {
		for p := 0; p+step < count; p += 2 * step {
			t.k.addTo(part(p), part(p+step))
		}
	}
	copy(t.dst[first:last], part(0))
}

// addTo adds x to y.
func (k *Kernel) addTo(y, x []float32) {
	if k.isa.addRows == nil {
		k.Saxpy(len(x), 1, x, 1, y, 1)
		return
	}
	cols := k.isa.cols
	rows := len(x) / cols
	if rows > 0 {
		k.isa.addRows(&y[0], cols, &x[0], cols, rows)
	}
	for i := rows * cols; i < len(x); i++ {
		y[i] += x[i]
	}
}
