package train

import (
	"context"
	"path/filepath"

	"govae/dataset"
	"govae/models"
)

// complete ends a run after its last epoch: it sets the final weights and finishes the directory.
func (r *run) complete(ctx context.Context) error {
	copy(r.m.Theta, r.optimiser.average)
	if r.kept != nil {
		copy(r.m.Theta, r.kept)
		copy(r.m.State, r.keptState)
	} else if err := r.calibrate(ctx); err != nil { // as the last epoch did
		return err
	}
	var err error
	if r.group.First() {
		err = r.finish(ctx, r.train)
	}
	return r.group.Agree(err)
}

// stoppedImages is the largest number of training images that are encoded for statistics when a run is
// stopped: whoever stops it does not want to wait for all.
const stoppedImages = 4000

// finishStopped finishes the directory of a stopped run for the weights of its latest epoch, which can then
// be used like those of a shorter run. Several ranks do not, as launchers soon end them.
func (r *run) finishStopped() error {
	if r.Dir == "" || r.group != nil || r.state.Epoch == 0 {
		return nil
	}
	if err := r.m.LoadWeights(filepath.Join(r.Dir, models.WeightsFile)); err != nil {
		return err
	}
	return r.finish(context.Background(), r.randomTrainImages(stoppedImages))
}

// finish writes what goes with the weights that are kept: statistics of the codes of these training images,
// the prior, pictures and the card.
func (r *run) finish(ctx context.Context, images *dataset.Images) error {
	codes, err := r.codes(ctx, images)
	if err != nil {
		return err
	}
	r.m.LatentStats = codes.stats
	if r.Dir == "" {
		return nil
	}
	if err := r.m.SaveWeights(r.Dir); err != nil { // again: somebody may have changed them
		return err
	}
	if err := r.saveConfig(); err != nil {
		return err
	}
	if err := r.savePrior(codes); err != nil {
		return err
	}
	if err := r.pictures(r.evaluator(), codes.prior); err != nil {
		return err
	}
	return r.writeCard()
}
