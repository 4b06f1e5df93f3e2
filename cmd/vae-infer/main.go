// Command vae-infer generates images with the ONNX files that vae-export writes.
package main

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"govae/infer"
	"govae/internal/cli"
	"govae/internal/picture"
	"govae/internal/sink"
)

func main() { cli.Main("vae-infer", command) }

func command(a *cli.App) *cobra.Command {
	m := &modelFlags{app: a}
	o := outputFlags{app: a}
	var samples int
	var from string
	var draw infer.SampleOptions
	root := &cobra.Command{
		Use:   "vae-infer",
		Short: "Generate images with an exported VAE",
		Long: `Generate images with the ONNX files that vae-export writes.

Without a subcommand, new images are drawn from the prior. Image i of a seed is
the same however many are drawn. --out chooses the form by its ending: .png is
one picture, .gif an animation of one image after the other, .npy an array of float32
[n,C,H,W], .idx an array of bytes [n,H,W] or [n,H,W,C] as MNIST's files are, and a name
without an ending, or with a / behind, a folder with one PNG an image.

Any number of images takes the same memory, except in one picture. What Ctrl-C or a
crash interrupts goes on with --resume: a file in the .part beside it, a folder after
its last complete image. The result is the same bit for bit.`,
		Example: `  vae-infer                                        # 64 new images in samples.png
  vae-infer --samples 1000 --seed 7 --out new/     # a PNG each
  vae-infer --samples 1000000 --out new.npy        # an array for NumPy
  vae-infer --samples 1000000 --out new.npy --resume
  vae-infer --from codes.json                      # drawn from the mixture of encode --fit-mixture
  vae-infer reconstruct --data mnist               # test images above their reconstructions
  vae-infer manifold                               # the latent plane
  vae-infer runtime install                        # get ONNX Runtime`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if samples < 1 || samples > math.MaxUint32 {
				return cli.Usagef("--samples %d: want a number from 1 to %d", samples, math.MaxUint32)
			}
			if !(draw.Temperature > 0) || math.IsInf(draw.Temperature, 0) {
				return cli.Usagef("--temperature %g: want a positive number", draw.Temperature)
			}
			decoder, err := m.open(m.decoder)
			if err != nil {
				return err
			}
			defer decoder.Close()
			job := map[string]string{"seed": fmt.Sprint(draw.Seed), "temperature": fmt.Sprint(draw.Temperature)}
			images := func(first int) iter.Seq2[infer.Image, error] {
				draw.First = first
				return decoder.Sample(cmd.Context(), samples-first, draw)
			}
			if from != "" {
				if filepath.Ext(from) == ".npy" && !cmd.Flags().Changed("samples") {
					samples = 0 // all
				}
				var points func(first int) iter.Seq2[[]float32, error]
				if samples, points, err = samplesFrom(from, decoder, samples, draw); err != nil {
					return err
				}
				if job["from"], err = digest(from); err != nil {
					return err
				}
				images = func(first int) iter.Seq2[infer.Image, error] {
					return decoder.DecodeAll(cmd.Context(), points(first))
				}
			}
			return o.writeJob(decoder, samples, nil, job, images)
		},
	}
	root.Flags().IntVar(&samples, "samples", 64, "number of images to draw")
	root.Flags().Uint64Var(&draw.Seed, "seed", 0, "number that determines the images")
	root.Flags().Float64Var(&draw.Temperature, "temperature", 1, "standard deviation of the latent points: below 1 typical images, above 1 unusual ones")
	root.Flags().StringVar(&from, "from", "", "what to draw from instead of the prior: a .npy file of latent points, or a .json mixture of encode")
	m.flags(root)
	o.flags(root, "samples.png")
	o.resumeFlag(root)
	root.AddCommand(
		reconstruct(m), score(m), encode(m), decode(m),
		interpolate(m), edit(m), manifold(m), traverse(m), scatter(m), augment(m),
		info(), runtimeCommand(m),
	)
	return root
}

// modelFlags say which files are run, and by what. All subcommands have them.
type modelFlags struct {
	noted                                       bool // the note on the engine is out
	app                                         *cli.App
	decoder, encoder, engine, provider, library string
	layout                                      string
}

