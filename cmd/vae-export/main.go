// Command vae-export writes a trained model as ONNX files.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
	"govae/engine"
	"govae/export"
	"govae/internal/atomicfile"
	"govae/latent"
	"govae/models"
	"govae/onnx"
)

const help = `Writes the decoder and the encoder of a trained model as ONNX files, or with
--graph autoencoder the two in one file that maps images to reconstructions, or with
--graph elbo a file that scores: it maps images and noise eps to log p(x,z) - log q(z|x)
in nats, from which any program computes the model's ELBO and log-likelihood. Where the
model has a classifier, it is a third file beside decoder and encoder, which maps images to
the probabilities of their classes.

Beside the decoder stands sampler.onnx, a decoder for new images: its input z is N(0, I) too,
of which it makes points near the codes of training images, a thousand of which are inside
(who has the file can make pictures like these). --prior normal takes the normal
distribution of all codes, without any of them; --prior FILE a mixture which vae-infer
encode --fit-mixture has fitted. The latent space of a sampler is not that of the encoder,
which it therefore cannot be used with, and is for draws, not for walks: points that lie
side by side there can belong to different images.

Each file is checked, and run against the model's own arithmetic, before it
replaces an older one. Where no engine is found that could run it, the command
says so and writes the files checked but not run.

--from reads a decoder, encoder or autoencoder of another program in place of a trained
model, finds out what its inputs and outputs mean, and writes it as one of these files,
with all weights inside; --from-encoder names the encoder of a decoder.

--precision makes files smaller: fp16 stores the weights in half the bits, int8 in
a quarter and one scale for each output channel; codes in a sampler stay float32, as
arithmetic does, so that every runtime reads the files. What rounding changes is measured
and printed.`

const examples = `  vae-export
  vae-export --model vae-model --out decoder.onnx
  vae-export --out web/ --encoder none --precision int8
  vae-export --graph autoencoder --out autoencoder.onnx
  vae-export --graph elbo --out elbo.onnx
  vae-export --prior codes.json --out sampler.onnx
  vae-export --opset 13                             # for an older runtime
  vae-export --from other.onnx --from-encoder other_encoder.onnx --out decoder.onnx`

func main() { cli.Main("vae-export", build) }

func build(app *cli.App) *cobra.Command {
	f := flags{app: app}
	cmd := &cobra.Command{
		Use:     "vae-export",
		Short:   "Write a trained model as ONNX files",
		Long:    help,
		Example: examples,
		Args:    cli.NoArgs("--model"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.from.given() {
				return f.from.run(cmd, app, f.out, f.encoder)
			}
			if flag := f.from.foreign.Given(); flag != "" {
				return cli.Usagef("%s tells of a file of another program: give it by --from", flag)
			}
			paths, err := f.check()
			if err != nil {
				return err
			}
			return f.run(cmd.Context(), paths)
		},
	}
	p := cmd.Flags()
	p.SortFlags = false
	p.StringVar(&f.model, "model", "vae-model", "model directory to read")
	p.StringVar(&f.graph, "graph", "pair", "what to write: pair (decoder and encoder, and the classifier if there is one), autoencoder or elbo")
	p.StringVar(&f.out, "out", "", "decoder, autoencoder or elbo file to write, or its folder, which is made (default decoder.onnx, autoencoder.onnx or elbo.onnx)")
	p.StringVar(&f.encoder, "encoder", "", "encoder file to write, or none (default encoder.onnx beside the decoder)")
	p.StringVar(&f.classifier, "classifier", "", "classifier file to write, or none (default, where the model has one, classifier.onnx beside the decoder)")
	f.prior.flag(p)
	p.Int64Var(&f.options.Opset, "opset", 17, fmt.Sprintf("version of the ONNX operators, %d to %d", onnx.OldestOpset, onnx.NewestOpset))
	p.StringVar((*string)(&f.options.Precision), "precision", string(models.FP32), "of the stored weights: fp32, fp16 or int8")
	f.from.add(p)
	return cmd
}

// flags are those of the command.
type flags struct {
	app                                    *cli.App
	model, graph, out, encoder, classifier string
	options                                export.Options
	prior                                  priorFlag
	from                                   fromFlags
}

// check finds mistakes in the flags, and returns the files to write.
func (f *flags) check() (export.Paths, error) {
	if f.model == "" {
		return export.Paths{}, cli.Usagef("--model is empty: give a directory that vae-train --out has written")
	}
	paths, err := choosePaths(f.graph, f.out, f.encoder, f.classifier)
	if err == nil {
		err = f.prior.alone(&paths, f.graph, f.out, f.encoder, f.classifier)
	}
	return paths, cmp.Or(err, checkPaths(paths),
		cli.Between("--opset", int(f.options.Opset), onnx.OldestOpset, onnx.NewestOpset),
		cli.OneOf("--precision", f.options.Precision, models.Precisions()...),
	)
}

