// Package random gives reproducible random numbers that can be drawn in any
// order and on any number of threads.
//
// A [Source] is the counter-based generator Philox4x32-10 of Salmon, Moraes,
// Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011). Its
// output is a pure function of a key and a counter. The key is the user's seed;
// the counter names what the numbers are for ([Domain]), an epoch and an index
// (an image, a sample). Image 7 of epoch 3 therefore gets the same noise
// whichever worker draws it, and whether or not the run was interrupted.
package random

import "math/bits"

// Domain separates the uses of one seed, so that no two share their numbers.
// The values are part of every reproducible result: never renumber them.
type Domain uint32

const (
	Init         Domain = iota + 1 // parameter initialisation; index: the tensor
	Shuffle                        // order of the training images; epoch
	TrainNoise                     // eps of the reparameterisation; epoch, index: the image
	EvalNoise                      // eps in evaluation; epoch: the split, index: the image
	Prior                          // z ~ N(0, I) for new images; index: the sample
	Split                          // which images are held out
	Digits                         // the built-in data set; epoch: the split, index: the image
	Probe                          // random input for checks of exported files; index: the input
	Posterior                      // eps of draws from q(z|x); epoch: the draw, index: the image
	Mixture                        // Gaussian mixtures; epoch 0, index: the sample; else epoch: the components of a fit
	Augment                        // new images of a class; epoch: the class, index: 0 for the order of sources, i+1 for image i
	TrainAugment                   // changes of training images; epoch, index: the image
	ClassAugment                   // changes of a classifier's images; epoch: the step, index: the place in the batch
)

// Source is a stream of random numbers. It implements [math/rand/v2.Source].
// Make one with [New]; copying it forks the stream.
type Source struct {
	key     [2]uint32
	counter [4]uint32 // block, index, epoch, domain
	buf     [2]uint64
	left    int // unread words of buf
}

// New returns the stream for one index of one epoch of a domain under a seed.
func New(seed uint64, domain Domain, epoch, index uint32) Source {
	return Source{
		key:     [2]uint32{uint32(seed), uint32(seed >> 32)},
		counter: [4]uint32{0, index, epoch, uint32(domain)},
	}
}

// Uint64 returns the next 64 random bits.
func (s *Source) Uint64() uint64 {
	if s.left == 0 {
		c := philox(s.counter, s.key)
		s.counter[0]++
		s.buf = [2]uint64{uint64(c[1])<<32 | uint64(c[0]), uint64(c[3])<<32 | uint64(c[2])}
		s.left = 2
	}
	s.left--
	return s.buf[1-s.left]
}

// Float64 returns a uniform number in [0, 1), a multiple of 2^-53.
func (s *Source) Float64() float64 {
	return uniform(s.Uint64())
}

// uniform returns the number in [0, 1) that 64 random bits stand for.
func uniform(bits uint64) float64 { return float64(bits>>11) * 0x1p-53 }

// IntN returns a uniform integer in [0, n), by Lemire's multiplication without
// its rejection step: the bias is below n * 2^-64.
func (s *Source) IntN(n int) int {
	if n <= 0 {
		panic("random: IntN of a range without numbers")
	}
	hi, _ := bits.Mul64(s.Uint64(), uint64(n))
	return int(hi)
}

// Latent draws the point z of N(0, I) that sample number i of a seed is made from.
// Training and inference share it, so that the sample is the same in both.
func Latent(z []float32, seed uint64, i int) {
	s := New(seed, Prior, 0, uint32(i))
	s.Normal(z)
}

// Shuffle puts p in a random order (Fisher and Yates).
func (s *Source) Shuffle(p []int) {
	for i := len(p) - 1; i > 0; i-- {
		j := s.IntN(i + 1)
		p[i], p[j] = p[j], p[i]
	}
}

// philox is Philox4x32 with ten rounds; constants from the paper, section 4.3.
func philox(c [4]uint32, k [2]uint32) [4]uint32 {
	const (
		m0, m1 = 0xD2511F53, 0xCD9E8D57
		w0, w1 = 0x9E3779B9, 0xBB67AE85
	)
	for range 10 {
		hi0, lo0 := bits.Mul32(m0, c[0])
		hi1, lo1 := bits.Mul32(m1, c[2])
		c = [4]uint32{hi1 ^ c[1] ^ k[0], lo1, hi0 ^ c[3] ^ k[1], lo0}
		k[0] += w0
		k[1] += w1
	}
	return c
}
