package train_test

import (
	"context"
	"fmt"
	"log"

	"govae/dataset"
	"govae/models"
	"govae/train"
)

// A model of the built-in digits, trained in memory.
func Example() {
	ctx := context.Background()
	source, err := dataset.Open("digits", dataset.Options{Limit: 256})
	if err != nil {
		log.Fatal(err)
	}
	data, err := source.Load(ctx)
	if err != nil {
		log.Fatal(err)
	}
	config := models.Config{Arch: "mlp", Image: data.Train.Shape, Hidden: []int{32}}
	vae, err := models.New(config, 1)
	if err != nil {
		log.Fatal(err)
	}
	metrics, err := train.Run(ctx, vae, data, train.Options{Epochs: 3, Batch: 64})
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range metrics {
		fmt.Println(m.Epoch, m.Step, m.Test.ELBO() > -600)
	}
	// Output:
	// 1 4 true
	// 2 8 true
	// 3 12 true
}
