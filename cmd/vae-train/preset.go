package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/models"
)

// preset is a set of values of flags, which those that are given override.
type preset struct {
	name, line string
	values     []flagValue
}

type flagValue struct{ flag, value string }

// String is the preset as flags on a command line.
func (s preset) String() string {
	var words []string
	for _, v := range s.values {
		words = append(words, "--"+v.flag+" "+v.value)
	}
	return strings.Join(words, " ")
}

// presets are what --preset knows. docs/quality.md tells what each reaches, and when.
var presets = []preset{
	{"reference", "the network and the settings that others are compared with", []flagValue{
		{"arch", "conv"}, {"optimizer", "adam"}, {"lr", "0.001"}, {"batch", "128"}, {"epochs", "30"}, {"schedule", constant}, {"augment", none},
	}},
	{"fast", "the reference network in fewer epochs: more and larger steps, which become small in the end", []flagValue{
		{"arch", "conv"}, {"optimizer", "adam"}, {"lr", "0.004"}, {"batch", "32"}, {"epochs", "9"}, {"schedule", "cosine"}, {"lr-warmup", "400steps"},
	}},
	{"quality", "groups of latent variables from coarse to fine, trained for long", []flagValue{
		{"arch", "ladder"}, {"optimizer", "muon"}, {"batch", "32"}, {"epochs", "30"},
		{"schedule", "cosine"}, {"lr-warmup", "200steps"}, {"kl-warmup", "2"},
	}},
}

func (f *flags) addPreset(p *pflag.FlagSet) {
	var names []string
	for _, s := range presets {
		names = append(names, s.name)
	}
	p.StringVar(&f.preset, "preset", none, "values of flags that go together, which given flags override: "+strings.Join(append([]string{none}, names...), ", ")+" (see --list)")
}

// presets reports whether the preset has a value for a flag.
func (f *flags) presets(flag string) bool {
	return slices.ContainsFunc(presets, func(s preset) bool {
		return s.name == f.preset && slices.ContainsFunc(s.values, func(v flagValue) bool { return v.flag == flag })
	})
}

// applyPreset gives flags the values of the preset, except those that are given, and all
// those of a run that goes on, which has recorded them.
func (f *flags) applyPreset(p *pflag.FlagSet) error {
	var names []string
	for _, s := range presets {
		names = append(names, s.name)
		if s.name != f.preset || f.restored {
			continue
		}
		for _, v := range s.values {
			if f.given(p, v.flag) || f.given(p, alternatives[v.flag]) {
				continue
			}
			if err := p.Set(v.flag, v.value); err != nil {
				return fmt.Errorf("--preset %s: %w", f.preset, err)
			}
			f.presetArch = f.presetArch || v.flag == "arch"
		}
		return nil
	}
	if f.preset == none || f.restored {
		return nil
	}
	return cli.Usagef("--preset %s: choose one of %s, %s", f.preset, none, strings.Join(names, ", "))
}

// tellPreset says so where the preset has given photographs the reference network, whose two latent
// dimensions tell little of them. To a run that goes on no preset is applied.
func (f *flags) tellPreset(app *cli.App, c models.Config) {
	if auto := models.AutoArch(c); f.presetArch && c.Arch == "conv" && auto != c.Arch {
		app.Notef("vae-train: --preset %s takes the network for small pictures in black and white, which yours are not: leave it out, which takes %s", f.preset, auto)
	}
}
