// Command quickstart goes the whole way through the Go API: it trains a model on
// the built-in digits, exports it to ONNX and generates new digits from the file.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"path/filepath"

	"govae/dataset"
	"govae/engine"
	"govae/export"
	"govae/infer"
	"govae/latent"
	"govae/models"
	"govae/train"
)

func main() {
	dir := flag.String("out", "quickstart-model", "directory to write")
	limit := flag.Int("limit", 2000, "training images")
	epochs := flag.Int("epochs", 3, "passes over them")
	flag.Parse()
	if err := run(context.Background(), *dir, *limit, *epochs); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string, limit, epochs int) error {
	// Train.
	source, err := dataset.Open("digits", dataset.Options{Limit: limit})
	if err != nil {
		return err
	}
	data, err := source.Load(ctx)
	if err != nil {
		return err
	}
	vae, err := models.New(models.Config{Image: data.Train.Shape}, 1)
	if err != nil {
		return err
	}
	metrics, err := train.Run(ctx, vae, data, train.Options{Dir: dir, Epochs: epochs, Seed: 1, Force: true})
	if err != nil {
		return err
	}
	fmt.Printf("test ELBO %.1f nats\n", metrics[len(metrics)-1].Test.ELBO())

	// Export, verified by the engine that will run the files.
	e, err := engine.New(engine.Options{})
	if err != nil {
		return err
	}
	paths := export.Paths{Decoder: filepath.Join(dir, "decoder.onnx"), Encoder: filepath.Join(dir, "encoder.onnx")}
	if _, err := export.Write(ctx, vae, paths, e, export.Options{}); err != nil {
		return err
	}

	// Generate.
	decoder, err := infer.OpenDecoder(paths.Decoder, infer.Options{})
	if err != nil {
		return err
	}
	defer decoder.Close()
	images, err := infer.Collect(decoder.Sample(ctx, 64, latent.SampleOptions{Seed: 1}))
	if err != nil {
		return err
	}
	fmt.Printf("%d new images of %dx%d pixels\n", images.Len(), images.H, images.W)
	return nil
}
