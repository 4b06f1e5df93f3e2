package picture

import (
	"fmt"

	"gonum.org/v1/plot/vg"
)

// TrainingRun are the ELBOs of a training run, in nats per image, after each of its epochs,
// which was over so many seconds after the start.
type TrainingRun struct {
	Name        string
	Epoch       []int
	Seconds     []float64
	Train, Test []float64
}

// Runs writes a PNG of two panels that compare training runs: their ELBOs by epoch and by
// seconds. Those of test images are lines, those of training images dashed. Values that are
// not finite are left out.
func Runs(path string, runs ...TrainingRun) error {
	var byEpoch, bySeconds []line
	for i, r := range runs {
		if n := len(r.Epoch); len(r.Seconds) != n || len(r.Train) != n || len(r.Test) != n {
			return fmt.Errorf("picture: the run %q has %d epochs with %d times and %d and %d values: want as many of each",
				r.Name, n, len(r.Seconds), len(r.Train), len(r.Test))
		}
		test := line{name: drawable(shorten(r.Name, longestLegend)), y: r.Test, color: classColors[i%len(classColors)]}
		train := line{y: r.Train, color: test.color, dashed: true}
		for _, epoch := range r.Epoch {
			test.x, train.x = append(test.x, float64(epoch)), append(train.x, float64(epoch))
		}
		byEpoch = append(byEpoch, train, test)
		test.x, train.x = r.Seconds, r.Seconds
		bySeconds = append(bySeconds, train, test)
	}
	const title = "ELBO of test images (of training images dashed)"
	return writePanels(path, 13*vg.Inch, panel(title, "epoch", byEpoch), panel(title, "seconds of training", bySeconds))
}
