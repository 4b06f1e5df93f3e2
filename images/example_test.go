package images_test

import (
	"fmt"

	"govae/images"
)

// Numbers of a program become a set to train on, and images of a set what models take.
func ExampleGather() {
	two := images.Batch{Shape: images.Shape{H: 1, W: 2, C: 1}, Pixels: []float32{0, 0.2, 0.4, 1}}
	set, err := images.Gather(two.All())
	if err != nil {
		panic(err)
	}
	set.Labels = []int{0, 1}
	fmt.Println(set.Len(), "images of", set.Shape, set.Pixels)
	for image := range set.All() {
		fmt.Println(image.Pixels)
	}
	// Output:
	// 2 images of 1x2x1 [0 51 102 255]
	// [0 0.2]
	// [0.4 1]
}
