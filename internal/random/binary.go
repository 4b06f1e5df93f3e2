package random

// Binary is the [Domain] of the draws that make gray images binary; epoch: 0 to 2 the one
// fixed draw of the images for testing, validation and training, 3 and on the epochs of
// training; index: the image. The fixed draws are those of seed 0, whatever a run's seed is:
// they are data.
const Binary Domain = 64

// Bernoulli puts 1 in the place of each probability in x with that probability, else 0. It
// draws 32 bits for each, the lower half of a word first: 0 stays 0, and 1 stays 1.
func (s *Source) Bernoulli(x []float32) {
	var bits uint64
	for i, p := range x {
		if i%2 == 0 {
			bits = s.Uint64()
		}
		x[i] = 0
		if float64(uint32(bits))*0x1p-32 < float64(p) {
			x[i] = 1
		}
		bits >>= 32
	}
}
