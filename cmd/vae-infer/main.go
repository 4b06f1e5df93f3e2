// Command vae-infer generates images with the ONNX files that vae-export writes.
package main

import (
	"github.com/spf13/cobra"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
)

func main() { cli.Main("vae-infer", command) }

func command(a *cli.App) *cobra.Command {
	m := &modelFlags{app: a}
	root := &cobra.Command{
		Use:   "vae-infer",
		Short: "Generate images with an exported VAE",
		Long: `Generate images with the ONNX files that vae-export writes.

Without a subcommand, new images are drawn: by the sampler that vae-export writes beside
the decoder, if there is one, else from the prior N(0, I), as by --from prior. Image
i of a seed is the same however many are drawn. --out chooses the form by its ending: .png is
one picture, .gif an animation of one image after the other, .npy an array of float32
[n,C,H,W], .idx an array of bytes [n,H,W] or [n,H,W,C] as MNIST's files are, and a name
without an ending, or with a / behind, a folder with one PNG per image.

Any number of images takes the same memory, except in one picture. What Ctrl-C or a
crash interrupts goes on with --resume: a file in the .part beside it, a folder after
its last complete image. The result is the same bit for bit.`,
		Example: `  vae-infer                                        # 64 new images in samples.png
  vae-infer --samples 1000 --seed 7 --out new/     # one PNG each
  vae-infer --samples 1000000 --out new.npy        # an array for NumPy
  vae-infer --samples 1000000 --out new.npy --resume
  vae-infer --label 7                              # of one class of a conditional model
  vae-infer --from codes.json                      # drawn from the mixture of encode --fit-mixture
  vae-infer reconstruct --data mnist               # test images above their reconstructions
  vae-infer manifold                               # the latent plane
  vae-infer runtime install                        # get ONNX Runtime`,
		Args: cli.NoArgs(""),
	}
	makeSample(root, m)
	m.flags(root)
	root.AddCommand(
		sample(m), reconstruct(m), score(m), evaluate(m), encode(m), decode(m),
		interpolate(m), edit(m), manifold(m), traverse(m), scatter(m), augment(m), classify(m), join(m),
		info(m), runtimeCommand(m), exploreCommand(m),
	)
	advice.Command(root, advices()...)
	return root
}
