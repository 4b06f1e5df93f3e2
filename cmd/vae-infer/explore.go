package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/cmd/internal/show"
	"govae/contract"
	"govae/explore"
	"govae/infer"
	"govae/latent"
)

func exploreCommand(m *modelFlags) *cobra.Command {
	e := exploring{modelFlags: m}
	cmd := &cobra.Command{
		Use:   "explore [IMAGE…]",
		Short: "Make a page to play with the model in a browser",
		Long: `Write a folder with a page in which the model runs in the visitor's browser, by
onnxruntime-web: with WebGPU where there is one, else with WebAssembly. Any web server or
static host serves the folder, --open serves it to this machine alone. Nothing is sent
anywhere.

The page shows the latent plane with the encoded images of --data or of files, decodes the
point under the pointer, and draws walks as a GIF; it has a slider for each dimension, the
most active first, and one for each --attribute; it encodes images that are dropped, and
judges them by the detector of score --calibrate, if the encoder holds one, else by their
likelihood; and it draws sample sheets, the same images as vae-infer --samples of a seed:
from the prior that sampler.onnx beside the decoder has, if it is there, from N(0, I), or
from a --mixture, whose exemplars do not count here. The page holds that prior: codes of
training images too, unless vae-export --prior normal has left them out. --codes takes points
that encode has written, in place of images.

onnxruntime-web ` + explore.RuntimeVersion + ` is fetched once into the user's cache, and checked; --runtime takes
its npm package from a file.`,
		Example: `  vae-infer explore --data mnist --open
  vae-infer explore --data photos/ --limit 2000 --mixture codes.json --out site/
  vae-infer explore --data faces/ --attribute smile.json --attribute glasses.json`,
		RunE: func(cmd *cobra.Command, files []string) error { return e.run(cmd.Context(), files) },
	}
	f := cmd.Flags()
	f.StringVar(&e.out, "out", "explore", "folder for the page; an older page there is replaced")
	f.StringVar(&e.codes, "codes", "", ".npy `FILE` of encoded images, in place of --data; its labels may be beside it, and are shown as numbers")
	f.StringVar(&e.mixture, "mixture", "", "JSON `FILE` of encode --fit-mixture to draw samples from beside the prior")
	f.StringArrayVar(&e.attributes, "attribute", nil, "JSON `FILE` of edit --save-attribute for a slider; may be given several times")
	f.StringVar(&e.title, "title", "", "title of the page")
	f.StringVar(&e.runtime, "runtime", "", "`FILE` of the npm package onnxruntime-web "+explore.RuntimeVersion+" (default: fetched once)")
	f.BoolVar(&e.open, "open", false, "serve the page to this machine and open the browser, until Ctrl-C")
	f.IntVar(&e.port, "port", 0, "port for --open (default: any that is free)")
	e.in.flags(cmd, 1000)
	return cmd
}

// exploring says what the page shows and where it goes.
type exploring struct {
	*modelFlags
	in                                  inputFlags
	out, codes, mixture, title, runtime string
	attributes                          []string
	open                                bool
	port                                int
}

func (e *exploring) run(ctx context.Context, files []string) error {
	pictures := e.in.data != "" || len(files) > 0
	inputs := append([]string{e.in.data, e.codes, e.mixture, e.runtime}, append(files, e.attributes...)...)
	if err := cmp.Or(
		cli.When(pictures, e.in.check(files)),
		e.in.belong(pictures),
		cli.Belong(e.in.given, pictures || e.codes != "", "images and --codes", "limit"),
		cli.Want(!pictures || e.codes == "", "--codes stands in place of --data and of files of images"),
		cli.Want(e.out != "", "--out is empty: give a folder for the page"),
		cli.Want(!strings.HasPrefix(strings.ToLower(filepath.Ext(e.out)), ".htm"), "--out %s: a page is a folder with an index.html; give a name without an ending", e.out),
		cli.Between("--port", e.port, 0, 65535),
		cli.Belong(e.in.given, e.open, "--open", "port"),
		e.checkOutputs(inputs, e.out),
		explore.Check(e.out),
	); err != nil {
		return err
	}
	decoder, err := openAs(e.modelFlags, e.decoder, infer.OpenDecoder)
	if err != nil {
		return err
	}
	defer decoder.Close()
	o := explore.Options{Decoder: decoder, Title: e.title}
	if o.Encoder, err = e.pagesEncoder(decoder, pictures); err != nil {
		return err
	}
	if o.Encoder != nil {
		defer o.Encoder.Close()
		if o.Detector, err = (&infer.Pair{Decoder: decoder, Encoder: o.Encoder}).Detector(); err != nil {
			if _, ok := errors.AsType[*infer.NoDetectorError](err); !ok {
				e.app.Notef("a page without a detector: %v", err)
			}
		}
	}
	if o.Points, err = e.points(ctx, o, pictures, files); err != nil {
		return err
	}
	if err := e.extras(&o, decoder); err != nil {
		return err
	}
	if path, sampler := contract.ReadSampler(e.decoder, decoder.Contract().Metadata.ModelID); sampler != nil {
		if o.Sampler, err = openAs(e.modelFlags, path, infer.OpenDecoder); err != nil {
			return err
		}
		defer o.Sampler.Close()
	}
	if o.Runtime, err = explore.Runtime(ctx, e.runtime, func() {
		e.app.Notef("fetching onnxruntime-web %s", explore.RuntimeVersion)
	}); err != nil {
		return err
	}
	if err := explore.Write(e.out, o); err != nil {
		return err
	}
	e.app.Printf("%s: %s", e.out, e.told(o))
	if !e.open {
		return nil
	}
	return show.Page(ctx, e.app, e.port, http.FileServer(http.Dir(e.out)))
}

