package main

import (
	"time"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/internal/kernel"
	"govae/internal/printable"
	"govae/models"
	"govae/train"
)

// tellModel says what is about to be trained, and on what.
func (f *flags) tellModel(app *cli.App, m *models.VAE, data *dataset.Data) error {
	k, err := kernel.New(1)
	if err != nil {
		return err
	}
	defer k.Close()
	app.Printf("%s, latent %d, %d parameters; %s: %d images of %v, %d for test; kernel %s%s, %s%s",
		m.Config.Arch, m.Config.Latent, len(m.Theta), data.Name, data.Training(), data.Train.Shape, data.Test.Len(),
		k.Name(), f.arithmetic(), printable.Count(app.Threads, "thread", "threads"), f.ranks.line())
	switch n := m.Config.Classes(); {
	case n == 1:
		app.Notef("vae-train: all images are of one class, %s, on which --conditional has nothing to tell", printable.Names(m.Config.Labels))
	case n > 1:
		app.Printf("conditional on %d classes: %s", n, printable.Names(m.Config.Labels))
		if untrained := data.Untrained(); len(untrained) > 0 {
			app.Notef("vae-train: no training image is of %s, which the model will not know", printable.Names(untrained))
		}
	}
	if f.train.Augment != 0 {
		app.Printf("training images are changed at random: %v", f.train.Augment)
	}
	if k.Name() == "gonum" {
		app.Notef("vae-train: the %s kernel is slow: a processor with AVX2, AVX-512 or NEON trains ten times as fast", k.Name())
	}
	return nil
}

// tellProgress prints the progress of a run until stop is called. epochs returns how many it has made.
func (f *flags) tellProgress(app *cli.App, m *models.VAE, o *train.Options) (epochs func() int, stop func()) {
	epoch, fitting := meter{app: app, unit: "images"}, meter{app: app, unit: "steps"}
	var remaining countdown
	o.Warn = func(message string) { app.Notef("vae-train: %s", message) }
	o.OnStep = func(s train.Progress) {
		remaining.begin(time.Now())
		epoch.show(s.Images, s.Total, "epoch %s elbo %.2f rec %.2f kl %.2f", s.Position(), s.Train.ELBO(), s.Train.Reconstruction, s.Train.KL)
	}
	o.OnClassifierStep = func(done, total int) { fitting.show(done, total, "classifier") }
	o.OnClassifier = func(c train.ClassifierFigures) {
		fitting.stop()
		app.Printf("%s", classifierLine(c))
		if c.Unlabelled > 0 && c.Test > 0.5 {
			app.Notef("vae-train: the classifier is wrong about most images, and so are the labels that it gives to %d of them: give more labels, --classifier-steps, or a larger --size", c.Unlabelled)
		}
	}
	hint, waiting := hinter{app: app, m: m.Config, epochs: &f.train.Epochs}, f.waitingHint(app)
	o.OnEpoch = func(e train.Metrics) {
		epoch.stop()
		app.Printf("epoch %s: train elbo %.2f (reconstruction %.2f, kl %.2f), test elbo %.2f%s%s, active %d/%d, %.0f images/s%s",
			train.Progress{Epoch: e.Epoch, Epochs: f.train.Epochs}.Position(), e.Train.ELBO(), e.Train.Reconstruction, e.Train.KL,
			e.Test.ELBO(), bits(e.Test), bound(e.Test), e.ActiveUnits, len(e.Test.KLByDimension), e.ImagesPerSecond,
			remaining.after(time.Now(), f.train.Epochs-e.Epoch))
		hint.collapse(e)
		waiting(e)
	}
	return func() int { return remaining.done }, func() { epoch.stop(); fitting.stop() }
}

// meter shows the progress of a job that reports absolute numbers.
type meter struct {
	app         *cli.App
	unit        string
	bar         *cli.Progress // nil while nothing is shown
	done, total int
}

func (m *meter) show(done, total int, format string, args ...any) {
	if done < m.done || total != m.total { // of another job, such as the next file
		m.stop()
	}
	if m.bar == nil {
		m.bar, m.done, m.total = m.app.Progress(total, m.unit), 0, total
	}
	m.bar.Describe(format, args...)
	m.bar.Add(done - m.done)
	m.done = done
}

func (m *meter) stop() {
	if m.bar != nil {
		m.bar.Stop()
		m.bar = nil
	}
}

// warn prints what a user should know of images that were read.
func warn(app *cli.App, warnings []error) {
	for _, w := range warnings {
		app.Notef("vae-train: %v", advice.Add(w, advices()...))
	}
}
