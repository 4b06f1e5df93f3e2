package infer_test

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"log"
	"os"

	"govae/infer"
	"govae/latent"
)

// Draw a picture from a decoder and print it as text.
func Example() {
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	for image, err := range decoder.Sample(context.Background(), 1, latent.SampleOptions{Seed: 1}) {
		if err != nil {
			log.Fatal(err)
		}
		for i, v := range image.Pixels {
			if i%image.W == 0 {
				fmt.Println()
			}
			fmt.Printf("%c", " .:-=+*#%@"[int(v*9)])
		}
	}
}

// Write drawn images as PNG files.
func ExampleSession_Sample() {
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	n := 0
	for image, err := range decoder.Sample(context.Background(), 1000, latent.SampleOptions{Seed: 1, Temperature: 0.8}) {
		if err != nil {
			log.Fatal(err)
		}
		f, err := os.Create(fmt.Sprintf("%04d.png", n))
		if err != nil {
			log.Fatal(err)
		}
		if err := errors.Join(png.Encode(f, image.Picture()), f.Close()); err != nil {
			log.Fatal(err)
		}
		n++
	}
}

// Encode images and decode them again.
func ExampleReconstruct() {
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
	black := infer.Images{C: encoder.C, H: encoder.H, W: encoder.W, Pixels: make([]float32, 2*encoder.C*encoder.H*encoder.W)}
	images, err := infer.Collect(infer.Reconstruct(context.Background(), encoder, decoder, black.All()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(images.Len(), "images")
}

// Reconstruct a picture of package image.
func ExampleSession_FromPicture() {
	ctx := context.Background()
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	f, err := os.Open("digit.png")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	digit, err := png.Decode(f)
	if err != nil {
		log.Fatal(err)
	}
	x, err := encoder.FromPicture(digit)
	if err != nil {
		log.Fatal(err)
	}
	mean, _, err := encoder.Encode(ctx, x.Pixels)
	if err != nil {
		log.Fatal(err)
	}
	images, err := decoder.Decode(ctx, mean)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(images.At(0).Picture().Bounds())
}

// Make new images of the classes that given images have.
func ExampleAugment() {
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
	given := infer.Images{C: encoder.C, H: encoder.H, W: encoder.W, Pixels: make([]float32, 2*encoder.C*encoder.H*encoder.W)}
	labels := []int{3, 5}
	options := infer.AugmentOptions{Method: infer.Jitter, PerClass: 100, Seed: 1}
	for image, err := range infer.Augment(context.Background(), encoder, decoder, given.All(), labels, options) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("class", image.Class, "from image", image.Sources[0], "first pixel", image.Pixels[0])
	}
}
