package main

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/models"
	"govae/train"
)

// auto is the value of --likelihood and --augment that leaves the choice to the data.
const auto = "auto"

// addLikelihood adds the flags of p(x|z).
func (f *flags) addLikelihood(p *pflag.FlagSet) {
	p.StringVar(&f.likelihood, "likelihood", auto, "likelihood of a pixel: "+strings.Join(models.Likelihoods(), ", ")+", or auto: by the images")
	p.StringVar(&f.sigma, "sigma", "0.1", "standard deviation of --likelihood gaussian: a number, optimal or learned")
}

// checkLikelihood completes the model's likelihood from the flags.
func (f *flags) checkLikelihood(p *pflag.FlagSet) error {
	if err := f.checkBinary(); err != nil {
		return err
	}
	if f.likelihood != auto {
		f.model.Likelihood = f.likelihood
	}
	if f.likelihood != models.Gaussian {
		if p.Changed("sigma") {
			return cli.Usagef("--sigma belongs to --likelihood gaussian")
		}
		return nil
	}
	switch f.sigma {
	case "learned":
		f.model.LearnSigma = true
		return nil
	case "optimal":
		f.model.OptimalSigma = true
		return nil
	}
	sigma, err := strconv.ParseFloat(f.sigma, 64)
	if err != nil || !(sigma > 0) || math.IsInf(sigma, 0) {
		return cli.Usagef("--sigma %s: give a positive number, optimal or learned", f.sigma)
	}
	f.model.Sigma = sigma
	return nil
}

// chooseLikelihood takes the likelihood that suits the images if the flags ask for that. It returns a
// line that says which and why, or what a given one misses, else none. pictures says whether the images
// are photographs, or drawings that are larger than handwriting; drawings whether nearly all their pixels
// are black or white. A resumed run keeps its likelihood, which an older version may have chosen by other
// rules.
func (f *flags) chooseLikelihood(x *dataset.Images, started *models.Config) (line string, pictures, drawings bool) {
	suited, notBinary := f.model.ForImages(x)
	drawings = notBinary == ""
	if s := started; s != nil {
		suited.Likelihood, suited.Sigma, suited.LearnSigma, suited.OptimalSigma = s.Likelihood, s.Sigma, s.LearnSigma, s.OptimalSigma
	}
	pictures = (suited.Likelihood != models.Bernoulli || !models.SmallGray(x.Shape)) && f.train.Binarize == "" && !x.Shape.IsVector()
	switch {
	case f.model.Sigma != 0:
		return fmt.Sprintf("likelihood gaussian, sigma %g: --sigma optimal would fit it to the images", f.model.Sigma), pictures, drawings
	case f.likelihood != auto:
		return "", pictures, drawings
	case f.train.Binarize != "":
		f.model.Likelihood = models.Bernoulli
		return "likelihood bernoulli: --binarize makes pixels black and white", pictures, drawings
	}
	f.model = suited
	if suited.Likelihood == models.Bernoulli {
		return "likelihood bernoulli: nearly all pixels are close to black or white", pictures, drawings
	}
	return "likelihood gaussian, sigma optimal: " + cmp.Or(notBinary, "as the run was begun"), pictures, drawings
}

// bits prints an ELBO in bits per dimension, if its likelihood has them.
func bits(t train.Terms) string {
	if t.BitsPerDimension == 0 {
		return ""
	}
	return fmt.Sprintf(" (%.3f bits/dim)", t.BitsPerDimension)
}
