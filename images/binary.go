package images

import (
	"slices"

	"govae/internal/random"
)

// Drawn names a split for [Image.Binary]: each has its own fixed draws.
type Drawn uint32

// The splits of a data set, whose images are numbered from 0 on in each.
const (
	TestDraw  Drawn = 0 // also of images that belong to no split
	TrainDraw Drawn = 2
)

// Binary returns a binarised image: each value becomes 1 with itself as the probability, else 0,
// as for published likelihoods of binarised digits (R. Salakhutdinov and I. Murray, "On the
// Quantitative Analysis of Deep Belief Networks", 2008). The draw of image number i of a source
// ([Set.Number]) is always the same, and the one that training with binarised images uses.
func (m Image) Binary(split Drawn, i int) Image {
	x := ChannelsLast(slices.Clone(m.Pixels), m.Shape)
	s := random.New(0, random.Binary, uint32(split), uint32(i))
	s.Bernoulli(x)
	return Image{m.Shape, ChannelsFirst(x, m.Shape)}
}
