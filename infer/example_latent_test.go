package infer_test

import (
	"context"
	"fmt"
	"image/png"
	"log"
	"os"

	"govae/infer"
	"govae/latent"
)

// openPair opens the two files of an exported model.
func openPair() *infer.Pair {
	vae, err := infer.OpenPair("decoder.onnx", "encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	return vae
}

// readImages stands for a program's own images, and their labels.
func readImages(vae *infer.Pair) (infer.Images, []int) {
	shape := vae.Encoder.Shape()
	return infer.Images{Shape: shape, Pixels: make([]float32, 4*shape.Len())}, []int{0, 1, 1, 2}
}

// Turn images into one another, through the means of their codes.
func ExampleDecoder_InterpolateEvenly() {
	ctx := context.Background()
	vae := openPair()
	defer vae.Close()
	images, _ := readImages(vae)

	means := latent.Means(vae.Encoder.EncodeAll(ctx, images.All()))
	frames := vae.Decoder.DecodeAll(ctx, vae.Decoder.InterpolateEvenly(ctx, means, 16, latent.Linear))
	n := 0
	for frame, err := range frames {
		if err != nil {
			log.Fatal(err)
		}
		f, err := os.Create(fmt.Sprintf("frame%03d.png", n))
		if err != nil {
			log.Fatal(err)
		}
		if err := png.Encode(f, frame.Picture()); err != nil {
			log.Fatal(err)
		}
		f.Close()
		n++
	}
}

// Move images from one class toward another.
func Example_learnAttribute() {
	ctx := context.Background()
	vae := openPair()
	defer vae.Close()
	images, labels := readImages(vae)

	means := latent.Means(vae.Encoder.EncodeAll(ctx, images.All()))
	smile, err := latent.LearnAttribute(vae.Encoder.Space(), means, labels, 1, latent.Others)
	if err != nil {
		log.Fatal(err)
	}
	smile.Toward = "smiling"
	if err := smile.WriteFile("smile.json"); err != nil {
		log.Fatal(err)
	}
	edited := latent.Edited(means, []latent.Edit{smile.Add}, 0.5)
	for image, err := range vae.Decoder.DecodeAll(ctx, edited) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(image.Picture().Bounds())
	}
}

// Read an attribute and make sure that it belongs to the model.
func Example_readAttribute() {
	vae := openPair()
	defer vae.Close()
	smile, err := latent.ReadAttribute("smile.json")
	if err != nil {
		log.Fatal(err)
	}
	if err := smile.Check(vae.Encoder.Space()); err != nil {
		log.Fatal(err)
	}
	z := make([]float32, vae.Encoder.Latent())
	smile.Add(z)
	fmt.Println(z)
}

// Decode a plane through the code of an image.
func ExampleDecoder_Manifold() {
	ctx := context.Background()
	vae := openPair()
	defer vae.Close()
	images, _ := readImages(vae)
	codes, err := latent.Collect(latent.Means(vae.Encoder.EncodeAll(ctx, images.All())))
	if err != nil {
		log.Fatal(err)
	}
	plane, err := infer.Collect(vae.Decoder.Manifold(ctx, latent.LatticeOptions{Dims: [2]int{0, 1}, Grid: 9, At: codes[0]}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(plane.Len(), "images in 9 rows")
}

// Show what each dimension does, the most active first.
func ExampleDecoder_Traverse() {
	ctx := context.Background()
	vae := openPair()
	defer vae.Close()
	images, _ := readImages(vae)

	activity, err := latent.MeasureActivity(latent.Means(vae.Encoder.EncodeAll(ctx, images.All())), nil)
	if err != nil {
		log.Fatal(err)
	}
	rows, err := infer.Collect(vae.Decoder.Traverse(ctx, latent.LineOptions{Dims: activity.Order(), Steps: 11}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rows.Len()/11, "rows")
}

// Ask a decoder alone which of its dimensions matter.
func ExampleDecoder_Activity() {
	vae := openPair()
	defer vae.Close()
	activity, meaning, err := vae.Decoder.Activity(context.Background(), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("the most active dimension, by the %s, is %d\n", meaning, activity.Order()[0])
}
