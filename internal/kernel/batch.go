package kernel

import "govae/internal/random"

// Pixels and Normal prepare a batch. They work on the calling goroutine alone, so
// that the tasks of a [Job] can call them for some images each.

// Pixels sets dst[i] to src[i]/255, correctly rounded.
func (k *Kernel) Pixels(dst []float32, src []byte) {
	checkLen("Pixels", "dst", len(dst), len(src))
	whole := 0
	if set := k.isa; set.pixels != nil {
		if whole = len(src) / set.lanes * set.lanes; whole > 0 {
			set.pixels(&dst[0], &src[0], whole/set.lanes)
		}
	}
	for i := whole; i < len(src); i++ {
		dst[i] = float32(src[i]) / 255
	}
}

// Normal sets the i-th of len(index) rows of eps to the standard normal numbers of the
// stream random.New(seed, domain, epoch, index[i]): the same bits that
// [random.Source.Normal] draws from it, whatever the kernel.
func (k *Kernel) Normal(eps []float32, seed uint64, domain random.Domain, epoch uint32, index []int) {
	if len(index) == 0 {
		return
	}
	width := len(eps) / len(index)
	checkLen("Normal", "eps", len(eps), width*len(index))
	if k.isa.normal == nil {
		for i, image := range index {
			s := random.New(seed, domain, epoch, uint32(image))
			s.Normal(eps[i*width : (i+1)*width])
		}
		return
	}
	// A block of a stream makes a pair of numbers; a vector takes pairs of any rows.
	pairs, atOnce := ceilDiv(width, 2), k.isa.lanes/2
	vectors := ceilDiv(len(index)*pairs, atOnce)
	n := vectors * atOnce
	counters, numbers := k.ints.borrow(2*n+4), k.floats.borrow(2*n)
	blocks, images, stream := (*counters)[:n], (*counters)[n:2*n], (*counters)[2*n:]
	for i := range n {
		blocks[i], images[i] = i%pairs, index[min(i/pairs, len(index)-1)]
	}
	copy(stream, []int{int(uint32(seed)), int(seed >> 32), int(epoch), int(domain)})
	if n > 0 {
		k.isa.normal(&(*numbers)[0], &blocks[0], &images[0], &stream[0], vectors)
	}
	for i := range index {
		copy(eps[i*width:(i+1)*width], (*numbers)[2*i*pairs:])
	}
	k.ints.giveBack(counters)
	k.floats.giveBack(numbers)
}
