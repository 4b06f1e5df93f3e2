package train

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"govae/images"
	"govae/latent"
	"govae/models"
	"govae/picture"
)

// The pictures of a model directory.
const (
	LossPicture            = "loss.png"
	ReconstructionsPicture = "reconstructions.png"
	SamplesPicture         = "samples.png"
	ManifoldPicture        = "manifold.png"
)

// files are all that a run writes in its directory.
var files = []string{
	CheckpointFile, PreviousCheckpointFile, models.WeightsFile, models.ConfigFile, MetricsFile,
	LossPicture, ReconstructionsPicture, SamplesPicture, ManifoldPicture, CardFile, EventsFile, models.ClassifierFile, models.PriorFile,
}

// removeRun deletes what an earlier run left in dir, so that nothing in it is of
// two runs.
func removeRun(dir string) error {
	for _, name := range files {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return removeEpochPictures(dir)
}

// What the pictures show.
const (
	reconstructed   = 40 // test images
	reconstructRow  = 10
	sampleRow       = 8
	samples         = sampleRow * sampleRow
	mostRows        = 32 // of samples by class: with more a picture is too high to look at
	manifoldGrid    = 15
	manifoldExtreme = 4 // of both latent dimensions
)

// pictures writes all pictures of the present weights, those of samples as writeSamples does.
func (r *run) pictures(e *models.Evaluator, prior *latent.Mixture) error {
	path := func(name string) string { return filepath.Join(r.Dir, name) }
	if err := picture.Loss(path(LossPicture), r.curves()...); err != nil {
		return err
	}
	if err := r.writeReconstructions(e, path(ReconstructionsPicture)); err != nil {
		return err
	}
	if err := r.writeSamples(e, prior, path(SamplesPicture)); err != nil {
		return err
	}
	l := r.m.Config.Latent
	if l != 2 || r.m.Config.Conditional { // of which every class has a plane of its own
		return nil
	}
	points, err := latent.Collect(latent.Lattice(latent.Space{Dims: l}, latent.LatticeOptions{Range: [2]float64{-manifoldExtreme, manifoldExtreme}, Grid: manifoldGrid}))
	if err != nil {
		return err
	}
	tiles := r.images(e.Decode(slices.Concat(points...)))
	return picture.Manifold(path(ManifoldPicture), tiles, [2]int{0, 1}, manifoldGrid, -manifoldExtreme, manifoldExtreme)
}

// writeReconstructions writes test images above their reconstructions.
func (r *run) writeReconstructions(e *models.Evaluator, path string) error {
	index := r.test.FromAllClasses(reconstructed)
	n := len(index)
	originals := make([]float32, n*r.m.Config.Image.Len())
	r.pipeline.floats(originals, r.test, index, testSplit)
	pairs := picture.Pairs(r.images(originals), r.images(reconstruct(e, originals, labels(r.test, index, r.m.Config)...)), min(n, reconstructRow))
	return picture.WritePNG(path, pairs)
}

// writeSamples writes new images, of the same noise in all epochs: of a prior, or of N(0, I) if
// that is nil.
func (r *run) writeSamples(e *models.Evaluator, prior *latent.Mixture, path string) error {
	z, label, err := r.sampled(prior)
	if err != nil {
		return err
	}
	made := r.images(e.Decode(z, label...))
	if label == nil {
		return picture.WritePNG(path, picture.Grid(made, sampleRow))
	}
	return picture.Rows(path, made, picture.RowLabels{
		Rows: r.m.Config.Labels[:made.Len()/sampleRow], Columns: latent.Linspace(0, sampleRow-1, sampleRow), X: "sample",
	})
}

// sampled returns the latent points of [SamplesPicture] and, of a conditional model, their
// labels: a row for each class then, the first ones where there are too many, all of the
// same points, so that a column shows what they tell beside the class.
func (r *run) sampled(prior *latent.Mixture) (z []float32, label [][]float32, err error) {
	n := samples
	if classes := r.m.Config.Classes(); classes > 0 {
		n = sampleRow * min(classes, mostRows)
		label = [][]float32{make([]float32, n*classes)}
		for i := range n {
			models.OneHot(label[0][i*classes:(i+1)*classes], classes, i/sampleRow)
		}
	}
	each := n // points that differ
	if label != nil {
		each = sampleRow
	}
	o := latent.SampleOptions{Seed: r.Seed}
	for row := range n / each {
		drawn := latent.Prior(r.m.Config.Latent, each, o)
		switch {
		case prior != nil && prior.OfClasses():
			drawn = prior.Of(row).NearExemplars(each, o)
		case prior != nil:
			drawn = prior.NearExemplars(each, o)
		}
		points, err := latent.Collect(drawn)
		if err != nil {
			return nil, nil, err
		}
		z = append(z, slices.Concat(points...)...)
	}
	return z, label, nil
}

func (r *run) images(pixels []float32) picture.Images {
	s := r.m.Config.Image
	return picture.Images{Shape: s, Pixels: images.ChannelsFirst(pixels, s)}
}

// reconstruct returns the images decoded from the posterior means of x.
func reconstruct(e *models.Evaluator, x []float32, label ...[]float32) []float32 {
	mean, _ := e.Encode(x, label...)
	return e.Decode(mean, label...)
}

// curves returns the loss terms by epoch.
func (r *run) curves() []picture.Curve {
	curves := []picture.Curve{{Name: "train"}, {Name: "test"}}
	if r.validation != nil {
		curves = append(curves, picture.Curve{Name: "validation"})
	}
	for _, m := range r.metrics {
		terms := []Terms{m.Train, m.Test}
		if m.Validation != nil {
			terms = append(terms, *m.Validation)
		}
		for i, t := range terms[:min(len(terms), len(curves))] {
			c := &curves[i]
			c.Epoch = append(c.Epoch, m.Epoch)
			c.ELBO = append(c.ELBO, t.ELBO())
			c.Reconstruction = append(c.Reconstruction, t.Reconstruction)
			c.KL = append(c.KL, t.KL)
		}
	}
	return curves
}