func (f *flags) run(ctx context.Context, paths export.Paths) error {
	m, err := models.Load(f.model)
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		if _, begun := os.Stat(filepath.Join(f.model, models.ConfigFile)); begun == nil && errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--model %s: its run has no weights yet, as no epoch is complete: go on with vae-train --resume", f.model)
		}
		return fmt.Errorf("--model %s: no trained model can be read there (%w): give a directory that vae-train --out has written", f.model, err)
	}
	if err != nil {
		return advice.Add(err, advice.Say[*latent.FileError]("; remove it, and vae-train --resume with as many --epochs as are done writes it again"))
	}
	if f.options.Prior, err = f.prior.read(f.app, f.model, m, &paths); err != nil {
		return err
	}
	if m.Classifier == nil && f.classifier == "" {
		paths.Classifier = ""
	}
	if err := checkPaths(paths); err != nil { // now that the sampler's is known
		return err
	}
	var verifier export.Engine
	e, missing := engine.New(engine.Options{})
	if missing == nil && e.Note() != nil {
		f.app.NoteOnce("%v", advice.Add(e.Note(), advice.Library))
	}
	if missing == nil {
		verifier = e
	}
	results, err := export.Write(ctx, m, paths, verifier, f.options)
	if err != nil {
		return f.prior.explain(advice.Add(err, advice.Say[*export.NoClassifierError](" (vae-train --classifier)")))
	}
	if err := f.prior.clear(f.app, m, paths); err != nil {
		return err
	}
	for _, r := range results {
		verdict := fmt.Sprintf("not run: no engine (%v)", advice.Add(missing, advice.Library))
		if r.Verified {
			verdict = fmt.Sprintf("%s differs from the model by %.2g", e.Name(), r.Difference)
		}
		if precision := f.options.Precision; precision != models.FP32 {
			verdict += fmt.Sprintf("; %s differs from fp32 by %.2g at most, %.2g on average", precision, r.Rounding.Max, r.Rounding.Mean)
		}
		f.app.Printf("%s: %d bytes, checked; %s", r.Path, r.Bytes, verdict)
		if r.LostDetector {
			f.app.Notef("%s: what vae-infer score --calibrate had learnt was for another model and is gone: calibrate again", r.Path)
		}
	}
	return nil
}

// choosePaths turns the flags that name files into the files to write.
func choosePaths(graph, out, encoder, classifier string) (export.Paths, error) {
	switch graph {
	case "pair":
		decoder := fileOf(out, "decoder.onnx")
		beside := func(path, name string) string {
			if path == "none" {
				return ""
			}
			return cmp.Or(path, filepath.Join(filepath.Dir(decoder), name))
		}
		return export.Paths{Decoder: decoder, Encoder: beside(encoder, "encoder.onnx"), Classifier: beside(classifier, "classifier.onnx")}, nil
	case "autoencoder", "elbo":
		if encoder != "" {
			return export.Paths{}, cli.Usagef("--encoder %s: --graph %s is a single file, named by --out", encoder, graph)
		}
		if classifier != "" {
			return export.Paths{}, cli.Usagef("--classifier %s: --graph %s is a single file, named by --out", classifier, graph)
		}
		if graph == "elbo" {
			return export.Paths{Scorer: fileOf(out, "elbo.onnx")}, nil
		}
		return export.Paths{Autoencoder: fileOf(out, "autoencoder.onnx")}, nil
	}
	return export.Paths{}, cli.Usagef("--graph %q: want pair, autoencoder or elbo", graph)
}

// fileOf is the file that --out means: itself, or name in a folder. A path without an ending, or with
// a separator at its end, is a folder, as for vae-infer.
func fileOf(out, name string) string {
	if out == "" {
		return name
	}
	info, err := os.Stat(out)
	if filepath.Ext(filepath.Base(out)) == "" || os.IsPathSeparator(out[len(out)-1]) || err == nil && info.IsDir() {
		return filepath.Join(out, name)
	}
	return out
}

// checkPaths refuses files that must not be written, such as a model's weights.
func checkPaths(p export.Paths) error {
	files := []struct{ path, what string }{
		{p.Decoder, "decoder"}, {p.Encoder, "encoder"}, {p.Classifier, "classifier"}, {p.Sampler, "sampler"},
		{p.Autoencoder, "autoencoder"}, {p.Scorer, "elbo"},
	}
	files = slices.DeleteFunc(files, func(f struct{ path, what string }) bool { return f.path == "" })
	for i, f := range files {
		if strings.ToLower(filepath.Ext(f.path)) != ".onnx" {
			return cli.Usagef("%s: want a .onnx file", f.path)
		}
		for _, other := range files[:i] {
			if atomicfile.Same(other.path, f.path) {
				return cli.Usagef("%s: the %s and the %s need two different files", f.path, other.what, f.what)
			}
		}
	}
	return nil
}
