package main

import (
	"github.com/spf13/cobra"

	"govae/infer"
	"govae/internal/cli"
	"govae/internal/picture"
)

// drawing makes one picture of all images.
type drawing = func(path string, images picture.Images) error

func reconstruct(m *modelFlags) *cobra.Command {
	o := outputFlags{app: m.app}
	var data string
	var limit int
	cmd := &cobra.Command{
		Use:   "reconstruct [IMAGE…]",
		Short: "Encode images and decode them again",
		Long: `Encode images and decode the means of their codes.

Images come from --data (its test split where there is one) or from files. A
.png shows each image above its reconstruction; a folder or a .npy file holds the
reconstructions alone. --decoder may name an autoencoder, which needs no encoder.`,
		Example: `  vae-infer reconstruct --data mnist --limit 40
  vae-infer reconstruct --data mnist --limit 0 --out all.npy
  vae-infer reconstruct one.png two.jpg --out pairs.png
  vae-infer reconstruct --decoder autoencoder.onnx --data mnist`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if (data == "") == (len(files) == 0) {
				return cli.Usagef("give either --data SOURCE or image files")
			}
			if limit < 0 {
				return cli.Usagef("--limit %d: want a number of images, or 0 for all", limit)
			}
			decoder, err := m.open(m.decoder)
			if err != nil {
				return err
			}
			defer decoder.Close()
			run := func(x []float32) (infer.Images, error) { return decoder.Reconstruct(cmd.Context(), x) }
			if decoder.Role != infer.Autoencoder {
				encoder, err := m.open(m.encoderPath())
				if err != nil {
					return err
				}
				defer encoder.Close()
				if err := infer.CheckPair(encoder, decoder); err != nil {
					return err
				}
				run = func(x []float32) (infer.Images, error) {
					return infer.Reconstruct(cmd.Context(), encoder, decoder, x)
				}
			}
			var x infer.Images
			if data != "" {
				x, err = loadSource(cmd.Context(), decoder.Contract, data, limit)
			} else {
				x, err = loadFiles(cmd.Context(), decoder.Contract, files)
			}
			if err != nil {
				return err
			}
			draw := func(path string, images picture.Images) error {
				return picture.WritePNG(path, picture.Pairs(picture.FromNCHW(x.C, x.H, x.W, x.Pixels), images, 8))
			}
			return o.write(cmd.Context(), decoder, x.Len(), draw, func(first, n int) (infer.Images, error) {
				size := x.C * x.H * x.W
				return run(x.Pixels[first*size : (first+n)*size])
			})
		},
	}
	o.flags(cmd, "reconstructions.png")
	cmd.Flags().StringVar(&data, "data", "", "digits, mnist, a folder of IDX files or images, or a .npy file")
	cmd.Flags().IntVar(&limit, "limit", 32, "number of images of --data, 0 for all")
	return cmd
}
