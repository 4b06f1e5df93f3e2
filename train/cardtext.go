package train

import (
	"bytes"
	"fmt"
	"strings"

	"govae/internal/printable"
	"govae/models"
)

// text is the card in Markdown. It is no template: one calls methods by name, and the linker
// would have to keep every exported method of every type in the program, a quarter of it.
func (c *card) text() []byte {
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	c.model(line)
	if c.Kept.Epoch > 0 {
		c.figures(line)
	}
	if c.Classifier != nil {
		c.classifier(line)
	}
	line("## Settings\n\n| setting | value |\n|---|---|")
	for _, s := range c.Settings {
		line("| %s | %s |", tableCode(s[0]), tableCode(s[1]))
	}
	line("\n## Pictures")
	for _, p := range c.Pictures {
		line("\n%s\n\n![%[1]s](%s)", p.Shows, p.File)
	}
	c.use(line)
	return b.Bytes()
}

// writeLine writes a formatted line.
type writeLine func(format string, args ...any)

func (c *card) model(line writeLine) {
	line(`# Model card

A variational autoencoder of %v images: %d latent dimensions,
architecture %s, %d parameters, likelihood %s.
Its id, which files that are exported from it carry, is %s.

## Data
`, c.Config.Image, c.Config.Latent, code(c.Config.Arch), c.Parameters, code(c.Config.Likelihood), code(c.ID))
	data := fmt.Sprintf("%s: %d images for training", code(c.Name), c.Train)
	if c.Validation > 0 {
		data += fmt.Sprintf(", %d for validation", c.Validation)
	}
	data += fmt.Sprintf(", %d for test.", c.Test)
	if labels := c.Config.Labels; len(labels) > 0 {
		names := make([]string, len(labels))
		for i, l := range labels {
			names[i] = code(l)
		}
		data += " Classes: " + strings.Join(names, ", ") + "."
	}
	if c.Config.Fit != "" {
		data += " Pictures of other proportions were fitted in by " + code(c.Config.Fit) + "."
	}
	line("%s\nThe SHA-256 of all images and labels is %s.\n", data, code(c.Fingerprint))
}

func (c *card) figures(line writeLine) {
	of, changed := "", ""
	if c.Augment != 0 {
		changed = " (and of images that are changed at random)"
	}
	if c.Kept.Epoch != c.Last.Epoch {
		of = fmt.Sprintf(", the best on the validation images of %d", c.Last.Epoch)
	}
	line(`## Figures

Of the weights of epoch %d%s, in nats per image, with one draw from each posterior:

| images | ELBO | reconstruction | KL | bits per dimension |
|---|---|---|---|---|`, c.Kept.Epoch, of)
	for _, s := range c.Splits {
		bits := "-"
		if s.BitsPerDimension != 0 {
			bits = fmt.Sprintf("%.3f", s.BitsPerDimension)
		}
		line("| %s | %.2f | %.2f | %.2f | %s |", s.Name, s.ELBO(), s.Reconstruction, s.KL, bits)
	}
	line(`
Those of training are means over the epoch while the weights changed%s, and before the axes of the
latent vector were chosen, by which the KL can become smaller. %d of
%d latent dimensions are in use. Training took %.3g s for %s, at
%.0f images per second at the end.
`, changed, c.Kept.ActiveUnits, c.Config.Latent, c.Seconds, printable.Count(c.Last.Epoch, "epoch", "epochs"), c.Last.ImagesPerSecond)
}

func (c *card) classifier(line writeLine) {
	f := c.Classifier
	unlabelled, fitted := "", fmt.Sprintf("%d images", f.Labelled)
	if f.Unlabelled > 0 {
		unlabelled = fmt.Sprintf("Of the training images %d have a label, and %d have none: those have the class for the\nmodel that the classifier tells. ", f.Labelled, f.Unlabelled)
		fitted = "all of them"
	}
	line("## Classifier\n\nA classifier stands beside the model (%s): it tells the class of an image.", code(models.ClassifierFile))
	line("%sIt was fitted to %s, in %d steps and %.0f s, and tells another class than\nthe label of %.2f %% of the test images.\n", unlabelled, fitted, f.Steps, f.Seconds, 100*f.Test)
}

func (c *card) use(line writeLine) {
	by, sampler := "", ""
	if c.Prior {
		by = ", by sampler.onnx"
		sampler = "\n`sampler.onnx` stands beside them: a decoder that first turns N(0, I) into points\nnear codes of training images, which it holds."
	}
	line(`
## Use

In the folder that holds these files:

    vae-export --model . --out decoder.onnx       # writes encoder.onnx beside it
    vae-infer --samples 64                        # new images, in samples.png%s
    vae-infer evaluate --data SOURCE              # log-likelihood and other figures
    vae-infer reconstruct pictures/               # images and their reconstructions`, by)
	if c.Classifier != nil {
		line("    vae-infer classify pictures/                  # the class of each")
	}
	image := c.Config.Image
	line("%s\n`decoder.onnx` takes `z`, float32 [batch, %d] of N(0, I), and gives `image`, float32", sampler, c.Config.Latent)
	line("[batch, %d, %d, %d] in [0, 1]; `encoder.onnx` takes such images and gives `mean` and", image.C, image.H, image.W)
	bernoulli := ""
	if c.Config.Likelihood == "bernoulli" {
		bernoulli = " With `bernoulli` those\n  of gray images are no log-likelihoods of bytes."
	}
	line("`log_var`"+` of their latent points. Any ONNX runtime runs them.

## Limits

- The model knows the images that it was trained on, and nothing else: what is rare there
  it draws badly, and what is unfair there it repeats.
- A VAE's images are smoother than photographs. Samples may resemble training images:
  do not take them for anonymous where those are private.
- Images must be prepared like those for training: %v, values in [0, 1].
- ELBOs compare only between models of the same images and likelihood.%s`, image, bernoulli)
}