// told says what the page has.
func (e *exploring) told(o explore.Options) string {
	text := "a page of " + e.decoder
	if o.Points != nil {
		text += fmt.Sprintf(" with %d encoded images", len(o.Points.Codes))
	}
	if !e.open {
		text += "; serve it with any web server, or see it with --open"
	}
	return text
}

// pagesEncoder opens the encoder, which may be missing where no images are to be encoded.
func (e *exploring) pagesEncoder(decoder *infer.Decoder, needed bool) (*infer.Encoder, error) {
	if err := decoder.TakesCodes(); err != nil {
		if needed || e.codes != "" || e.encoder != "" {
			return nil, err
		}
		return nil, nil
	}
	if _, err := os.Stat(e.encoderPath()); errors.Is(err, fs.ErrNotExist) && !needed && e.encoder == "" {
		return nil, nil
	}
	encoder, err := e.openEncoder()
	if err != nil {
		return nil, err
	}
	if _, err := infer.PairOf(decoder, encoder); err != nil {
		encoder.Close()
		return nil, err
	}
	return encoder, nil
}

// points encodes images, or reads their codes; nil if there are none.
func (e *exploring) points(ctx context.Context, o explore.Options, pictures bool, files []string) (*explore.Points, error) {
	switch {
	case e.codes != "":
		return e.read(o.Decoder)
	case !pictures:
		return nil, nil
	}
	x, err := e.in.load(ctx, e.app, o.Decoder, files)
	if err != nil {
		return nil, err
	}
	pair, err := forImages(e.modelFlags, &infer.Pair{Decoder: o.Decoder, Encoder: o.Encoder}, x)
	if err != nil {
		return nil, err
	}
	p := e.app.Progress(x.Len(), "images")
	defer p.Stop()
	codes, err := latent.Collect(latent.Means(cli.Counted(p, pair.Encoder.EncodeAll(ctx, x.All()))))
	if err != nil {
		return nil, err
	}
	points := &explore.Points{Codes: codes, Labels: x.Labels, Classes: x.Classes, Images: x.Images}
	for s, err := range pair.Scores(ctx, x.All(), infer.ScoreOptions{}) {
		if _, untold := errors.AsType[*infer.LikelihoodError](err); untold || errors.Is(err, latent.ErrNoLogVar) {
			break // a page without scores
		}
		if err != nil {
			return nil, err
		}
		points.Scores = append(points.Scores, s.ELBO)
	}
	return points, nil
}

// read reads the codes of --codes and the labels beside.
func (e *exploring) read(decoder *infer.Decoder) (*explore.Points, error) {
	codes, err := latent.ReadPoints(e.codes, decoder.Latent())
	if err != nil {
		return nil, err
	}
	if e.in.limit > 0 && e.in.given.Changed("limit") {
		codes = codes[:min(len(codes), e.in.limit)]
	}
	points := &explore.Points{Codes: codes}
	beside := latent.LabelsBeside(e.codes)
	if _, err := os.Stat(beside); err != nil {
		return points, nil
	}
	labels, err := latent.ReadLabels(beside)
	if err != nil {
		return nil, err
	}
	if len(labels) < len(codes) {
		return nil, fmt.Errorf("%s: %d labels, and %s holds more codes; write both with vae-infer encode", beside, len(labels), e.codes)
	}
	points.Labels = labels[:len(codes)] // by number: whose classes were counted is not known
	return points, nil
}

// extras opens the mixture and the attributes, which must be of the decoder's latent space.
func (e *exploring) extras(o *explore.Options, decoder *infer.Decoder) error {
	if e.mixture != "" || len(e.attributes) > 0 {
		if err := decoder.TakesCodes(); err != nil {
			return err
		}
	}
	if e.mixture != "" {
		mixture, err := latent.ReadMixture(e.mixture)
		if err != nil {
			return err
		}
		if err := mixture.Check(decoder.Space()); err != nil {
			return fmt.Errorf("%s: %w", e.mixture, err)
		}
		o.Mixture = mixture
	}
	for _, path := range e.attributes {
		a, err := latent.OpenAttribute(path, decoder.Space())
		if err != nil {
			return err
		}
		o.Attributes = append(o.Attributes, a)
	}
	return nil
}
