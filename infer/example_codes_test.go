package infer_test

import (
	"context"
	"fmt"
	"log"

	"govae/infer"
)

// Encode images to the latent points that stand for them.
func ExampleSession_EncodeAll() {
	encoder, err := infer.Open("encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer encoder.Close()
	black := infer.Images{Shape: encoder.Shape(), Pixels: make([]float32, encoder.Shape().Len())}
	codes := encoder.EncodeAll(context.Background(), black.All())
	for z, err := range infer.Means(codes) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(z)
	}
}

// Draw five points of each image's posterior.
func ExampleDraws() {
	encoder, err := infer.Open("encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer encoder.Close()
	black := infer.Images{Shape: encoder.Shape(), Pixels: make([]float32, encoder.Shape().Len())}
	codes := encoder.EncodeAll(context.Background(), black.All())
	for z, err := range infer.Draws(codes, 5, 1) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(z)
	}
}

// Decode the latent points of a NumPy file.
func ExampleOpenPoints() {
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	points, err := infer.OpenPoints("codes.npy", decoder.Latent)
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
	images := infer.Images{Shape: encoder.Shape(), Pixels: make([]float32, 2*encoder.Shape().Len())}
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
	black := infer.Images{Shape: encoder.Shape(), Pixels: make([]float32, encoder.Shape().Len())}
	for nats, err := range infer.ReconstructionNats(context.Background(), encoder, decoder, black.All()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(nats)
	}
}

// Fit a mixture to points of the posteriors, and keep it in a file.
func ExampleSession_FitMixture() {
	ctx := context.Background()
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	images, _ := readImages(encoder)
	draws := infer.Draws(encoder.EncodeAll(ctx, images.All()), 1, 0)
	mixture, err := encoder.FitMixture(ctx, draws, infer.FitOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(mixture.Weights), "components")
	if err := mixture.WriteFile("codes.json"); err != nil {
		log.Fatal(err)
	}
}

// Sample a decoder from the mixture that was fitted to its codes.
func ExampleReadMixture() {
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	mixture, err := infer.ReadMixture("codes.json")
	if err != nil {
		log.Fatal(err)
	}
	if err := mixture.Check(decoder); err != nil {
		log.Fatal(err)
	}
	points := mixture.Points(64, infer.SampleOptions{Seed: 1})
	images, err := infer.Collect(decoder.DecodeAll(context.Background(), points))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(images.Len(), "images")
}

// Draw points of a mixture that is in memory, as after go:embed.
func ExampleParseMixture() {
	mixture, err := infer.ParseMixture([]byte(`{"latent":1,"weights":[0.25,0.75],"means":[[-3],[3]],"covariances":[[[1]],[[1]]]}`))
	if err != nil {
		log.Fatal(err)
	}
	right := 0
	for z, err := range mixture.Points(1000, infer.SampleOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		if z[0] > 0 {
			right++
		}
	}
	fmt.Printf("%.1f of the points are of the right component\n", float64(right)/1000)
	// Output: 0.8 of the points are of the right component
}
