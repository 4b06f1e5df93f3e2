// Command inmemory trains a model without a file: on pictures that it draws itself, into
// sessions that it opens from the model in memory. It writes two pictures of the result:
// samples.png, and reconstructions.png with what the model makes of each image below it.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"path/filepath"

	"govae/dataset"
	"govae/export"
	"govae/images"
	"govae/infer"
	"govae/latent"
	"govae/models"
	"govae/train"
)

func main() {
	dir := flag.String("out", ".", "directory for the pictures")
	epochs := flag.Int("epochs", 30, "passes over the images")
	flag.Parse()
	if err := run(context.Background(), *dir, *epochs); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string, epochs int) error {
	all, err := images.Gather(houses(2010))
	if err != nil {
		return err
	}
	data := &dataset.Data{Name: "houses", Train: all.Slice(10, all.Len()), Test: all.Head(10)}
	vae, err := models.New(models.Config{Arch: "mlp", Image: all.Shape, Latent: 8}, 1)
	if err != nil {
		return err
	}
	metrics, err := train.Run(ctx, vae, data, train.Options{Epochs: epochs, Seed: 1})
	if err != nil {
		return err
	}
	fmt.Printf("test ELBO %.1f nats\n", metrics[len(metrics)-1].Test.ELBO())

	decoder, err := export.Decoder(vae, export.Options{})
	if err != nil {
		return err
	}
	encoder, err := export.Encoder(vae, export.Options{})
	if err != nil {
		return err
	}
	pair, err := infer.NewPair(decoder, encoder, infer.Options{})
	if err != nil {
		return err
	}
	defer pair.Close()
	prior, err := export.Sampler(vae, export.Options{}) // a decoder that draws near codes of images
	if err != nil {
		return err
	}
	sampler, err := infer.NewDecoder(prior, infer.Options{})
	if err != nil {
		return err
	}
	defer sampler.Close()
	samples := sampler.Sample(ctx, 30, latent.SampleOptions{Seed: 1})
	if err := write(filepath.Join(dir, "samples.png"), samples); err != nil {
		return err
	}
	return write(filepath.Join(dir, "reconstructions.png"), data.Test.All(), pair.Reconstruct(ctx, data.Test.All()))
}
