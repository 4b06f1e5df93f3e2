package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"govae/images"
	"govae/onnx"
)

// The keys of the metadata, in the order in which they are written.
const (
	KeyFormat         = "vae.format"          // "1" or "2"
	KeyLatent         = "vae.latent"          // latent dimensions
	KeyImage          = "vae.image"           // channels x height x width: "1x28x28"
	KeyPixelRange     = "vae.pixel_range"     // "0,1"
	KeyLikelihood     = "vae.likelihood"      // "bernoulli", "gaussian" or "logistic"
	KeySigma          = "vae.sigma"           // standard deviation of the Gaussian
	KeyScale          = "vae.scale"           // scale of the logistic distribution
	KeyFit            = "vae.fit"             // "crop", "pad" or "stretch": how pictures of other proportions were prepared
	KeyBackground     = "vae.background"      // "#rrggbb" under transparent pictures; black if it is missing
	KeyPixelScale     = "vae.pixel_scale"     // what values of pictures are multiplied by first; 1 if it is missing
	KeyLabels         = "vae.labels"          // JSON strings, where the training data had labels
	KeyLatentStats    = "vae.latent_stats"    // JSON {mean, std, noise}
	KeyLatentGroups   = "vae.latent_groups"   // JSON [{name, first, size}], where there are several
	KeyValidation     = "vae.validation"      // JSON {fraction, seed, of}, in an encoder that was validated with training images
	KeyModelID        = "vae.model_id"        // SHA-256 of model.safetensors; of that and the prior where there is one
	KeyPrior          = "vae.prior"           // JSON {kind, components, model_id, by_class}, of a decoder with a prior of its own
	KeyPrecision      = "vae.precision"       // of the weights: "fp32", "fp16" or "int8"
	KeyPrecisionError = "vae.precision_error" // JSON {max, mean}, where the weights are rounded
	KeyCheck          = "vae.check"           // JSON: values by which a program can test itself
	KeyDetector       = "vae.detector"        // JSON of package anomaly, in an encoder that was calibrated
)

const (
	newestFormat = 2
	pixelRange   = "0,1"
	// maxEntry bounds the text of an entry in JSON, and with it what reading it allocates.
	maxEntry = 4 << 20 // bytes
)

// The values of [Metadata].Likelihood.
const (
	Bernoulli = "bernoulli" // a pixel is the probability of white
	Gaussian  = "gaussian"  // a pixel is the mean, with one standard deviation for all
	Logistic  = "logistic"  // a pixel is the mean of a logistic distribution over the levels of bytes, with one scale for all
)

// Metadata are the metadata entries of a file. The zero value of a field means that the file has
// no such entry.
type Metadata struct {
	Format         int // set by [Read]; 0 for a file of another program
	Latent         int // dimensions
	Image          images.Shape
	Likelihood     string         // [Bernoulli], [Gaussian] or [Logistic]
	Sigma          float64        // standard deviation of the Gaussian
	Scale          float64        // that of the logistic distribution
	Framing        images.Framing // how pictures became the images that the model was trained on
	Labels         []string
	LatentStats    *LatentStats
	LatentGroups   []LatentGroup      // from coarse to fine; nil where there is one only
	Validation     *images.Validation // of an encoder: the training images that it did not learn from, if known
	ModelID        string             // equal in all files of one model: the SHA-256 of its weights
	Prior          *Prior             // nil if the points that are decoded are z
	Precision      string             // of the weights: "fp32", "fp16" or "int8"
	PrecisionError *PrecisionError    // nil if the weights are not rounded
	Check          *Check
	Detector       string // text of an [govae/anomaly.Detector], which is not read here

	entries map[string]error // by key, those that were read
}

// LatentStats are the mean and the standard deviation, by latent dimension, of the posterior
// means over the training images, and the noise about them: the root of the mean variance of the
// posteriors, nil in older files.
type LatentStats struct {
	Mean  []float64 `json:"mean"`
	Std   []float64 `json:"std"`
	Noise []float64 `json:"noise,omitempty"`
}

// Suits reports whether there are numbers for so many latent dimensions.
func (s *LatentStats) Suits(latent int) bool {
	return len(s.Mean) == latent && len(s.Std) == latent && (s.Noise == nil || len(s.Noise) == latent) &&
		!slices.ContainsFunc(s.Noise, func(v float64) bool { return !(v > 0) })
}

// PrecisionError is the difference that storing weights in fewer bits makes to the outputs: the
// largest and the mean difference from the outputs of the float32 weights, absolute, or relative
// to an output's largest value if that is above 1. The worst of a file's outputs counts.
type PrecisionError struct {
	Max  float64 `json:"max"`
	Mean float64 `json:"mean"`
}

