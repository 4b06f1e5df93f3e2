package infer_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"govae/infer"
	"govae/latent"
)

// Encode images to the latent points that stand for them.
func ExampleEncoder_EncodeAll() {
	encoder, err := infer.OpenEncoder("encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer encoder.Close()
	shape := encoder.Shape()
	black := infer.Images{Shape: shape, Pixels: make([]float32, shape.Len())}
	codes := encoder.EncodeAll(context.Background(), black.All())
	for z, err := range latent.Means(codes) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(z)
	}
}

// Draw five points of each image's posterior.
func Example_draws() {
	encoder, err := infer.OpenEncoder("encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer encoder.Close()
	shape := encoder.Shape()
	black := infer.Images{Shape: shape, Pixels: make([]float32, shape.Len())}
	codes := encoder.EncodeAll(context.Background(), black.All())
	for z, err := range latent.Draws(codes, 5, 1) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(z)
	}
}

// Decode the latent points of a NumPy file.
func Example_openPoints() {
	decoder, err := infer.OpenDecoder("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	points, err := latent.OpenPoints("codes.npy", decoder.Latent())
	if err != nil {
		log.Fatal(err)
	}
	images, err := infer.Collect(decoder.DecodeAll(context.Background(), points.From(0)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(images.Len(), "images")
}

// Find the image that a model finds least likely.
func ExamplePair_Scores() {
	vae, err := infer.OpenPair("decoder.onnx", "encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer vae.Close()
	shape := vae.Encoder.Shape()
	images := infer.Images{Shape: shape, Pixels: make([]float32, 2*shape.Len())}
	oddest := infer.Score{Bound: math.Inf(1)}
	for score, err := range vae.Scores(context.Background(), images.All(), infer.ScoreOptions{Draws: 16}) {
		if err != nil {
			log.Fatal(err)
		}
		if score.Bound < oddest.Bound {
			oddest = score
		}
	}
	fmt.Println("image", oddest.Index)
}

// Compute log p(x|z) of one image and one latent point.
func ExampleDecoder_Likelihood() {
	decoder, err := infer.OpenDecoder("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	likelihood, err := decoder.Likelihood()
	if err != nil {
		log.Fatal(err)
	}
	defer likelihood.Close()
	x, z := make([]float32, decoder.Shape().Len()), make([]float32, decoder.Latent())
	nats, err := likelihood.Nats(context.Background(), x, z)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(-nats[0])
}

// Print how far each reconstruction is from its image.
func ExamplePair_ReconstructionNats() {
	vae, err := infer.OpenPair("decoder.onnx", "encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer vae.Close()
	shape := vae.Encoder.Shape()
	black := infer.Images{Shape: shape, Pixels: make([]float32, shape.Len())}
	for nats, err := range vae.ReconstructionNats(context.Background(), black.All()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(nats)
	}
}

// Fit a mixture to points of the posteriors, and keep it in a file.
func Example_fitMixture() {
	ctx := context.Background()
	vae := openPair()
	defer vae.Close()
	images, _ := readImages(vae)
	draws := latent.Draws(vae.Encoder.EncodeAll(ctx, images.All()), 1, 0)
	mixture, err := latent.FitMixture(ctx, vae.Encoder.Space(), draws, latent.FitOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(mixture.Weights), "components")
	if err := mixture.WriteFile("codes.json"); err != nil {
		log.Fatal(err)
	}
}

// Sample a decoder from the mixture that was fitted to its codes.
func Example_readMixture() {
	decoder, err := infer.OpenDecoder("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	mixture, err := latent.ReadMixture("codes.json")
	if err != nil {
		log.Fatal(err)
	}
	if err := mixture.Check(decoder.Space()); err != nil {
		log.Fatal(err)
	}
	points := mixture.Points(64, latent.SampleOptions{Seed: 1})
	images, err := infer.Collect(decoder.DecodeAll(context.Background(), points))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(images.Len(), "images")
}

// Watch images as they come, and stop at the first odd one.
func ExamplePair_Scores_stream() {
	vae := openPair()
	defer vae.Close()
	camera := func(yield func(infer.Image, error) bool) { // an endless stream
		images, _ := readImages(vae)
		for yield(images.At(0), nil) {
		}
	}
	for score, err := range vae.Scores(context.Background(), camera, infer.ScoreOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		if score.ELBO < -200 {
			fmt.Println("image", score.Index, "is odd")
			break // the camera is asked for no more images
		}
	}
}
