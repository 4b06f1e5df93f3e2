package export

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"

	"govae/models"
	"govae/onnx"
)

// The names of a graph's inputs and outputs.
const (
	Z      = "z"
	Image  = "image"
	Mean   = "mean"
	LogVar = "log_var"
)

// The metadata keys of an exported file.
const (
	KeyFormat      = "vae.format"       // "1"
	KeyLatent      = "vae.latent"       // latent dimensions
	KeyImage       = "vae.image"        // channels x height x width: "1x28x28"
	KeyPixelRange  = "vae.pixel_range"  // "0,1"
	KeyLikelihood  = "vae.likelihood"   // "bernoulli" or "gaussian"
	KeySigma       = "vae.sigma"        // standard deviation of the Gaussian
	KeyLabels      = "vae.labels"       // JSON strings, where the training data had labels
	KeyLatentStats = "vae.latent_stats" // JSON {mean, std} of the posterior means over the training set
	KeyModelID     = "vae.model_id"     // SHA-256 of model.safetensors
)

// formatVersion is the version of the contract that these files fulfil.
const formatVersion = "1"

// Options say how a graph is written. The zero value is the default.
type Options struct {
	Opset       int64               // version of the ONNX operators; 0 means 17
	LatentStats *models.LatentStats // stored in the metadata if not nil
}

// Decoder returns the decoder of m as an ONNX model.
func Decoder(m *models.VAE, o Options) (*onnx.Model, error) {
	g := onnx.NewBuilder("decoder")
	z := g.Input(Z, onnx.Float32, onnx.Named("batch"), onnx.Size(int64(m.Config.Latent)))
	g.Output(Image, m.EmitDecoder(g, z), imageDims(m)...)
	return finish(g, m, o, "Decoder of a variational autoencoder: latent points to images in [0, 1].")
}

// Encoder returns the encoder of m as an ONNX model.
func Encoder(m *models.VAE, o Options) (*onnx.Model, error) {
	g := onnx.NewBuilder("encoder")
	mean, logVar := m.EmitEncoder(g, g.Input(Image, onnx.Float32, imageDims(m)...))
	latent := []onnx.Dim{onnx.Named("batch"), onnx.Size(int64(m.Config.Latent))}
	g.Output(Mean, mean, latent...)
	g.Output(LogVar, logVar, latent...)
	return finish(g, m, o, "Encoder of a variational autoencoder: images in [0, 1] to mean and log variance of the posterior.")
}

func imageDims(m *models.VAE) []onnx.Dim {
	s := m.Config.Image
	return []onnx.Dim{onnx.Named("batch"), onnx.Size(int64(s.C)), onnx.Size(int64(s.H)), onnx.Size(int64(s.W))}
}

// finish adds the metadata and checks the model.
func finish(g *onnx.Builder, m *models.VAE, o Options, doc string) (*onnx.Model, error) {
	model, err := g.Model(onnx.ModelOptions{Opset: o.Opset, ProducerName: "govae", ProducerVersion: version(), Doc: doc})
	if err != nil {
		return nil, err
	}
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
			return nil, err
		}
		model.SetMetadata(KeyLabels, string(labels))
	}
	if o.LatentStats != nil {
		stats, err := json.Marshal(o.LatentStats)
		if err != nil {
			return nil, err
		}
		model.SetMetadata(KeyLatentStats, string(stats))
	}
	model.SetMetadata(KeyModelID, m.ID())
	return model, model.Check()
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
