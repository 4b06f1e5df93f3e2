package dataset_test

import (
	"context"
	"fmt"
	"log"

	"govae/dataset"
)

func Example() {
	source, err := dataset.Open("digits", dataset.Options{Limit: 100})
	if err != nil {
		log.Fatal(err)
	}
	data, err := source.Load(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(data.Train.Len(), "training images of", data.Train.Shape)
	fmt.Println(data.Test.Len(), "test images")

	batch := make([]float32, 2*data.Train.Shape.Len())
	data.Train.Floats(batch, []int{7, 3})
	fmt.Println("a batch of a", data.Train.Labels[7], "and a", data.Train.Labels[3])
	// Output:
	// 100 training images of 28x28x1
	// 4000 test images
	// a batch of a 7 and a 3
}

// Read all images that a program's user names, scaled to the size that a model takes.
func ExampleReadFiles() {
	images, err := dataset.ReadFiles(context.Background(), []string{"photos", "cat.jpg"}, dataset.Options{
		Shape: dataset.Shape{H: 28, W: 28, C: 1},
	})
	if err != nil {
		log.Fatal(err)
	}
	for i, name := range images.Names {
		fmt.Println(name, images.Class(i), len(images.At(i)))
	}
}
