package train

import (
	"context"
	"fmt"
	"path/filepath"

	"govae/dataset"
	"govae/models"
)

// complete ends a run: it sets the final weights and finishes the model, with statistics of these
// training images.
func (r *run) complete(ctx context.Context, images *dataset.Images) error {
	copy(r.m.Theta, r.optimiser.average)
	if r.kept != nil {
		copy(r.m.Theta, r.kept)
		copy(r.m.State, r.keptState)
	} else if err := r.calibrate(ctx); err != nil { // as the last epoch did
		return err
	}
	var err error
	if r.group.First() {
		err = r.finish(ctx, images)
	}
	return r.group.Agree(err)
}

// stoppedImages is the largest number of training images that are encoded for statistics when a run is
// stopped: whoever stops it does not want to wait for all.
const stoppedImages = 4000

// finishStopped finishes the model of a stopped run, and its directory if it has one, for the weights of its
// latest epoch, which can then be used like those of a shorter run. Several ranks do not, as launchers soon
// end them.
func (r *run) finishStopped() {
	if r.group != nil || r.state.Epoch == 0 {
		return
	}
	if err := r.keepLatest(); err != nil {
		r.Warn(fmt.Sprintf("not all files are of the latest epoch: %v", err))
	}
}

// keepLatest sets the weights that the latest epoch has kept, and finishes the model with them.
func (r *run) keepLatest() error {
	ctx, images := context.Background(), r.randomTrainImages(stoppedImages)
	if r.Dir != "" {
		if err := r.m.LoadWeights(filepath.Join(r.Dir, models.WeightsFile)); err != nil {
			return err
		}
		return r.finish(ctx, images)
	}
	r.pipeline.drop()
	if r.state.Batch > 0 {
		if err := r.restore(r.state.Epoch); err != nil {
			return err
		}
	}
	return r.complete(ctx, images)
}

// finish writes what goes with the weights that are kept: statistics of the codes of these training images,
// the prior, pictures and the card.
func (r *run) finish(ctx context.Context, images *dataset.Images) error {
	codes, err := r.codes(ctx, images)
	if err != nil {
		return err
	}
	r.m.LatentStats, r.m.Validation = codes.stats, r.heldOut
	if r.m.Prior = codes.prior; r.m.Prior != nil {
		r.m.Prior.ModelID = r.m.ID()
	}
	if r.Dir == "" {
		return nil
	}
	if err := r.m.SaveWeights(r.Dir); err != nil { // again: somebody may have changed them
		return err
	}
	if err := r.saveConfig(); err != nil {
		return err
	}
	if r.m.Prior != nil {
		if err := r.m.Prior.WriteFile(filepath.Join(r.Dir, models.PriorFile)); err != nil {
			return err
		}
	}
	if err := r.pictures(r.evaluator(), codes.prior); err != nil {
		return err
	}
	return r.writeCard()
}
