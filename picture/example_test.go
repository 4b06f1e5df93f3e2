package picture_test

import (
	"fmt"

	"govae/images"
	"govae/picture"
)

// Six gray images make a sheet of two rows, enlarged by a whole factor.
func ExampleGrid() {
	m := picture.Images{Shape: images.Shape{H: 28, W: 28, C: 1}, Pixels: make([]float32, 6*28*28)}
	sheet := picture.Grid(m, 3)
	fmt.Println(sheet.Bounds().Size())
	// Output: (932,622)
}
