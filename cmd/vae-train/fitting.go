package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"govae/cmd/internal/cli"
	"govae/models"
	"govae/train"
)

// shrink are the flags that make a model smaller, each to some sixteenths of what it is;
// text is "" where nothing would be left of it.
var shrink = []struct {
	flag string
	to   func(c *models.Config, sixteenths int) (text string)
}{
	{"--size", func(c *models.Config, part int) string {
		c.Image.H, c.Image.W = c.Image.H*part/16/8*8, c.Image.W*part/16/8*8
		if c.Image.H == 0 || c.Image.W == 0 {
			return ""
		}
		if c.Groups != nil {
			c.Latent = 0 // follows from the groups
		}
		return fmt.Sprintf("%dx%d", c.Image.H, c.Image.W)
	}},
	{"--latent", func(c *models.Config, part int) string {
		if c.Latent = c.Latent * part / 16; c.Latent == 0 || c.Groups != nil {
			return ""
		}
		return fmt.Sprint(c.Latent)
	}},
	{"--width", func(c *models.Config, part int) string {
		if c.Width = c.Width * part / 16; c.Width == 0 {
			return ""
		}
		return fmt.Sprint(c.Width)
	}},
	{"--hidden", func(c *models.Config, part int) string {
		var widths []int
		for _, width := range c.Hidden {
			widths = append(widths, max(1, width*part/16))
		}
		c.Hidden = widths
		return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(widths)), ","), "[]")
	}},
}

// smaller names the flags each of which alone makes a model fit, with the largest value that does.
func smaller(c models.Config, fits func(models.Config) bool) (flags []string) {
	for _, by := range shrink {
		for part := 15; part > 0; part-- {
			c := c
			text := by.to(&c, part)
			if text == "" {
				break
			}
			if fits(c) {
				flags = append(flags, by.flag+" "+text)
				break
			}
		}
	}
	return flags
}

// orElse is the end of a line about what does not fit.
func orElse(flags []string) string {
	if flags == nil {
		return ""
	}
	return " (" + strings.Join(flags, " or ") + ")"
}

// fitting is advice on a model that is too large.
func fitting(e *models.TooLargeError) string {
	return orElse(smaller(e.Config, func(c models.Config) bool {
		_, err := c.Size()
		return err == nil
	}))
}

// fittingMemory is advice on a run for which there is too little memory.
func fittingMemory(e *train.MemoryError) string {
	var flags []string
	draws := max(e.Draws, 1)
	none, err := train.Memory(e.Config, 0)
	one, err2 := train.Memory(e.Config, draws)
	if err == nil && err2 == nil && one <= e.Available {
		flags = append(flags, fmt.Sprintf("--batch %d", (e.Available-none)/(one-none)))
	}
	return orElse(append(flags, smaller(e.Config, func(c models.Config) bool {
		need, err := train.Memory(c, e.Batch*draws)
		return err == nil && need <= e.Available
	})...))
}

// checkModel finds what is wrong with the model whatever the images are, before they are loaded.
func (f *flags) checkModel() error {
	c := f.model
	c.Image, c.Labels = models.Shape{H: 28, W: 28, C: 1}, []string{"a class"}
	if c.Arch == "ladder" { // by the images
		c.Groups, c.Latent = nil, 0
	}
	if slices.Contains(automatic, c.Likelihood) { // by the images
		c.Likelihood = ""
	}
	_, err := c.Size()
	if _, large := errors.AsType[*models.TooLargeError](err); err != nil && !large {
		return cli.Usagef("%w", err)
	}
	return nil
}
