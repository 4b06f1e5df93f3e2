package export

import (
	"runtime/debug"

	"govae/contract"
	"govae/images"
)

// metadata returns what a graph's file says about the exporter's VAE.
func (e *exporter) metadata(g graph) contract.Metadata {
	m, c := e.trained.VAE, e.trained.Config
	metadata := contract.Metadata{
		Latent:       c.Latent,
		Image:        c.Image,
		Likelihood:   c.Likelihood,
		Sigma:        m.Sigma(),
		Scale:        m.Scale(),
		Framing:      images.Framing{Fit: c.Fit, Background: c.Background, Scale: c.PixelScale},
		Labels:       c.Labels,
		LatentStats:  e.trained.LatentStats,
		LatentGroups: m.LatentGroups(),
		ModelID:      m.ID(),
		Precision:    string(e.options.Precision),
	}
	if g.role == contract.Encoder {
		metadata.Validation = m.Validation
	}
	if p := g.prior; p != nil { // in front of which z is another space
		metadata.Prior, metadata.ModelID = &p.metadata, p.id
		metadata.LatentStats, metadata.LatentGroups = nil, nil
	}
	return metadata
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
