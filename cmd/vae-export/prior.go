package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
	"govae/export"
	"govae/latent"
)

// priorFlag names the mixture that becomes a part of the decoder.
type priorFlag struct{ file string }

func (f *priorFlag) flag(p *pflag.FlagSet) {
	p.StringVar(&f.file, "prior", "", "a .json `MIXTURE` of vae-infer encode --fit-mixture that the decoder draws from, written alone (default sampler.onnx)")
}

// alone makes the decoder the only file to write if it has a prior, which none goes with.
func (f *priorFlag) alone(paths *export.Paths, graph, out, encoder, classifier string) error {
	switch {
	case f.file == "":
		return nil
	case graph != "pair":
		return cli.Usagef("--prior %s: belongs to a decoder, not to --graph %s", f.file, graph)
	case encoder != "" && encoder != "none":
		return cli.Usagef("--prior %s: a decoder with a prior of its own has no encoder: leave --encoder out", f.file)
	case classifier != "" && classifier != "none":
		return cli.Usagef("--prior %s: a decoder with a prior of its own is written alone: leave --classifier out", f.file)
	}
	*paths = export.Paths{Decoder: fileOf(out, "sampler.onnx")}
	return nil
}

// read returns the mixture, nil if none is wanted.
func (f *priorFlag) read() (*latent.Mixture, error) {
	if f.file == "" {
		return nil, nil
	}
	mixture, err := latent.ReadMixture(f.file)
	return mixture, advice.Add(err, advice.Say[*latent.FileError]("; write it with vae-infer encode --fit-mixture"))
}

// explain names the file in an error by which the mixture is none of the model.
func (f *priorFlag) explain(err error) error {
	if _, ok := errors.AsType[*latent.SpaceError](err); ok {
		return fmt.Errorf("%s: %w", f.file, err)
	}
	return err
}
