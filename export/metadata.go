package export

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"

	"govae/internal/checkvalues"
	"govae/models"
	"govae/onnx"
)

// The metadata keys of an exported file.
const (
	KeyFormat         = "vae.format"          // "1"
	KeyLatent         = "vae.latent"          // latent dimensions
	KeyImage          = "vae.image"           // channels x height x width: "1x28x28"
	KeyPixelRange     = "vae.pixel_range"     // "0,1"
	KeyLikelihood     = "vae.likelihood"      // "bernoulli" or "gaussian"
	KeySigma          = "vae.sigma"           // standard deviation of the Gaussian
	KeyLabels         = "vae.labels"          // JSON strings, where the training data had labels
	KeyLatentStats    = "vae.latent_stats"    // JSON {mean, std} of the posterior means over the training set
	KeyModelID        = "vae.model_id"        // SHA-256 of model.safetensors
	KeyPrecision      = "vae.precision"       // of the weights: "fp32", "fp16" or "int8"
	KeyPrecisionError = "vae.precision_error" // JSON {max, mean} of [PrecisionError], where the weights are rounded
	KeyCheck          = checkvalues.Key       // JSON: values by which a program can test itself
)

// formatVersion is the version of the contract that these files fulfil.
const formatVersion = "1"

// describe sets the metadata that all graphs of m share.
func describe(model *onnx.Model, m *models.VAE, o Options) error {
	c := m.Config
	model.SetMetadata(KeyFormat, formatVersion)
	model.SetMetadata(KeyLatent, strconv.Itoa(c.Latent))
	model.SetMetadata(KeyImage, fmt.Sprintf("%dx%dx%d", c.Image.C, c.Image.H, c.Image.W))
	model.SetMetadata(KeyPixelRange, "0,1")
	model.SetMetadata(KeyLikelihood, c.Likelihood)
	if sigma := m.Sigma(); sigma > 0 {
		model.SetMetadata(KeySigma, strconv.FormatFloat(sigma, 'g', -1, 64))
	}
	if c.Labels != nil {
		labels, err := json.Marshal(c.Labels)
		if err != nil {
			return err
		}
		model.SetMetadata(KeyLabels, string(labels))
	}
	if o.LatentStats != nil {
		stats, err := json.Marshal(o.LatentStats)
		if err != nil {
			return err
		}
		model.SetMetadata(KeyLatentStats, string(stats))
	}
	model.SetMetadata(KeyModelID, m.ID())
	model.SetMetadata(KeyPrecision, string(o.Precision))
	return nil
}

// version is that of this module in the running program.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, d := range append(info.Deps, &info.Main) {
		if d.Path == "govae" {
			return d.Version
		}
	}
	return ""
}
