package images

import (
	"slices"

	"govae/internal/random"
)

// Drawn says which of its fixed draws a black and white image comes from.
type Drawn uint32

// The splits of a data set, whose images are numbered from 0 on in each.
const (
	TestDraw  Drawn = 0 // also of images that belong to no split
	TrainDraw Drawn = 2
)

// Binary returns a black and white image: each value is 1 with itself as the probability,
// else 0. That is how likelihoods of binarised digits are published (R. Salakhutdinov and
// I. Murray, "On the Quantitative Analysis of Deep Belief Networks", 2008). The draw of
// image number i of a source ([Set.Number]) is fixed, and that of training with such images.
func (m Image) Binary(split Drawn, i int) Image {
	x := ChannelsLast(slices.Clone(m.Pixels), m.Shape)
	s := random.New(0, random.Binary, uint32(split), uint32(i))
	s.Bernoulli(x)
	return Image{m.Shape, ChannelsFirst(x, m.Shape)}
}
