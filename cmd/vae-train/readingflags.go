package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/train"
)

// addReading adds the flags that say how images come from their source to the trainer.
func (f *flags) addReading(p *pflag.FlagSet) {
	p.TextVar(&f.augment, "augment", augment{auto: true}, "change training images at random, anew in each epoch: auto (of photographs, and drawings larger than 32x32, nudge where they are fewer than 20,000, shift where photographs are fewer than 500), none, or `NAMES`, separated by commas, of\n"+augmentations())
	p.BoolVar(&f.noCache, "no-cache", false, "keep decoded images in memory, not in a file of the user's cache")
}

// augmentations lists what --augment knows, a line each.
func augmentations() string {
	var lines []string
	for _, a := range train.Augmentations() {
		lines = append(lines, fmt.Sprintf("  %-6s  %s", a.Name, a.Does))
	}
	return strings.Join(lines, "\n")
}

// augment is the value of the flag --augment.
type augment struct {
	auto    bool // the images choose
	settled bool // they have, when the run was started: other versions may choose otherwise
	changes train.Augment
}

// settle takes what was chosen for auto.
func (a *augment) settle(chosen string) error {
	err := a.UnmarshalText([]byte(chosen))
	a.auto, a.settled = true, true
	return err
}

// MarshalText implements [encoding.TextMarshaler].
func (a augment) MarshalText() ([]byte, error) {
	switch {
	case a.auto:
		return []byte(auto), nil
	case a.changes == 0:
		return []byte(none), nil
	}
	return a.changes.MarshalText()
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (a *augment) UnmarshalText(text []byte) error {
	*a = augment{auto: string(text) == auto}
	if a.auto || string(text) == none {
		return nil
	}
	return a.changes.UnmarshalText(text)
}

// chooseAugment takes the changes that the flag names, or those that suit the images.
func (f *flags) chooseAugment(data *dataset.Data, pictures, drawings bool) {
	f.train.Augment = f.augment.changes
	if f.augment.auto && !f.augment.settled && pictures {
		f.train.Augment = train.SuitedAugment(data.Training(), drawings)
	}
}

// show prints how far a source is with decoding images, and its warnings, until stop is called.
func (f *flags) show(app *cli.App, o *dataset.Options) (stop func()) {
	decoding := meter{app: app, unit: "images"}
	o.NoCache = f.noCache
	o.Decoding = func(done, total int) { decoding.show(done, total, "decode") }
	o.Warn = func(message string) { app.Notef("vae-train: %s", message) }
	return decoding.stop
}

// The share of an epoch, and the time of it, above which waiting for images is worth a hint.
const (
	longWait        = 0.1
	longWaitSeconds = 1
)

// waitingHint says, the first time that steps wait for their images, what may help.
func (f *flags) waitingHint(app *cli.App) func(e train.Metrics) {
	said := false
	return func(e train.Metrics) {
		if said || e.Waiting < longWait || e.Waiting*e.Seconds < longWaitSeconds {
			return
		}
		said = true
		help := "more --threads, or a faster disk for the user's cache"
		if f.train.Augment != 0 {
			help = "fewer of --augment, " + help
		}
		app.Notef("vae-train: the steps waited for their images %.0f %% of the time: what may help is %s", 100*e.Waiting, help)
	}
}
