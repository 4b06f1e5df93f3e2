package picture

import (
	"strconv"
	"strings"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
)

// The longest texts, in characters, that leave room for the points or images.
const (
	longestMark   = 12 // amid points
	longestLegend = 24
	longestRow    = 40 // beside a row of images
)

// shorten leaves characters out of the middle of a text so that n remain: names
// often start alike, and paths end in what matters.
func shorten(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	tail := n / 3
	return string(r[:n-1-tail]) + "…" + string(r[len(r)-tail:])
}

// drawable returns a text with "?" for the characters that the font of plots lacks,
// which would vanish.
func drawable(text string) string {
	sans := plot.DefaultFont
	sans.Variant = "Sans"
	face := font.DefaultCache.Lookup(sans, 12).Face
	var buffer sfnt.Buffer
	return strings.Map(func(r rune) rune {
		if glyph, err := face.GlyphIndex(&buffer, r); err != nil || glyph == 0 {
			return '?'
		}
		return r
	}, text)
}

// numbers writes numbers with three digits, or with as many more, up to the nine of a
// float32, as tell neighbours apart.
func numbers(values []float64) []string {
	texts := make([]string, len(values))
	for digits, alike := 3, true; alike && digits <= 9; digits++ {
		alike = false
		for i, v := range values {
			texts[i] = strconv.FormatFloat(v, 'g', digits, 64)
			alike = alike || i > 0 && texts[i] == texts[i-1] && v != values[i-1]
		}
	}
	return texts
}
