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
		advice.On(fitting),
		advice.On(fittingMemory),
		advice.Say[*train.ExistsError](" (--resume, --force, --out)"),
		advice.Say[*train.DamagedError](" (--force)"),
	}
}
