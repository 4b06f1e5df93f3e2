package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/train"
)

// addLabels adds the flags about the labels of training images.
func (f *flags) addLabels(p *pflag.FlagSet) {
	p.IntVar(&f.train.LabelsPerClass, "labels-per-class", 0, "with --conditional: keep the labels of `N` training images of each class, and let a classifier tell those of all others (0: keep all)")
	p.BoolVar(&f.train.Classifier, "classifier", false, "with --conditional: fit a classifier also where all labels are known, which vae-export writes too")
	p.IntVar(&f.train.ClassifierSteps, "classifier-steps", train.DefaultClassifierSteps, "steps in which a classifier is fitted")
}

// checkLabels finds what is wrong with the flags of addLabels.
func (f *flags) checkLabels(p *pflag.FlagSet) error {
	o := f.train
	switch {
	case o.LabelsPerClass < 0:
		return cli.Usagef("--labels-per-class %d: want a number of images, or 0 to keep all labels", o.LabelsPerClass)
	case o.ClassifierSteps < 1:
		return cli.Usagef("--classifier-steps %d: want a whole number, at least 1", o.ClassifierSteps)
	case o.LabelsPerClass > 0 && !f.model.Conditional:
		return cli.Usagef("--labels-per-class %d: wants --conditional", o.LabelsPerClass)
	case o.Classifier && !f.model.Conditional:
		return cli.Usagef("--classifier: wants --conditional")
	}
	return cli.Belong(p, f.model.Conditional, "--conditional", "classifier-steps")
}

// checkClassifier refuses steps of a classifier that is not fitted, as all images have a label.
func (f *flags) checkClassifier(p *pflag.FlagSet, data *dataset.Data) error {
	return cli.Want(f.train.FitsClassifier(data) || !p.Changed("classifier-steps"), "--classifier-steps %d: no classifier is fitted, as all images have a label; add --classifier", f.train.ClassifierSteps)
}

// classifierLine tells about a classifier.
func classifierLine(c train.ClassifierFigures) string {
	line := fmt.Sprintf("classifier: %d images with a label, %d without; ", c.Labelled, c.Unlabelled)
	if c.Validation != nil {
		line += fmt.Sprintf("%.2f %% of validation images wrong, ", 100**c.Validation)
	}
	return line + fmt.Sprintf("%.2f %% of test images wrong; %d steps in %.0f s", 100*c.Test, c.Steps, c.Seconds)
}
