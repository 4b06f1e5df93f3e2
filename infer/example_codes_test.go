package infer_test

import (
	"context"
	"fmt"
	"log"

	"govae/infer"
	"govae/latent"
)

// Encode images to the latent points that stand for them.
func ExampleSession_EncodeAll() {
	encoder, err := infer.Open("encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer encoder.Close()
	black := infer.Images{C: encoder.C, H: encoder.H, W: encoder.W, Pixels: make([]float32, encoder.C*encoder.H*encoder.W)}
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
	encoder, err := infer.Open("encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer encoder.Close()
	black := infer.Images{C: encoder.C, H: encoder.H, W: encoder.W, Pixels: make([]float32, encoder.C*encoder.H*encoder.W)}
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
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	points, err := latent.OpenPoints("codes.npy", decoder.Latent)
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
func ExampleScores() {
	encoder, err := infer.Open("encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer encoder.Close()
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	images := infer.Images{C: encoder.C, H: encoder.H, W: encoder.W, Pixels: make([]float32, 2*encoder.C*encoder.H*encoder.W)}
	i, oddest, lowest := 0, 0, 0.
	for score, err := range infer.Scores(context.Background(), encoder, decoder, images.All(), infer.ScoreOptions{Draws: 16}) {
		if err != nil {
			log.Fatal(err)
		}
		if i == 0 || score.Bound < lowest {
			oddest, lowest = i, score.Bound
		}
		i++
	}
	fmt.Println("image", oddest)
}

// Compute log p(x|z) of one image and one latent point.
func ExampleSession_Likelihood() {
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	likelihood, err := decoder.Likelihood()
	if err != nil {
		log.Fatal(err)
	}
	defer likelihood.Close()
	x, z := make([]float32, decoder.C*decoder.H*decoder.W), make([]float32, decoder.Latent)
	nats, err := likelihood.Nats(context.Background(), x, z)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(-nats[0])
}

// Print how far each reconstruction is from its image.
func ExampleReconstructionNats() {
	encoder, err := infer.Open("encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer encoder.Close()
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	black := infer.Images{C: encoder.C, H: encoder.H, W: encoder.W, Pixels: make([]float32, encoder.C*encoder.H*encoder.W)}
	for nats, err := range infer.ReconstructionNats(context.Background(), encoder, decoder, black.All()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(nats)
	}
}

// Fit a mixture to points of the posteriors, and keep it in a file.
func Example_fitMixture() {
	ctx := context.Background()
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	images, _ := readImages(encoder)
	draws := latent.Draws(encoder.EncodeAll(ctx, images.All()), 1, 0)
	mixture, err := latent.FitMixture(ctx, encoder.Space(), draws, latent.FitOptions{})
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
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
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
