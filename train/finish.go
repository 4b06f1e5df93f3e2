package train

import (
	"context"
	"fmt"
	"path/filepath"

	"govae/dataset"
	"govae/models"
)

// complete sets the final weights and does what is done with them, by codes of these training images.
func (r *run) complete(ctx context.Context, images *dataset.Images) error {
	copy(r.m.Theta, r.optimiser.average)
	if r.kept != nil {
		copy(r.m.Theta, r.kept)
		copy(r.m.State, r.keptState)
	} else if err := r.polish(ctx); err != nil { // as the last epoch did
		return err
	}
	var err error
	if r.group.First() {
		err = r.finish(ctx, images)
	}
	return r.group.Agree(err)
}

// leaveImages is how many training images the codes of a run that is stopped are told by, at most: whoever
// stops it does not want to wait for all.
const leaveImages = 4000

// leave finishes the model, and the directory if there is one, of a run that is stopped, for the weights
// that its latest epoch has kept, so that they are as good to use as those of a shorter run. Several ranks
// do not: launchers end them soon.
func (r *run) leave() {
	if r.group != nil || r.state.Epoch == 0 {
		return
	}
	if err := r.keepLatest(); err != nil {
		r.Warn(fmt.Sprintf("not all files are of the latest epoch: %v", err))
	}
}

func (r *run) keepLatest() error {
	ctx, images := context.Background(), r.some(leaveImages)
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

// finish does what is done with weights that are kept: statistics of the codes of these training images,
// pictures and the card.
func (r *run) finish(ctx context.Context, images *dataset.Images) error {
	codes, err := r.codes(ctx, images)
	if err != nil {
		return err
	}
	r.m.LatentStats = codes.stats
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
