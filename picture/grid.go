package picture

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"govae/images"
)

// comfortable is the sheet width in pixels up to which small images are enlarged; it may be twice as high.
const comfortable = 960

// gap is the width in pixels of the line between two images of a sheet.
const gap = 2

// gapColor is grey, which separates white images as well as black ones.
var gapColor = color.RGBA{R: 112, G: 112, B: 112, A: 255}

// Grid lays images out in rows of the given number of columns, the first at the
// top left. Columns 0 chooses the number that makes the sheet about square.
// It panics where m holds no whole images.
func Grid(m Images, columns int) image.Image {
	must(check(m))
	n := m.Len()
	if columns < 1 {
		columns = int(math.Ceil(math.Sqrt(float64(n))))
	}
	columns = min(columns, n)
	s := newSheet(m, columns, (n+columns-1)/columns, 0)
	for i := range n {
		paint(s.dst, m.At(i), s.x(i%columns), s.y(i/columns, 0), s.scale)
	}
	return s.dst
}

// Pairs lays originals out in rows, each above its reconstruction, or above its
// several ones, which follow each other. It panics where the batches are not of one shape,
// hold no whole images, or not as many reconstructions of each.
func Pairs(originals, reconstructions Images, columns int) image.Image {
	must(checkPairs(originals, reconstructions))
	n := originals.Len()
	each := reconstructions.Len() / n
	columns = max(1, min(columns, n))
	groups := (n + columns - 1) / columns
	s := newSheet(originals, columns, (1+each)*groups, groups-1)
	for i := range n {
		group := i / columns
		row := (1 + each) * group
		paint(s.dst, originals.At(i), s.x(i%columns), s.y(row, group), s.scale)
		for k := range each {
			paint(s.dst, reconstructions.At(i*each+k), s.x(i%columns), s.y(row+1+k, group), s.scale)
		}
	}
	return s.dst
}

func checkPairs(originals, reconstructions Images) error {
	if err := cmp.Or(check(originals), check(reconstructions)); err != nil {
		return err
	}
	if a, b := originals, reconstructions; a.Shape != b.Shape || b.Len()%a.Len() != 0 {
		return fmt.Errorf("picture: %d images of %v are no reconstructions of %d of %v", b.Len(), b.Shape, a.Len(), a.Shape)
	}
	return nil
}

// Below returns a function that writes a PNG of originals, each with what was made of it
// below, as [Pairs] lays them out.
func Below(originals *images.Set) func(path string, made Images) error {
	return func(path string, made Images) error {
		all := originals.Batch()
		if err := checkPairs(all, made); err != nil {
			return err
		}
		return WritePNG(path, Pairs(all, made, 8))
	}
}

// sheet is the geometry of a picture made of equal cells with a frame of gap
// pixels around each and, between groups of rows, a wider bar.
type sheet struct {
	dst          draw.Image
	scale        int
	cellW, cellH int
}

// bar is the extra space between two groups of rows.
const bar = 5 * gap

func newSheet(m Images, columns, rows, bars int) *sheet {
	scale := max(1, min((comfortable/columns-gap)/m.W, (2*comfortable/rows-gap)/m.H))
	s := &sheet{scale: scale, cellW: m.W*scale + gap, cellH: m.H*scale + gap}
	w, h := columns*s.cellW+gap, rows*s.cellH+gap+bars*bar
	s.dst = canvas(m, w, h)
	fill(s.dst, s.dst.Bounds(), gapColor)
	return s
}

// x returns the left edge of a column.
func (s *sheet) x(column int) int { return gap + column*s.cellW }

// y returns the top edge of a row that has so many bars above it.
func (s *sheet) y(row, bars int) int { return gap + row*s.cellH + bars*bar }
