package main

import (
	"iter"

	"github.com/spf13/cobra"

	"govae/infer"
	"govae/internal/picture"
)

func reconstruct(m *modelFlags) *cobra.Command {
	o, in := outputFlags{app: m.app}, inputFlags{}
	cmd := &cobra.Command{
		Use:   "reconstruct [FILE…]",
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
			if err := in.check(files); err != nil {
				return err
			}
			decoder, err := m.open(m.decoder)
			if err != nil {
				return err
			}
			defer decoder.Close()
			x, err := in.load(cmd.Context(), decoder.Contract, files)
			if err != nil {
				return err
			}
			var reconstructions iter.Seq2[infer.Image, error]
			if decoder.Role == infer.Autoencoder {
				reconstructions = decoder.Reconstruct(cmd.Context(), x.all())
			} else {
				encoder, err := m.openEncoder(decoder)
				if err != nil {
					return err
				}
				defer encoder.Close()
				reconstructions = infer.Reconstruct(cmd.Context(), encoder, decoder, x.all())
			}
			draw := func(path string, images picture.Images) error {
				originals, err := infer.Collect(x.all())
				if err != nil {
					return err
				}
				return picture.WritePNG(path, picture.Pairs(picture.FromNCHW(x.C, x.H, x.W, originals.Pixels), images, 8))
			}
			return o.write(decoder, x.Len(), draw, reconstructions)
		},
	}
	o.flags(cmd, "reconstructions.png")
	in.flags(cmd, 32)
	return cmd
}

// openEncoder opens the encoder that belongs to a decoder.
func (m *modelFlags) openEncoder(decoder *infer.Session) (*infer.Session, error) {
	encoder, err := m.open(m.encoderPath())
	if err != nil {
		return nil, err
	}
	if err := infer.CheckPair(encoder, decoder); err != nil {
		encoder.Close()
		return nil, err
	}
	return encoder, nil
}