// Write sets the metadata of m, whose graph must have its inputs. The format is the oldest that
// suits the file: 1 for one input, 2 for several. It is an error if a check value is not finite.
func (d Metadata) Write(m *onnx.Model) error {
	format := 1
	if len(m.Graph.Inputs) > 1 {
		format = 2
	}
	m.SetMetadata(KeyFormat, strconv.Itoa(format))
	if d.Latent > 0 { // an autoencoder of another program does not tell
		m.SetMetadata(KeyLatent, strconv.Itoa(d.Latent))
	}
	m.SetMetadata(KeyImage, imageText(d.Image))
	m.SetMetadata(KeyPixelRange, pixelRange)
	setText(m, KeyLikelihood, d.Likelihood)
	setPositive(m, KeySigma, d.Sigma)
	setPositive(m, KeyScale, d.Scale)
	setText(m, KeyFit, string(d.Framing.Fit))
	if d.Framing.Background != (images.RGB{}) {
		m.SetMetadata(KeyBackground, d.Framing.Background.String())
	}
	setPositive(m, KeyPixelScale, d.Framing.Scale)
	if d.Labels != nil {
		if err := setJSON(m, KeyLabels, d.Labels); err != nil {
			return err
		}
	}
	if d.LatentStats != nil {
		if err := setJSON(m, KeyLatentStats, d.LatentStats); err != nil {
			return err
		}
	}
	if d.LatentGroups != nil {
		if err := setJSON(m, KeyLatentGroups, d.LatentGroups); err != nil {
			return err
		}
	}
	if d.Validation != nil {
		if err := setJSON(m, KeyValidation, d.Validation); err != nil {
			return err
		}
	}
	setText(m, KeyModelID, d.ModelID)
	if d.Prior != nil {
		if err := setJSON(m, KeyPrior, d.Prior); err != nil {
			return err
		}
	}
	setText(m, KeyPrecision, d.Precision)
	if e := d.PrecisionError; e != nil {
		m.SetMetadata(KeyPrecisionError, fmt.Sprintf(`{"max":%.3g,"mean":%.3g}`, e.Max, e.Mean))
	}
	if d.Check != nil {
		text, err := d.Check.Text()
		if err != nil {
			return err
		}
		m.SetMetadata(KeyCheck, text)
	}
	setText(m, KeyDetector, d.Detector)
	return nil
}

func setText(m *onnx.Model, key, text string) {
	if text != "" {
		m.SetMetadata(key, text)
	}
}

func setPositive(m *onnx.Model, key string, number float64) {
	if number > 0 {
		m.SetMetadata(key, strconv.FormatFloat(number, 'g', -1, 64))
	}
}

func setJSON(m *onnx.Model, key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("metadata %s: %w", key, err)
	}
	m.SetMetadata(key, string(text))
	return nil
}

// Read reads the metadata of m, which may have none. A format that is not known is a
// [*FormatError]. A pixel range, latent dimensions, a size or a framing of images, or a prior that
// make no sense are a [*MetadataError], as no task can do without them. Any other entry that
// cannot be read is left out; [Metadata.Err] says why.
func Read(m *onnx.Model) (Metadata, error) {
	d := Metadata{entries: map[string]error{}}
	if text, ok := m.MetadataValue(KeyFormat); ok {
		var err error
		if d.Format, err = parseCount(text); err != nil || d.Format > newestFormat {
			return Metadata{}, &FormatError{text}
		}
	}
	for _, entry := range []struct {
		key      string
		required bool // to make sense
		read     func(text string) error
	}{
		{KeyPixelRange, true, func(text string) error {
			if text != pixelRange {
				return errors.New("and this program reads " + pixelRange)
			}
			return nil
		}},
		{KeyLatent, true, func(text string) (err error) { d.Latent, err = parseCount(text); return err }},
		{KeyImage, true, func(text string) (err error) { d.Image, err = parseImage(text); return err }},
		{KeyLikelihood, false, func(text string) error { d.Likelihood = text; return nil }},
		{KeySigma, false, func(text string) (err error) { d.Sigma, err = parsePositive(text); return err }},
		{KeyScale, false, func(text string) (err error) { d.Scale, err = parsePositive(text); return err }},
		{KeyFit, true, func(text string) error { return d.readFit(text) }},
		{KeyBackground, true, func(text string) (err error) { d.Framing.Background, err = parseBackground(text); return err }},
		{KeyPixelScale, true, func(text string) (err error) { d.Framing.Scale, err = parsePositive(text); return err }},
		{KeyLabels, false, func(text string) error { return readJSON(text, &d.Labels) }},
		{KeyLatentStats, false, func(text string) error { return d.readLatentStats(text) }},
		{KeyLatentGroups, false, func(text string) error { return d.readLatentGroups(text) }},
		{KeyValidation, false, func(text string) error { return readJSON(text, &d.Validation) }},
		{KeyModelID, false, func(text string) error { d.ModelID = text; return nil }},
		{KeyPrior, true, func(text string) error { return d.readPrior(text) }},
		{KeyPrecision, false, func(text string) error { d.Precision = text; return nil }},
		{KeyPrecisionError, false, func(text string) error { return readJSON(text, &d.PrecisionError) }},
		{KeyCheck, false, func(text string) error {
			check, err := ParseCheck(text)
			if err == nil {
				d.Check = &check
			}
			return err
		}},
		{KeyDetector, false, func(text string) error { d.Detector = text; return nil }},
	} {
		text, ok := m.MetadataValue(entry.key)
		if !ok {
			continue
		}
		d.entries[entry.key] = nil
		if err := entry.read(text); err != nil {
			err = &MetadataError{entry.key, text, err}
			if entry.required {
				return Metadata{}, err
			}
			d.entries[entry.key] = err
		}
	}
	return d, nil
}

