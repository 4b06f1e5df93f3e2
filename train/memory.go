package train

import "govae/models"

// Memory returns how many bytes training a model takes at least, by the number of images in a batch: the
// vectors that are laid out like the parameters, and activations with their gradients. The data set comes
// on top.
func Memory(c models.Config, batch int) (bytes int64, err error) {
	size, err := c.Size()
	const vectors = 5 // weights, gradient, average, two moments
	const batches = 2 // of inputs: one is trained on, one prepared
	return 4 * (vectors*int64(size.Params) + int64(batch)*int64(size.Activations+batches*size.Inputs)), err
}

// checkMemory returns an error if the run takes more memory than there is for it. The weights
// are there already.
func (r *run) checkMemory(m *models.VAE) error {
	have, known := r.available()
	if !known {
		return nil
	}
	draws := drawsOf(newObjective(r.Options))
	need, err := Memory(m.Config, r.Batch*draws) // somewhat less, as images are encoded once
	if err != nil {
		return err
	}
	if have += 4 * int64(len(m.Theta)); need > have {
		return &MemoryError{m.Config, r.Batch, draws, need, have}
	}
	return nil
}
