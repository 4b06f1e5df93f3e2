package main

import (
	"context"

	"govae/dataset"
	"govae/engine"
	"govae/export"
	"govae/infer"
	"govae/models"
	"govae/train"
)

// fitVAE trains a VAE on images, whose labels it does not read, for about the given
// number of steps.
func fitVAE(ctx context.Context, images *dataset.Images, steps int, seed uint64) (*infer.Pair, error) {
	const batch = 100
	unlabelled := *images
	unlabelled.Labels = nil
	m, err := models.New(models.Config{Arch: "mlp", Image: images.Shape, Latent: 16}, seed)
	if err != nil {
		return nil, err
	}
	perEpoch := (images.Len() + batch - 1) / batch
	// train.Run evaluates on test images after every epoch; nothing here depends on that.
	data := &dataset.Data{Name: "images", Train: &unlabelled, Test: unlabelled.Head(1)}
	options := train.Options{Epochs: max(1, steps/perEpoch), Batch: min(batch, images.Len()), Seed: seed}
	if _, err := train.Run(ctx, m, data, options); err != nil {
		return nil, err
	}
	return pairOf(m)
}

// everywhere chooses the engine that is there on every machine.
var everywhere = infer.Options{Engine: engine.Options{Name: "go"}}

// pairOf opens a trained model.
func pairOf(m *models.VAE) (*infer.Pair, error) {
	encoder, err := export.Encoder(m, export.Options{})
	if err != nil {
		return nil, err
	}
	decoder, err := export.Decoder(m, export.Options{})
	if err != nil {
		return nil, err
	}
	return infer.NewPair(decoder, encoder, everywhere)
}

// augment makes new images of the classes of s with a VAE.
func augment(ctx context.Context, vae *infer.Pair, s set, o infer.AugmentOptions) (set, error) {
	images := infer.Images{Shape: vae.Encoder.Shape(), Pixels: s.x}
	var made set
	for image, err := range vae.Augment(ctx, images.All(), s.labels, o) {
		if err != nil {
			return set{}, err
		}
		made.x = append(made.x, image.Pixels...)
		made.labels = append(made.labels, image.Class)
	}
	return made, nil
}
