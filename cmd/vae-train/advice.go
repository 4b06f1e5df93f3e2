package main

import (
	"govae/cmd/internal/advice"
	"govae/dataset"
	"govae/train"
)

// advices say which flags help about errors of libraries.
func advices() []advice.Advice {
	return []advice.Advice{
		advice.Say[*dataset.DownloadError](", and pass --data FOLDER"),
		advice.Say[*train.ExistsError](" (--resume, --force, --out)"),
		advice.Say[*train.DamagedError](" (--force)"),
		advice.Say[*train.SaveError](" (--resume)"),
		advice.Say[*train.NoValidationError](" (--val-fraction, --patience)"),
		advice.On(func(e *train.DivergedError) string {
			if e.Step == 1 {
				return " (--init, --beta, --sigma)"
			}
			return " (--force --lr)"
		}),
	}
}
