package main

import (
	"context"

	"govae/dataset"
	"govae/engine"
	"govae/export"
	"govae/infer"
	"govae/models"
	"govae/onnx"
	"govae/train"
)

// vae is a trained model as an application has it: two ONNX graphs and an engine.
type vae struct{ encoder, decoder *infer.Session }

// fitVAE trains a VAE on images, whose labels it does not read, for about the given
// number of steps.
func fitVAE(ctx context.Context, images *dataset.Images, steps int, seed uint64) (*vae, error) {
	const batch = 100
	unlabelled := &dataset.Images{Shape: images.Shape, Pixels: images.Pixels}
	m, err := models.New(models.Config{Arch: "mlp", Image: images.Shape, Latent: 16}, seed)
	if err != nil {
		return nil, err
	}
	perEpoch := (images.Len() + batch - 1) / batch
	// train.Run evaluates on test images after every epoch; nothing here depends on that.
	data := &dataset.Data{Name: "images", Train: unlabelled, Test: unlabelled.Head(1)}
	options := train.Options{Epochs: max(1, steps/perEpoch), Batch: min(batch, images.Len()), Seed: seed}
	if _, err := train.Run(ctx, m, data, options); err != nil {
		return nil, err
	}
	v := &vae{}
	if v.encoder, err = open(export.Encoder(m, export.Options{})); err != nil {
		return nil, err
	}
	v.decoder, err = open(export.Decoder(m, export.Options{}))
	return v, err
}

// open opens an exported graph with the engine that is there on every machine.
func open(model *onnx.Model, err error) (*infer.Session, error) {
	if err != nil {
		return nil, err
	}
	data, err := model.Marshal()
	if err != nil {
		return nil, err
	}
	return infer.OpenBytes(data, infer.Options{Engine: engine.Options{Name: "go"}})
}

// augment makes new images of the classes of s with the VAE.
func (v *vae) augment(ctx context.Context, s set, o infer.AugmentOptions) (set, error) {
	images := infer.Images{Shape: v.encoder.Shape(), Pixels: s.x}
	var made set
	for image, err := range infer.Augment(ctx, v.encoder, v.decoder, images.All(), s.labels, o) {
		if err != nil {
			return set{}, err
		}
		made.x = append(made.x, image.Pixels...)
		made.labels = append(made.labels, image.Class)
	}
	return made, nil
}
