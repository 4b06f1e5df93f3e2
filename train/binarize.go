package train

import (
	"fmt"

	"govae/dataset"
	"govae/internal/random"
	"govae/models"
)

// Binarize says how gray images become black and white: each value, in [0, 1], becomes 1
// with that probability, else 0, so that a Bernoulli likelihood is one of images (Salakhutdinov
// and Murray 2008; dynamically in Burda et al. 2016, arXiv 1509.00519, section 5). Images for
// validation and for testing, and those that statistics are computed of, are drawn once, alike
// for all seeds. The zero value leaves images gray.
type Binarize string

const (
	Dynamic Binarize = "dynamic" // training images are drawn anew in each epoch
	Static  Binarize = "static"  // training images are drawn once too, alike for all seeds
)

// Binarizations are the kinds of [Options.Binarize].
func Binarizations() []Binarize { return []Binarize{Dynamic, Static} }

// check returns an error unless b is known and suits a model.
func (b Binarize) check(c models.Config) error {
	switch b {
	case "":
		return nil
	case Dynamic, Static:
		if c.Likelihood != models.Bernoulli {
			return fmt.Errorf("images of 0 and 1 want the likelihood %s, not %s", models.Bernoulli, c.Likelihood)
		}
		return nil
	}
	return fmt.Errorf("unknown binarization %q: choose one of %q", b, Binarizations())
}

// draws names the draws of images, for [random.New].
type draws struct{ seed, epoch uint64 }

// of returns the draws for an epoch of training, or for a split in evaluation.
func (b Binarize) of(seed uint64, domain random.Domain, epoch int) draws {
	switch {
	case domain != random.TrainNoise:
		return draws{epoch: uint64(epoch)}
	case b == Dynamic:
		return draws{seed, uint64(trainSplit) + 1 + uint64(epoch)}
	}
	return draws{epoch: uint64(trainSplit)}
}

// draw makes an image binary, given its number in the source.
func (d draws) draw(x []float32, image int) {
	r := random.New(d.seed, random.Binary, uint32(d.epoch), uint32(image))
	r.Bernoulli(x)
}

// floats writes images to x as an evaluation of the split sees them.
func (p *pipeline) floats(x []float32, images *dataset.Images, index []int, s split) {
	images.Floats(x, index)
	if p.binarize == "" {
		return
	}
	n := images.Shape.Len()
	for i, image := range index {
		p.binarize.of(0, random.EvalNoise, int(s)).draw(x[i*n:(i+1)*n], images.Number(image))
	}
}
