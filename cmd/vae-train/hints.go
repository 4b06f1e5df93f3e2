package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"govae/cmd/internal/cli"
	"govae/internal/printable"
	"govae/models"
	"govae/train"
)

// tellKept says which epoch validation images have chosen, if that is not the last one, and whether patience has
// ended the run. Lines of metrics.jsonl may be missing.
func (f *flags) tellKept(app *cli.App, all []train.Metrics) {
	all = slices.DeleteFunc(slices.Clone(all), func(m train.Metrics) bool { return m.Validation == nil })
	if len(all) == 0 {
		return
	}
	last := all[len(all)-1]
	best := slices.MaxFunc(all, func(a, b train.Metrics) int {
		return cmp.Compare(a.Validation.Bound(), b.Validation.Bound())
	})
	if f.train.Patience > 0 && last.Epoch < f.train.Epochs {
		app.Printf("stopped after epoch %d of %d (--patience %d): no better validation elbo since epoch %d",
			last.Epoch, f.train.Epochs, f.train.Patience, best.Epoch)
	}
	if best.Epoch < last.Epoch {
		app.Printf("kept the weights of epoch %d: validation elbo %.2f, test elbo %.2f", best.Epoch, best.Validation.Bound(), best.Test.ELBO())
	}
}

// tellByHeart gives advice if the weights of an earlier epoch were better on unseen images than the
// final ones by some hundredths of a bit per dimension: the model has overfitted.
func tellByHeart(app *cli.App, all []train.Metrics, dimensions int, augmented bool) {
	const much = 0.02 * math.Ln2 // nats

	if len(all) == 0 || all[len(all)-1].Validation != nil { // which keeps the best epoch
		return
	}
	last := all[len(all)-1]
	best := slices.MaxFunc(all, func(a, b train.Metrics) int { return cmp.Compare(a.Test.ELBO(), b.Test.ELBO()) })
	learning := last.Train.ELBO() > best.Train.ELBO() // else it is chance that one epoch was better
	if best.Test.ELBO()-last.Test.ELBO() > much*float64(dimensions) && learning {
		augment := "--augment, "
		if augmented {
			augment = ""
		}
		app.Notef("vae-train: the test elbo was best after epoch %d (%.2f): since then the model has learnt its images by heart; try %sfewer --epochs, or --val-fraction 0.1, which keeps the best epoch",
			best.Epoch, best.Test.ELBO(), augment)
	}
}

// tellRising says that more epochs help if the last tenth of the run improved the ELBO of unseen images by more
// than some thousandths of a bit per dimension.
// Lines of metrics.jsonl may be missing.
func (f *flags) tellRising(app *cli.App, all []train.Metrics, dimensions int) {
	const much = 0.005 * math.Ln2 // nats

	n := len(all)
	if n < 10 {
		return
	}
	before, last := all[n-1-n/10], all[n-1]
	gain := last.Test.ELBO() - before.Test.ELBO()
	if gain <= much*float64(dimensions) {
		return
	}
	more := fmt.Sprintf("--resume --epochs %d goes on", 2*last.Epoch)
	if course, ok := f.train.LR.(train.Course); ok && course.EndsWithRun() {
		more = fmt.Sprintf("try --epochs %d", 2*last.Epoch)
	}
	app.Notef("vae-train: the test elbo still rose by %.2f in the last %s: %s", gain, printable.Count(last.Epoch-before.Epoch, "epoch", "epochs"), more)
}

// tellUnused names groups of latent variables in which no dimension is in use at the end.
func tellUnused(app *cli.App, all []train.Metrics, groups []models.LatentGroup) {
	if len(all) == 0 {
		return
	}
	kl := all[len(all)-1].Test.KLByDimension
	if n := len(groups); n > 0 && len(kl) < groups[n-1].First+groups[n-1].Size { // as older versions wrote
		return
	}
	var unused []string
	for _, g := range groups {
		if (train.Terms{KLByDimension: kl[g.First : g.First+g.Size]}).ActiveUnits() == 0 {
			unused = append(unused, g.Name)
		}
	}
	if len(unused) > 0 && len(unused) < len(groups) {
		app.Notef("vae-train: nothing is told by the latent variables of %s: try --arch residual, or --free-bits 2/group, more --epochs, or other --groups",
			strings.Join(unused, " and "))
	}
}

// hinter gives advice against a collapsed posterior, once.
type hinter struct {
	app    *cli.App
	m      models.Config
	epochs *int // of the run, 0 until they are chosen
	few    int  // epochs in a row that used hardly a dimension
	told   bool
}

// From the epoch judgedFrom, and the step judgedAfter, on a model should use its latent dimensions. Averaged weights
// may need an epoch more than those of the moment.
const (
	judgedFrom   = 3
	judgedAfter  = 30
	judgedEpochs = 2
)

// enough is a number of latent dimensions: of more, such as those for details in a hierarchical model, some
// may be unused.
const enough = 128

// collapse gives the hint if hardly a latent dimension is in use.
func (h *hinter) collapse(e train.Metrics) {
	dimensions := len(e.Test.KLByDimension)
	if h.few++; e.ActiveUnits > min(dimensions, enough)/32 {
		h.few = 0
	}
	last := e.Epoch == *h.epochs
	if h.told || h.few == 0 || e.Step < judgedAfter || !last && (e.Epoch < judgedFrom || h.few < judgedEpochs) {
		return
	}
	h.told = true
	carry := "none of the"
	if e.ActiveUnits > 0 {
		carry = fmt.Sprintf("only %d of", e.ActiveUnits)
	}
	sigma := ""
	if h.m.Likelihood == models.Gaussian && !h.m.LearnSigma && !h.m.OptimalSigma {
		sigma = ", a smaller --sigma"
	}
	h.app.Notef("vae-train: %s %d latent dimensions in use (above 0.01 nats): the posterior has collapsed, and samples will look alike; try --free-bits, --kl-warmup, a smaller --beta%s or a smaller --lr",
		carry, dimensions, sigma)
}
