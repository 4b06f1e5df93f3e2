// Command vae-export writes a trained model as ONNX files.
package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"govae/export"
	"govae/infer"
	"govae/internal/cli"
	"govae/models"
)

const help = `Writes the decoder and the encoder of a trained model as ONNX files.

Each file is checked, and run against the model's own arithmetic, before it
replaces an older one. Where no engine is found that could run it, the command
says so and writes the files checked but not run.`

const examples = `  vae-export
  vae-export --model vae-model --out decoder.onnx
  vae-export --out web/decoder.onnx --encoder none`

func main() { cli.Main("vae-export", build) }

func build(app *cli.App) *cobra.Command {
	var model, decoder, encoder string
	var options export.Options
	cmd := &cobra.Command{
		Use:     "vae-export",
		Short:   "Write a trained model as ONNX files",
		Long:    help,
		Example: examples,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			paths := export.Paths{Decoder: decoder, Encoder: encoder}
			switch encoder {
			case "":
				paths.Encoder = filepath.Join(filepath.Dir(decoder), "encoder.onnx")
			case "none":
				paths.Encoder = ""
			}
			if decoder == "" || filepath.Clean(paths.Decoder) == filepath.Clean(paths.Encoder) {
				return cli.Usagef("--out %q and --encoder %q: two different files are needed", decoder, encoder)
			}
			m, saved, err := models.Load(model)
			if err != nil {
				return err
			}
			options.LatentStats = saved.LatentStats
			var verifier export.Engine
			engine, missing := infer.NewEngine(infer.Options{})
			if missing == nil && engine.Note() != "" {
				app.Notef("%s", engine.Note())
			}
			if missing == nil {
				verifier = infer.Verifier{Engine: engine}
			}
			results, err := export.Write(cmd.Context(), m, paths, verifier, options)
			if err != nil {
				return err
			}
			for _, r := range results {
				verdict := fmt.Sprintf("not run: no engine (%v)", missing)
				if r.Verified {
					verdict = fmt.Sprintf("%s differs from the model by %.2g", engine.Name(), r.Difference)
				}
				app.Printf("%s: %d bytes, checked; %s", r.Path, r.Bytes, verdict)
			}
			return nil
		},
	}
	p := cmd.Flags()
	p.SortFlags = false
	p.StringVar(&model, "model", "vae-model", "model directory to read")
	p.StringVar(&decoder, "out", "decoder.onnx", "decoder file to write")
	p.StringVar(&encoder, "encoder", "", "encoder file to write, or none (default encoder.onnx beside the decoder)")
	p.Int64Var(&options.Opset, "opset", 17, "version of the ONNX operators")
	return cmd
}
