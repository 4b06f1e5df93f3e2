package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"govae/cmd/internal/cli"
	"govae/models"
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
		return fmt.Sprintf("%dx%d", c.Image.H, c.Image.W)
	}},
	{"--latent", func(c *models.Config, part int) string {
		if c.Latent = c.Latent * part / 16; c.Latent == 0 {
			return ""
		}
		return fmt.Sprint(c.Latent)
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

// fitting names the flags that make a model fit that is too large, one alone, and by as
// little as that takes.
func fitting(e *models.TooLargeError) string {
	var all []string
	for _, by := range shrink {
		for part := 15; part > 0; part-- {
			c := e.Config
			text := by.to(&c, part)
			if text == "" {
				break
			}
			if _, err := c.Params(); err == nil {
				all = append(all, by.flag+" "+text)
				break
			}
		}
	}
	if all == nil {
		return ""
	}
	return " (" + strings.Join(all, " or ") + ")"
}

// checkModel finds what is wrong with the model whatever the images are, which loading them
// would put off.
func (f *flags) checkModel() error {
	c := f.model
	c.Image = models.Shape{H: 28, W: 28, C: 1}
	if slices.Contains(automatic, c.Likelihood) { // by the images
		c.Likelihood = ""
	}
	_, err := c.Params()
	if _, large := errors.AsType[*models.TooLargeError](err); err != nil && !large {
		return cli.Usagef("%w", err)
	}
	return nil
}
