package main

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"govae/adapt"
	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
	"govae/cmd/internal/foreign"
	"govae/contract"
	"govae/engine"
	"govae/export"
	"govae/internal/atomicfile"
	"govae/onnx"
)

// fromFlags name files of other programs, and answer what they leave open.
type fromFlags struct {
	file, encoder string
	foreign       foreign.Flags
}

func (f *fromFlags) add(p *pflag.FlagSet) {
	p.StringVar(&f.file, "from", "", "ONNX `FILE` of another program to write as one of these, in place of a model")
	p.StringVar(&f.encoder, "from-encoder", "", "the encoder that goes with the decoder of --from")
	f.foreign.Add(p)
}

func (f *fromFlags) given() bool { return f.file != "" || f.encoder != "" }

// run writes what --from names.
func (f *fromFlags) run(cmd *cobra.Command, app *cli.App, out, encoder string) error {
	if f.file == "" {
		return cli.Usagef("--from-encoder %s: goes with a decoder: give --from, too", f.encoder)
	}
	if encoder == "none" && f.encoder != "" {
		return cli.Usagef("--from-encoder %s and --encoder none exclude each other", f.encoder)
	}
	for _, name := range []string{"model", "graph", "classifier", "prior", "opset", "precision"} {
		if cmd.Flags().Changed(name) {
			return cli.Usagef("--%s %s: belongs to a trained model, not to --from %s", name, cli.FlagText(cmd.Flags().Lookup(name)), f.file)
		}
	}
	o, err := f.foreign.Options()
	if err != nil {
		return err
	}
	e, err := engine.New(engine.Options{})
	if err != nil {
		return advice.Add(err, advice.Library)
	}
	if e.Note() != nil {
		app.NoteOnce("%v", advice.Add(e.Note(), advice.Library))
	}
	files, err := f.adapt(app, e, o)
	if err != nil {
		return advice.Add(err, foreign.Advice, advice.Say[*engine.UnsupportedError]("; install ONNX Runtime with 'vae-infer runtime install'"), advice.Library)
	}
	for i := range files {
		role := files[i].Role
		switch name := role.String() + ".onnx"; {
		case i == 0:
			files[i].Path = fileOf(out, name)
		case role == contract.Encoder:
			files[i].Path = cmp.Or(encoder, filepath.Join(filepath.Dir(files[0].Path), name))
		}
		for _, read := range []string{f.file, f.encoder} {
			if read != "" && atomicfile.Same(read, files[i].Path) {
				return cli.Usagef("%s: is one of the files that are read: give another --out", files[i].Path)
			}
		}
	}
	if encoder != "" && encoder != "none" && len(files) < 2 {
		return cli.Usagef("--encoder %s: there is none without --from-encoder", encoder)
	}
	paths := export.Paths{Decoder: files[0].Path}
	if len(files) > 1 {
		paths.Encoder = files[1].Path
	}
	if err := checkPaths(paths); err != nil {
		return err
	}
	results, err := export.WriteAdapted(cmd.Context(), files, e)
	if err != nil {
		return err
	}
	for _, r := range results {
		app.Printf("%s: %d bytes, checked; its check values are those of %s", r.Path, r.Bytes, e.Name())
	}
	return nil
}

// adapt reads the files and makes models of the contract of them.
func (f *fromFlags) adapt(app *cli.App, e *engine.Engine, o adapt.Options) ([]export.Adapted, error) {
	var models []*onnx.Model
	names := []string{f.file}
	if f.encoder != "" {
		names = append(names, f.encoder)
	}
	for _, name := range names {
		m, err := onnx.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if !adapt.Foreign(m) {
			return nil, fmt.Errorf("%s: is a file of this program already; copy it", name)
		}
		models = append(models, m)
	}
	if len(models) == 1 {
		m, err := adapt.Adapt(models[0], e, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.file, err)
		}
		foreign.Note(app, f.file, m.Notes)
		return []export.Adapted{{Model: m.Model, Role: m.Role, Sizes: m.Sizes}}, nil
	}
	d, c, which, err := adapt.Pair(models[0], models[1], e, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", names[which], err) // contract.Decoder and contract.Encoder
	}
	for i, m := range []*adapt.Model{d, c} {
		if want := contract.Role(i); m.Role != want {
			return nil, fmt.Errorf("%s: holds the %v where the %v is needed", names[i], m.Role, want)
		}
		foreign.Note(app, names[i], m.Notes)
	}
	if d.Sizes != c.Sizes {
		return nil, fmt.Errorf("%s is made for %v images, %d latent dimensions and %d classes, %s for %v, %d and %d; use the files of one model",
			f.file, d.Sizes.Image, d.Sizes.Latent, d.Sizes.Classes, f.encoder, c.Sizes.Image, c.Sizes.Latent, c.Sizes.Classes)
	}
	return []export.Adapted{{Model: d.Model, Role: d.Role, Sizes: d.Sizes}, {Model: c.Model, Role: c.Role, Sizes: c.Sizes}}, nil
}
