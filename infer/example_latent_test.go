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
func openPair() (encoder, decoder *infer.Session) {
	encoder, err := infer.Open("encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if decoder, err = infer.Open("decoder.onnx", infer.Options{}); err != nil {
		log.Fatal(err)
	}
	return encoder, decoder
}

// readImages stands for a program's own images, and their labels.
func readImages(encoder *infer.Session) (infer.Images, []int) {
	pixels := make([]float32, 4*encoder.C*encoder.H*encoder.W)
	return infer.Images{C: encoder.C, H: encoder.H, W: encoder.W, Pixels: pixels}, []int{0, 1, 1, 2}
}

// Turn images into one another, through the means of their codes.
func ExampleSession_InterpolateEvenly() {
	ctx := context.Background()
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	images, _ := readImages(encoder)

	means := latent.Means(encoder.EncodeAll(ctx, images.All()))
	frames := decoder.DecodeAll(ctx, decoder.InterpolateEvenly(ctx, means, 16, latent.Linear))
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
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	images, labels := readImages(encoder)

	means := latent.Means(encoder.EncodeAll(ctx, images.All()))
	smile, err := latent.LearnAttribute(encoder.Space(), means, labels, 1, latent.Others)
	if err != nil {
		log.Fatal(err)
	}
	smile.Toward = "smiling"
	if err := smile.WriteFile("smile.json"); err != nil {
		log.Fatal(err)
	}
	edited := latent.Edited(means, []latent.Edit{smile.Add}, 0.5)
	for image, err := range decoder.DecodeAll(ctx, edited) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(image.Picture().Bounds())
	}
}

// Read an attribute and make sure that it belongs to the model.
func Example_readAttribute() {
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	smile, err := latent.ReadAttribute("smile.json")
	if err != nil {
		log.Fatal(err)
	}
	if err := smile.Check(encoder.Space()); err != nil {
		log.Fatal(err)
	}
	z := make([]float32, encoder.Latent)
	smile.Add(z)
	fmt.Println(z)
}

// Decode a plane through the code of an image.
func ExampleSession_Manifold() {
	ctx := context.Background()
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	images, _ := readImages(encoder)
	codes, err := latent.Collect(latent.Means(encoder.EncodeAll(ctx, images.All())))
	if err != nil {
		log.Fatal(err)
	}
	plane, err := infer.Collect(decoder.Manifold(ctx, latent.LatticeOptions{Dims: [2]int{0, 1}, Grid: 9, At: codes[0]}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(plane.Len(), "images in 9 rows")
}

// Show what each dimension does, the most active first.
func ExampleSession_Traverse() {
	ctx := context.Background()
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	images, _ := readImages(encoder)

	activity, err := latent.MeasureActivity(latent.Means(encoder.EncodeAll(ctx, images.All())))
	if err != nil {
		log.Fatal(err)
	}
	rows, err := infer.Collect(decoder.Traverse(ctx, latent.LineOptions{Dims: activity.Order(), Steps: 11}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rows.Len()/11, "rows")
}

// Ask a decoder alone which of its dimensions matter.
func ExampleSession_Sensitivity() {
	_, decoder := openPair()
	defer decoder.Close()
	activity, stored := decoder.StoredActivity()
	if !stored {
		var err error
		if activity, err = decoder.Sensitivity(context.Background(), nil); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("the most active dimension is", activity.Order()[0])
}
