package train

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"govae/dataset"
	"govae/images"
	"govae/models"
)

// ClassifierFigures tell about the classifier of a run.
type ClassifierFigures struct {
	Labelled   int     `json:"labelled"`   // images with a label, to which it was fitted
	Unlabelled int     `json:"unlabelled"` // images without one, of which it tells the class
	Steps      int     `json:"steps"`
	Seconds    float64 `json:"seconds"` // that fitting it took
	// The share of images for which it tells another class than their label.
	Test       float64  `json:"test_error"`
	Validation *float64 `json:"validation_error,omitempty"`
}

// labelling says which training images of a run have labels.
type labelling struct {
	known, unknown *dataset.Images // images with labels and without; unknown is nil if all have one
	places         []int           // indices of unknown among the training images
	figures        ClassifierFigures
}

// FitsClassifier reports whether a run of a conditional model fits a classifier: where it is asked
// for, or where images have no label.
func (o Options) FitsClassifier(data *dataset.Data) bool {
	return o.Classifier || o.LabelsPerClass > 0 || data.Unlabelled != nil
}

// prepareLabels joins all images to train on, those without a label last, and hides the labels beyond
// LabelsPerClass.
func (r *run) prepareLabels(data *dataset.Data, m *models.VAE) (err error) {
	steps := r.ClassifierSteps
	r.ClassifierSteps = 0
	if !m.Config.Conditional {
		if r.Classifier || r.LabelsPerClass > 0 {
			return errors.New("a classifier and few labels are for models that are conditional on a class")
		}
		if data.Unlabelled != nil {
			r.train = images.Join(r.train, data.Unlabelled)
		}
		return nil
	}
	if !r.FitsClassifier(data) {
		return nil
	}
	r.ClassifierSteps = cmp.Or(steps, DefaultClassifierSteps)
	l := &labelling{known: r.train}
	if r.LabelsPerClass > 0 {
		var some []int
		if some, l.places, err = dataset.SomeLabels(r.train, m.Config.Labels, r.LabelsPerClass, r.Seed); err != nil {
			return fmt.Errorf("%s: %w", data.Name, err)
		}
		l.known = r.train.Select(some)
	}
	all := *r.train
	if data.Unlabelled != nil {
		for i := range data.Unlabelled.Len() {
			l.places = append(l.places, r.train.Len()+i)
		}
		all = *images.Join(r.train, data.Unlabelled)
	}
	all.Labels = make([]int, all.Len()) // until the classifier has told them
	copy(all.Labels, r.train.Labels)
	if len(l.places) > 0 {
		l.unknown = all.Select(l.places)
	}
	l.figures = ClassifierFigures{Labelled: l.known.Len(), Unlabelled: len(l.places), Steps: r.ClassifierSteps}
	r.train, r.labelling = &all, l
	return nil
}

// classify labels the training images without a label by a classifier. That is fitted first, unless the
// directory holds the run's classifier.
func (r *run) classify(ctx context.Context) error {
	l := r.labelling
	if l == nil {
		return nil
	}
	start := r.pace.now()
	c, err := models.NewClassifier(r.m.Config, r.Seed)
	if err != nil {
		return err
	}
	stored := false
	if r.group.First() { // whose classifier all ranks have
		stored, err = r.fitClassifier(cmp.Or(r.asked, ctx), c)
	}
	if err = r.group.Agree(err); err == nil {
		err = r.group.Broadcast(c.Theta)
	}
	if err != nil {
		return err
	}
	classifier := predictor{kernel: r.kernel, net: c.NewNetwork(predictorBatch)}
	if l.unknown != nil {
		classes, err := classifier.classes(ctx, l.unknown)
		if err != nil {
			return err
		}
		for i, class := range classes {
			r.train.Labels[l.places[i]] = class
		}
	}
	if !stored {
		if l.figures.Test, err = classifier.errorRate(ctx, r.test); err != nil {
			return err
		}
		if r.validation != nil {
			wrong, err := classifier.errorRate(ctx, r.validation)
			if err != nil {
				return err
			}
			l.figures.Validation = &wrong
		}
		if err := r.storeClassifier(c); err != nil {
			return err
		}
	}
	r.m.Classifier, r.pace.before = c, r.pace.now().Sub(start)
	r.OnClassifier(l.figures)
	return nil
}

// fitClassifier fits a new classifier, or takes the stored one of the run.
func (r *run) fitClassifier(ctx context.Context, c *models.Classifier) (stored bool, err error) {
	l, start := r.labelling, r.pace.now()
	earlier, err := r.storedClassifier()
	if err != nil {
		return false, err
	}
	if earlier != nil {
		copy(c.Theta, earlier.Theta)
		return true, nil
	}
	t := classifierTrainer{fixMatch: tuned, m: c, kernel: r.kernel, known: l.known, unknown: l.unknown, augment: r.Augment, seed: r.Seed, steps: r.ClassifierSteps}
	if err := t.fit(ctx, func(step int) { r.OnClassifierStep(step, t.steps) }); err != nil {
		return false, err
	}
	l.figures.Seconds = r.pace.now().Sub(start).Seconds()
	return false, nil
}

// The metadata of [models.ClassifierFile].
const (
	classifierSettings = "settings" // those of the run
	classifierFigures  = "figures"
)

// storeClassifier writes the classifier, where there is a directory, with what it belongs to.
func (r *run) storeClassifier(c *models.Classifier) error {
	if r.Dir == "" {
		return nil
	}
	settings, err := json.Marshal(r.settings)
	if err != nil {
		return err
	}
	figures, err := json.Marshal(r.labelling.figures)
	if err != nil {
		return err
	}
	return c.Save(r.Dir, map[string]string{classifierSettings: string(settings), classifierFigures: string(figures)})
}

// storedClassifier returns the classifier that the run has left in its directory, or nil. One that is damaged
// or of another run counts as none, since fitting it again gives the same.
func (r *run) storedClassifier() (*models.Classifier, error) {
	if r.Dir == "" {
		return nil, nil
	}
	settings, err := json.Marshal(r.settings)
	if err != nil {
		return nil, err
	}
	c, metadata, err := models.LoadClassifier(r.Dir, r.m.Config)
	var figures ClassifierFigures
	if err == nil {
		err = json.Unmarshal([]byte(metadata[classifierFigures]), &figures)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		r.Warn(fmt.Sprintf("%v; fitting the classifier again", err))
		return nil, nil
	case metadata[classifierSettings] != string(settings):
		r.Warn(fmt.Sprintf("%s is not of this run; fitting the classifier again", filepath.Join(r.Dir, models.ClassifierFile)))
		return nil, nil
	}
	r.labelling.figures = figures
	return c, nil
}
