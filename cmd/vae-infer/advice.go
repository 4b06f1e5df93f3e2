package main

import (
	"fmt"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/foreign"
	"govae/dataset"
	"govae/engine"
	"govae/engine/onnxruntime"
	"govae/images"
	"govae/infer"
	"govae/latent"
	"govae/sink"
)

// advise adds to an error, which may be nil, which flag or command helps.
func advise(err error) error { return advice.Add(err, advices()...) }

func advices() []advice.Advice {
	return []advice.Advice{
		// What is read.
		advice.Skippable,
		advice.Say[*dataset.SplitError](", or take all images with --split all"),
		advice.On(func(e *dataset.ClassError) string { return nearestClass(e.Class, e.Classes) }),
		advice.On(func(e *dataset.OneSidedError) string {
			if e.Split == "" || e.Split == dataset.AllSplits {
				return ""
			}
			return ", or take all with --split all"
		}),
		advice.Say[*dataset.DownloadError](", and pass --data FOLDER"),
		advice.Say[*images.TooBrightError](" (--scale 1 takes values as they are)"),
		advice.On(func(e *dataset.DarkWarning) string {
			return fmt.Sprintf(" (--scale %d, if the model was trained so)", e.Scale())
		}),

		// Models, and what runs them.
		foreign.Advice,
		unknownLabel("--label"),
		advice.Say[*infer.UnconvincingError](" (--confidence)"),
		advice.Say[*infer.UnconditionalError](" (vae-train --conditional)"),
		advice.Say[*infer.PriorError](" (vae-export without --prior)"),
		advice.Say[*infer.LikelihoodError]("; export the model with vae-export"),
		advice.Say[*infer.NoDetectorError]("; learn one from normal images with vae-infer score --calibrate"),
		advice.On(func(e *latent.FileError) string {
			options := map[string]string{"mixture": "encode --fit-mixture", "attribute": "edit --save-attribute"}
			return "; write it with vae-infer " + options[e.Want]
		}),
		advice.Say[*latent.TooFlatError]("; train with --latent 2 or more"),
		advice.Say[*engine.UnsupportedError]("; use --engine onnxruntime ('vae-infer runtime install' fetches ONNX Runtime)"),
		advice.On(func(e *engine.ProviderError) string {
			text := ", and name its library with --library or " + onnxruntime.Variable
			if e.Provider == "coreml" {
				text = " ('vae-infer runtime install' fetches one there)" + text
			}
			return text
		}),
		advice.On(func(e *onnxruntime.InstallError) string {
			if len(e.Failures) < 2 {
				return ""
			}
			return "; or give a library, wheel or archive with --from"
		}),
		advice.On(func(e *onnxruntime.PlatformError) string {
			return fmt.Sprintf("; build it for %s and install it with --from FILE", e.Platform)
		}),
		advice.Library,

		// What is written.
		advice.On(func(e *sink.ExistsError) string {
			if e.Unrecorded {
				return ", or --force to begin anew"
			}
			return ", or --force to write into it"
		}),
		advice.On(func(e *sink.InterruptedError) string {
			switch {
			case e.Err == nil && e.Resumable:
				return "; go on with --resume, or begin anew with --force"
			case e.Resumable:
				return "; go on with --resume"
			}
			return "; begin anew with --force"
		}),
		advice.Say[*sink.RecordError]("; give --force in place of --resume to begin anew"),
		advice.On(func(e *sink.ShardsError) string {
			if e.N == 0 {
				return "; make them with --shard"
			}
			return fmt.Sprintf("; make those with --shard %d/%d", e.Missing[0], e.N)
		}),
		advice.Say[*dataset.NotEmptyError](", or --force to write into it"),
	}
}
