package images

import (
	"fmt"
	"image/color"
	"strings"

	"golang.org/x/image/colornames"
)

// RGB is an opaque colour. The zero value is black.
type RGB struct{ R, G, B uint8 }

// Backgrounds beside black.
var (
	White = RGB{255, 255, 255}
	Gray  = RGB{128, 128, 128}
)

// ParseRGB reads a colour: #rrggbb, or a name of CSS such as white.
func ParseRGB(text string) (RGB, error) {
	text = strings.ToLower(text)
	if c, ok := colornames.Map[text]; ok {
		return RGB{c.R, c.G, c.B}, nil
	}
	var c RGB
	if n, err := fmt.Sscanf(text, "#%02x%02x%02x", &c.R, &c.G, &c.B); n < 3 || err != nil || c.String() != text {
		return RGB{}, fmt.Errorf("%q is no colour: want a name such as white, or #rrggbb such as #ffe0c0", text)
	}
	return c, nil
}

// String returns the colour as #rrggbb.
func (c RGB) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// MarshalText lets a colour stand in JSON as #rrggbb.
func (c RGB) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what [ParseRGB] reads.
func (c *RGB) UnmarshalText(text []byte) (err error) {
	*c, err = ParseRGB(string(text))
	return err
}

func (c RGB) color() color.Color { return color.RGBA{c.R, c.G, c.B, 255} }
