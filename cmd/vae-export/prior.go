package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
	"govae/contract"
	"govae/export"
	"govae/latent"
	"govae/models"
)

// priorFlag names the mixture that a sampler draws from.
type priorFlag struct{ file string }

// The values of --prior that are no files.
const (
	noPrior     = "none"
	normalPrior = "normal" // the model's own without the exemplars
)

func (f *priorFlag) flag(p *pflag.FlagSet) {
	p.StringVar(&f.file, "prior", "", "what "+contract.SamplerFile+" draws `FROM`: "+normalPrior+", "+noPrior+" for no such file, or a .json mixture of vae-infer encode --fit-mixture, alone (default near the codes of training images)")
}

// ofModel reports whether the prior is the model's own.
func (f *priorFlag) ofModel() bool { return f.file == "" || f.file == normalPrior }

// alone makes a sampler the only file to write if a mixture is given for one.
func (f *priorFlag) alone(paths *export.Paths, graph, out, encoder, classifier string) error {
	switch {
	case f.file == "" || f.file == noPrior:
		return nil
	case graph != "pair":
		return cli.Usagef("--prior %s: belongs to a decoder, not to --graph %s", f.file, graph)
	case f.file == normalPrior:
		return nil
	case encoder != "" && encoder != "none":
		return cli.Usagef("--prior %s: a decoder with a prior of its own has no encoder: leave --encoder out", f.file)
	case classifier != "" && classifier != "none":
		return cli.Usagef("--prior %s: a decoder with a prior of its own is written alone: leave --classifier out", f.file)
	}
	*paths = export.Paths{Sampler: fileOf(out, contract.SamplerFile)}
	return nil
}

// read returns the mixture that is given, nil for the model's own. With a decoder a sampler of that
// is then written beside it, if the model has one.
func (f *priorFlag) read(app *cli.App, model string, m *models.VAE, paths *export.Paths) (*latent.Mixture, error) {
	switch {
	case f.file == noPrior || f.ofModel() && paths.Decoder == "":
		return nil, nil
	case !f.ofModel():
		mixture, err := latent.ReadMixture(f.file)
		return mixture, advice.Add(err, advice.Say[*latent.FileError]("; write it with vae-infer encode --fit-mixture"))
	case m.Prior == nil:
		return nil, f.missing(app, filepath.Join(model, models.PriorFile), m.Config.Latent)
	}
	paths.Sampler = filepath.Join(filepath.Dir(paths.Decoder), contract.SamplerFile)
	if f.file == "" {
		return nil, nil
	}
	normal := *m.Prior
	normal.Exemplars = nil
	return &normal, nil
}

// missing says why a model has no prior, whose file would be at path; that is an error if it was asked for.
func (f *priorFlag) missing(app *cli.App, path string, dims int) error {
	_, err := os.Stat(path)
	switch {
	case err == nil && f.file == normalPrior:
		return fmt.Errorf("--prior %s: %s is of other weights than %s: the end of training writes both", f.file, path, models.WeightsFile)
	case err == nil:
		app.Notef("%s: is of other weights than %s, so there is no %s: the end of training writes both", path, models.WeightsFile, contract.SamplerFile)
	case f.file == normalPrior:
		return fmt.Errorf("--prior %s: there is no %s: training writes it for models of %d to %d latent dimensions", f.file, path, contract.LeastPrior, contract.MostPrior)
	case contract.HasPrior(dims):
		app.Notef("%s is missing, so there is no %s, which draws the better images: training writes it when it ends, as by vae-train --resume with as many --epochs as are done", path, contract.SamplerFile)
	}
	return nil
}

// clear removes a sampler that an earlier export of the model has left beside its decoder where there is to be none.
func (f *priorFlag) clear(app *cli.App, m *models.VAE, paths export.Paths) error {
	if f.file != noPrior || paths.Decoder == "" {
		return nil
	}
	path, sampler := contract.ReadSampler(paths.Decoder, m.ID())
	if sampler == nil {
		return nil
	}
	app.Notef("removed %s, which an earlier export had written", path)
	return os.Remove(path)
}

// explain names the file in an error by which the mixture is none of the model.
func (f *priorFlag) explain(err error) error {
	if _, ok := errors.AsType[*latent.SpaceError](err); ok {
		return fmt.Errorf("%s: %w", f.file, err)
	}
	return err
}