// Err says why an entry of metadata that [Read] returned has no value: a [*MetadataError]. It is
// nil if the entry was read.
func (d Metadata) Err(key string) error {
	err, ok := d.entries[key]
	if !ok {
		return &MetadataError{key, "", ErrMissing}
	}
	return err
}

// CheckSizes returns a [*MetadataError] if the metadata state other sizes than the graph has:
// somebody changed one of the two.
func (d Metadata) CheckSizes(s Sizes) error {
	differs := func(key, got, want string) error {
		return &MetadataError{key, got, fmt.Errorf("but the graph has %s: the file was tampered with", want)}
	}
	switch {
	case d.Latent != 0 && d.Latent != s.Latent:
		return differs(KeyLatent, strconv.Itoa(d.Latent), strconv.Itoa(s.Latent))
	case d.Image != (images.Shape{}) && d.Image != s.Image:
		return differs(KeyImage, imageText(d.Image), imageText(s.Image))
	case d.Labels != nil && s.Classes != 0 && len(d.Labels) != s.Classes:
		return differs(KeyLabels, strings.Join(d.Labels, ", "), fmt.Sprintf("labels of %d classes", s.Classes))
	}
	if n := len(d.LatentGroups); n > 0 {
		if last := d.LatentGroups[n-1]; last.First+last.Size != s.Latent {
			return differs(KeyLatentGroups, fmt.Sprintf("groups of %d dimensions", last.First+last.Size), strconv.Itoa(s.Latent))
		}
	}
	return nil
}

func (d *Metadata) readLatentStats(text string) error {
	var stats LatentStats
	if err := readJSON(text, &stats); err != nil {
		return err
	}
	if n := len(stats.Std); n == 0 || !stats.Suits(n) || d.Latent != 0 && d.Latent != n {
		return errors.New("want a mean, a standard deviation and, if there is any, the noise of each latent dimension")
	}
	d.LatentStats = &stats
	return nil
}

func (d *Metadata) readFit(text string) error {
	fit := images.Fit(text)
	if err := fit.Check(); err != nil {
		return err
	}
	d.Framing.Fit = fit
	return nil
}

func parseBackground(text string) (images.RGB, error) {
	c, err := images.ParseRGB(text)
	if err != nil || c.String() != text {
		return images.RGB{}, errors.New("want #rrggbb")
	}
	return c, nil
}

// readJSON sets value to what text says; it stays as it is if the text cannot be read.
func readJSON[T any](text string, value *T) error {
	if len(text) > maxEntry {
		return fmt.Errorf("which has more than %d bytes", maxEntry)
	}
	var read T
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		return fmt.Errorf("which cannot be read: %w", err)
	}
	*value = read
	return nil
}

func imageText(s images.Shape) string { return fmt.Sprintf("%dx%dx%d", s.C, s.H, s.W) }

// parseImage reads the text of imageText.
func parseImage(text string) (s images.Shape, err error) {
	_, err = fmt.Sscanf(text, "%dx%dx%d", &s.C, &s.H, &s.W)
	if err != nil || s.C < 1 || s.H < 1 || s.W < 1 || imageText(s) != text {
		return images.Shape{}, errors.New("want channels x height x width, such as 1x28x28")
	}
	return s, nil
}

// parseCount reads a number from 1 on, in the form in which it is written.
func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || strconv.Itoa(n) != text {
		return 0, errors.New("want a number from 1 on")
	}
	return n, nil
}

func parsePositive(text string) (float64, error) {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || !(number > 0) || math.IsInf(number, 0) {
		return 0, errors.New("want a positive number")
	}
	return number, nil
}
