// Command vae-infer generates images with the ONNX files that vae-export writes.
package main

import (
	"fmt"
	"iter"
	"math"
	"path/filepath"

	"github.com/spf13/cobra"

	"govae/infer"
	"govae/internal/cli"
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
		info(m), runtimeCommand(m),
	)
	return root
}
