package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"govae/images"
)

// Group is a part of a [Gallery].
type Group struct {
	Heading  string
	Images   Images
	Captions []string // one per image
}

// Scored is a group of those images of a set that index names, each with its score.
// It panics where there is no such image or no score of it.
func Scored(heading string, set *images.Set, scores []float64, index []int) Group {
	g := Group{Heading: heading, Images: set.Select(index).Batch()}
	for _, i := range index {
		g.Captions = append(g.Captions, fmt.Sprintf("%.0f", scores[i]))
	}
	return g
}

// The text of a gallery.
var (
	captionFont       = basicfont.Face7x13
	captionHeight     = captionFont.Height + 3
	galleryBackground = color.Gray{Y: 40}
	galleryText       = color.Gray{Y: 235}
)

// Gallery lays out groups of images, one below the other: a heading and then rows of
// images, each above its caption. It panics where there is no group or no column, where
// images are not of one shape or not whole, and where an image has no caption.
func Gallery(groups []Group, columns int) image.Image {
	must(checkGallery(groups, columns))
	first := groups[0].Images
	cellW := max(first.W, comfortable/columns-gap)
	scale := max(1, cellW/first.W)
	cellW = max(cellW, first.W*scale)
	for _, g := range groups {
		for _, c := range g.Captions {
			cellW = max(cellW, captionFont.Advance*len(c))
		}
	}
	cellH := first.H*scale + captionHeight

	height := gap
	for _, g := range groups {
		height += captionHeight + bar + (g.Images.Len()+columns-1)/columns*(cellH+gap)
	}
	dst := canvas(first, columns*(cellW+gap)+gap, height)
	draw.Draw(dst, dst.Bounds(), image.NewUniform(galleryBackground), image.Point{}, draw.Src)
	y := gap
	for _, g := range groups {
		write(dst, g.Heading, gap, y+bar/2)
		y += captionHeight + bar
		for i := range g.Images.Len() {
			x := gap + i%columns*(cellW+gap)
			paint(dst, g.Images.At(i), x+(cellW-first.W*scale)/2, y, scale)
			write(dst, g.Captions[i], x+(cellW-captionFont.Advance*len(g.Captions[i]))/2, y+first.H*scale+1)
			if i%columns == columns-1 || i == g.Images.Len()-1 {
				y += cellH + gap
			}
		}
	}
	return dst
}

func checkGallery(groups []Group, columns int) error {
	if len(groups) == 0 || columns < 1 {
		return fmt.Errorf("picture: a gallery of %d groups in %d columns: want at least one of each", len(groups), columns)
	}
	for _, g := range groups {
		if err := checkShape(g.Images.Shape); err != nil {
			return err
		}
		if g.Images.Shape != groups[0].Images.Shape || len(g.Captions) != g.Images.Len() {
			return fmt.Errorf("picture: the group %q has %d images of %v with %d captions: want a caption for each, and images of %v",
				g.Heading, g.Images.Len(), g.Images.Shape, len(g.Captions), groups[0].Images.Shape)
		}
	}
	return nil
}

// write writes a line of text with its top left corner at (x, y).
func write(dst draw.Image, text string, x, y int) {
	d := font.Drawer{Dst: dst, Src: image.NewUniform(galleryText), Face: captionFont, Dot: fixed.P(x, y+captionFont.Ascent)}
	d.DrawString(text)
}
