package main

import (
	"iter"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/infer"
	"govae/internal/infile"
	"govae/latent"
)

func decode(m *modelFlags) *cobra.Command {
	o := outputFlags{app: m.app}
	cmd := &cobra.Command{
		Use:   "decode POINTS.npy",
		Short: "Decode latent points to images",
		Long: `Decode the latent points of a NumPy file, float32 or float64 [n,L] as encode writes
them; of more dimensions the last one is L. Files of any length are decoded in
constant memory, unless to one picture, and --resume goes on where that was interrupted.`,
		Example: `  vae-infer decode codes.npy
  vae-infer decode codes.npy --out images/
  vae-infer decode draws.npy --out decoded.npy`,
		Args: cli.OneArg,
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := m.checkOutputs(files, o.out); err != nil {
				return err
			}
			decoder, err := m.openDecoder()
			if err != nil {
				return err
			}
			defer decoder.Close()
			if err := decoder.TakesCodes(); err != nil {
				return err
			}
			points, err := latent.OpenPoints(files[0], decoder.Latent())
			if err != nil {
				return err
			}
			content, err := infile.Digest(files[0])
			if err != nil {
				return err
			}
			return o.writeJob(decoder, points.N, nil, map[string]string{"points": content, "label": m.label}, func(first int) iter.Seq2[infer.Image, error] {
				return decoder.DecodeAll(cmd.Context(), points.From(first))
			})
		},
	}
	o.flags(cmd, "decoded.png")
	o.resumeFlag(cmd)
	return cmd
}
