package latent_test

import (
	"fmt"
	"log"

	"govae/latent"
)

// Walk in a straight line, and round the origin.
func ExampleInterpolate() {
	for _, path := range []latent.Path{latent.Linear, latent.Spherical} {
		for z := range latent.Interpolate(latent.Of([]float32{2, 0}, []float32{0, 2}), 3, path) {
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
	fmt.Printf("%.2f\n", latent.Linear(a, b, 0.5))
	fmt.Printf("%.2f\n", latent.Spherical(a, b, 0.5)) // 2 from the origin, in between
	// Output:
	// [0.50 1.50]
	// [1.41 1.41]
}

// Change single dimensions, half way and all the way.
func ExampleEdited() {
	edits := []latent.Edit{latent.Set(0, 1.5), latent.Shift(1, -2)}
	for z := range latent.Edited(latent.Of([]float32{0, 0, 7}), edits, 0.5, 1) {
		fmt.Println(z)
	}
	// Output:
	// [0.75 -1 7]
	// [1.5 -2 7]
}

func ExampleParseAttribute() {
	a, err := latent.ParseAttribute([]byte(`{"toward":"7","away_from":"1","direction":[0.5,-1]}`))
	fmt.Println(a.Toward, a.Direction, err)
	// Output: 7 [0.5 -1] <nil>
}

func ExampleClassMeans() {
	means, err := latent.ClassMeans(latent.Of([]float32{1, 2}, []float32{5, 6}, []float32{3, 4}), []int{0, 1, 0})
	fmt.Println(means, err)
	// Output: [[2 3] [5 6]] <nil>
}

func ExampleMeasureActivity() {
	activity, err := latent.MeasureActivity(latent.Of([]float32{1, 0.5}, []float32{-1, 0.5}, []float32{0, 0.5}), nil)
	fmt.Println(activity, activity.Order(), err)
	// Output: [1 0] [0 1] <nil>
}

// Place points of many dimensions in a picture.
func ExampleFitPrincipal() {
	points := [][]float32{{0, 0, 1}, {1, 1, 1}, {2, 2, 1}, {3, 3, 1}}
	plane, err := latent.FitPrincipal(points, nil)
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

// Draw points of a mixture that is in memory, as after go:embed.
func ExampleParseMixture() {
	mixture, err := latent.ParseMixture([]byte(`{"latent":1,"weights":[0.25,0.75],"means":[[-3],[3]],"covariances":[[[1]],[[1]]]}`))
	if err != nil {
		log.Fatal(err)
	}
	right := 0
	for z, err := range mixture.Points(1000, latent.SampleOptions{}) {
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
