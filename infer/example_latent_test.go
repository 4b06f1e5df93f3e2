package infer_test

import (
	"context"
	"fmt"
	"image/png"
	"log"
	"os"

	"govae/infer"
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
	pixels := make([]float32, 4*encoder.Shape().Len())
	return infer.Images{Shape: encoder.Shape(), Pixels: pixels}, []int{0, 1, 1, 2}
}

// Walk in a straight line, and round the origin.
func ExampleInterpolate() {
	for _, path := range []infer.Path{infer.Linear, infer.Spherical} {
		for z := range infer.Interpolate(infer.Points([]float32{2, 0}, []float32{0, 2}), 3, path) {
			fmt.Printf("%.2f\n", z)
		}
	}
	// Output:
	// [2.00 0.00]
	// [1.00 1.00]
	// [0.00 2.00]
	// [2.00 0.00]
	// [1.41 1.41]
	// [0.00 2.00]
}

func ExampleSpherical() {
	a, b := []float32{1, 0}, []float32{0, 3}
	fmt.Printf("%.2f\n", infer.Linear(a, b, 0.5))
	fmt.Printf("%.2f\n", infer.Spherical(a, b, 0.5)) // 2 from the origin, in between
	// Output:
	// [0.50 1.50]
	// [1.41 1.41]
}

// Turn images into one another, through the means of their codes.
func ExampleSession_InterpolateEvenly() {
	ctx := context.Background()
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	images, _ := readImages(encoder)

	means := infer.Means(encoder.EncodeAll(ctx, images.All()))
	frames := decoder.DecodeAll(ctx, decoder.InterpolateEvenly(ctx, means, 16, infer.Linear))
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

// Change single dimensions, half way and all the way.
func ExampleEdited() {
	edits := []infer.Edit{infer.Set(0, 1.5), infer.Shift(1, -2)}
	for z := range infer.Edited(infer.Points([]float32{0, 0, 7}), edits, 0.5, 1) {
		fmt.Println(z)
	}
	// Output:
	// [0.75 -1 7]
	// [1.5 -2 7]
}

// Move images from one class toward another.
func ExampleSession_LearnAttribute() {
	ctx := context.Background()
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	images, labels := readImages(encoder)

	means := infer.Means(encoder.EncodeAll(ctx, images.All()))
	smile, err := encoder.LearnAttribute(means, labels, 1, infer.Others)
	if err != nil {
		log.Fatal(err)
	}
	smile.Toward = "smiling"
	if err := smile.WriteFile("smile.json"); err != nil {
		log.Fatal(err)
	}
	edited := infer.Edited(means, []infer.Edit{smile.Add}, 0.5)
	for image, err := range decoder.DecodeAll(ctx, edited) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(image.Picture().Bounds())
	}
}

// Read an attribute and make sure that it belongs to the model.
func ExampleReadAttribute() {
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	smile, err := infer.ReadAttribute("smile.json")
	if err != nil {
		log.Fatal(err)
	}
	if err := smile.Check(encoder); err != nil {
		log.Fatal(err)
	}
	z := make([]float32, encoder.Latent)
	smile.Add(z)
	fmt.Println(z)
}

func ExampleParseAttribute() {
	a, err := infer.ParseAttribute([]byte(`{"toward":"7","away_from":"1","direction":[0.5,-1]}`))
	fmt.Println(a.Toward, a.Direction, err)
	// Output: 7 [0.5 -1] <nil>
}

func ExampleClassMeans() {
	means, err := infer.ClassMeans(infer.Points([]float32{1, 2}, []float32{5, 6}, []float32{3, 4}), []int{0, 1, 0})
	fmt.Println(means, err)
	// Output: [[2 3] [5 6]] <nil>
}

// Decode a plane through the code of an image.
func ExampleSession_Manifold() {
	ctx := context.Background()
	encoder, decoder := openPair()
	defer encoder.Close()
	defer decoder.Close()
	images, _ := readImages(encoder)
	codes, err := infer.CollectPoints(infer.Means(encoder.EncodeAll(ctx, images.All())))
	if err != nil {
		log.Fatal(err)
	}
	plane, err := infer.Collect(decoder.Manifold(ctx, infer.ManifoldOptions{Dims: [2]int{0, 1}, Grid: 9, At: codes[0]}))
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

	activity, err := infer.MeasureActivity(infer.Means(encoder.EncodeAll(ctx, images.All())))
	if err != nil {
		log.Fatal(err)
	}
	rows, err := infer.Collect(decoder.Traverse(ctx, infer.TraverseOptions{Dims: activity.Order(), Steps: 11}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rows.Len()/11, "rows")
}

func ExampleMeasureActivity() {
	activity, err := infer.MeasureActivity(infer.Points([]float32{1, 0.5}, []float32{-1, 0.5}, []float32{0, 0.5}))
	fmt.Println(activity, activity.Order(), err)
	// Output: [1 0] [0 1] <nil>
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

// Place points of many dimensions in a picture.
func ExampleFitPrincipal() {
	points := [][]float32{{0, 0, 1}, {1, 1, 1}, {2, 2, 1}, {3, 3, 1}}
	plane, err := infer.FitPrincipal(points)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.0f %% of the variance\n", 100*plane.Share[0])
	for _, z := range points {
		x, _ := plane.Project(z)
		fmt.Printf("%.2f\n", x)
	}
	// Output:
	// 100 % of the variance
	// -2.12
	// -0.71
	// 0.71
	// 2.12
}
