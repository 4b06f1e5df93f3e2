package main

import (
	"fmt"

	"govae/cmd/internal/advice"
	"govae/dataset"
	"govae/models"
	"govae/train"
)

// advices say which flags help about errors of libraries.
func advices() []advice.Advice {
	return []advice.Advice{
		advice.Skippable,
		advice.Say[*dataset.DownloadError](", and pass --data FOLDER"),
		advice.Say[*dataset.FewColoursWarning](" (--gray)"),
		advice.Say[*dataset.CutWarning](" (--size HxW, --fit pad)"),
		advice.On(func(e *dataset.DarkWarning) string { return fmt.Sprintf(" (--scale %d)", e.Scale()) }),
		advice.On(fitting),
		advice.On(fittingMemory),
		advice.Say[*dataset.UnlabelledError](" (or leave --conditional out)"),
		advice.Say[*models.FittedScaleError](" (--likelihood bernoulli, or gaussian with --sigma 0.1)"),
		advice.Say[*dataset.FewImagesError](" (--labels-per-class)"),
		advice.On(stopped),
		advice.Say[*train.ComputeError](" (--compute float32)"),
		advice.Say[*train.ExistsError](" (--resume, --force, --out)"),
		advice.Say[*train.NoCheckpointError](" (--init and --out, or --force)"),
		advice.Say[*train.DamagedError](" (--force)"),
		advice.Say[*train.SaveError](" (--resume)"),
		advice.On(func(e *train.LengthError) string {
			if e.Was == 0 {
				return " (--time, or --init and --out)"
			}
			return " (--epochs, or --init and --out)"
		}),
		advice.Say[*train.NoValidationError](" (--val-fraction, --patience)"),
		advice.On(func(e *train.DivergedError) string {
			if e.Untrained {
				return " (--init, --beta, --sigma)"
			}
			return " (--force --lr)"
		}),
	}
}

// stopped tells how to go on, and what there is.
func stopped(e *train.StoppedError) string {
	if e.Done == 0 {
		return "; --resume goes on"
	}
	return "; --resume goes on, and vae-export takes the model as it stands"
}