func (m *modelFlags) flags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&m.decoder, "decoder", "decoder.onnx", "decoder file")
	f.StringVar(&m.encoder, "encoder", "", "encoder file (default: encoder.onnx beside the decoder)")
	f.StringVar(&m.engine, "engine", "auto", "what runs the files: auto, onnxruntime or gonum (pure Go)")
	f.StringVar(&m.layout, "layout", "", "how files of other programs have images, where they do not tell: nchw or nhwc")
	f.StringVar(&m.provider, "provider", "cpu", "where ONNX Runtime runs them: "+strings.Join(infer.Providers(), ", "))
	f.StringVar(&m.library, "library", "", "ONNX Runtime library file (default: see 'vae-infer runtime')")
}

// encoderPath returns the encoder's file.
func (m *modelFlags) encoderPath() string {
	if m.encoder != "" {
		return m.encoder
	}
	return filepath.Join(filepath.Dir(m.decoder), "encoder.onnx")
}

// open opens a decoder or encoder with the engine that the flags ask for.
func (m *modelFlags) open(path string) (*infer.Session, error) {
	switch {
	case !slices.Contains(infer.Providers(), m.provider):
		return nil, cli.Usagef("--provider %s: want one of %s", m.provider, strings.Join(infer.Providers(), ", "))
	case m.engine == "gonum" && m.provider != "cpu":
		return nil, cli.Usagef("--provider %s: --engine gonum runs on the cpu alone", m.provider)
	case m.engine != "auto" && m.engine != "onnxruntime" && m.engine != "gonum":
		return nil, cli.Usagef("--engine %s: want auto, onnxruntime or gonum", m.engine)
	}
	s, err := infer.Open(path, infer.Options{Engine: m.engine, Library: m.library, Provider: m.provider, Layout: m.layout, Threads: m.app.Threads})
	if err == nil && s.Note() != "" && !m.noted {
		m.noted = true
		m.app.Notef("%s", s.Note())
	}
	return s, err
}

// outputFlags say where images go.
type outputFlags struct {
	app           *cli.App
	out           string
	force, resume bool
}

func (o *outputFlags) flags(cmd *cobra.Command, out string) {
	cmd.Flags().StringVar(&o.out, "out", out, "a .png, .gif, .npy or .idx file, or a folder")
	cmd.Flags().BoolVar(&o.force, "force", false, "write into a folder that already holds images")
}

// resumeFlag is for commands that write with [outputFlags.writeJob].
func (o *outputFlags) resumeFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.resume, "resume", false, "go on where writing the same images to --out was interrupted")
}

// drawing makes one picture of all images.
type drawing = func(path string, images picture.Images) error

// write writes n images that a session makes to --out. Draw, if not nil, makes the
// picture of a --out that ends in .png.
func (o *outputFlags) write(s *infer.Session, n int, draw drawing, images iter.Seq2[infer.Image, error]) error {
	return o.writeJob(s, n, draw, nil, func(int) iter.Seq2[infer.Image, error] { return images })
}

// writeJob is write for images that can be made from any number on, so that --resume
// may go on with them. Job says what they are made of, besides what the session is.
func (o *outputFlags) writeJob(s *infer.Session, n int, draw drawing, job map[string]string, images func(first int) iter.Seq2[infer.Image, error]) error {
	start := time.Now()
	p := o.app.Progress(n, "images")
	defer p.Stop()
	first := 0
	pixels := func(from int) iter.Seq2[[]float32, error] {
		first = from
		p.Skip(first)
		return func(yield func([]float32, error) bool) {
			for image, err := range images(first) {
				if !yield(image.Pixels, err) || err != nil {
					return
				}
				p.Add(1)
			}
		}
	}
	options := sink.Options{N: n, C: s.C, H: s.H, W: s.W, Force: o.force, Draw: draw, Resume: o.resume}
	if job != nil {
		options.Job = map[string]string{"model": s.Fingerprint(), "engine": s.Engine()}
		maps.Copy(options.Job, job)
	}
	if err := sink.Write(o.out, options, pixels); err != nil {
		return err
	}
	p.Stop()
	text := fmt.Sprintf("%s: %d images", o.out, n)
	if first > 0 {
		text += fmt.Sprintf(", the last %d of them", n-first)
	}
	o.app.Printf("%s by %s in %.2f s", text, s.Engine(), time.Since(start).Seconds())
	return nil
}
