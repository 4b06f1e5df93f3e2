package dataset

import (
	"cmp"
	"math/bits"
	"slices"
)

const (
	digitSize = 28                   // height and width of a digit's image in pixels
	fineness  = 8                    // cells of the bitmap in a pixel, along each axis
	cells     = digitSize * fineness // rows and columns of the bitmap
	words     = (cells + 63) / 64
)

// bitmap is a black and white picture, finer than the image made from it. Bit 0
// of word 0 is the leftmost cell.
type bitmap [cells][words]uint64

// crossing is a place where a polygon crosses the middle of a row of cells.
type crossing struct {
	column  int
	winding int // +1 if the polygon goes down there, -1 if up
}

// canvas draws digits. It holds what is reused from one to the next.
type canvas struct {
	bits, wide bitmap
	rows       [cells][]crossing
}

// fill draws the inside of an outline given in pixels, (0, 0) at the top left: the
// cells whose middle it winds around.
func (c *canvas) fill(o outline) {
	for y := range c.rows {
		c.rows[y] = c.rows[y][:0]
	}
	for _, polygon := range o {
		p := polygon[len(polygon)-1]
		for _, q := range polygon {
			c.cross(p, q)
			p = q
		}
	}
	c.bits = bitmap{}
	for y, row := range c.rows {
		slices.SortFunc(row, func(a, b crossing) int { return cmp.Compare(a.column, b.column) })
		winding, from := 0, 0
		for _, x := range row {
			if winding != 0 {
				setBits(&c.bits[y], from, x.column)
			}
			winding += x.winding
			from = x.column
		}
	}
}

// cross notes where the line from p to q crosses the middles of rows.
func (c *canvas) cross(p, q point) {
	const cell, middle = one / fineness, one / fineness / 2
	winding := 1
	if p.y > q.y {
		p, q, winding = q, p, -1
	}
	// Row y is crossed if p.y <= y*cell+middle < q.y.
	for y := max(0, (p.y-middle+cell-1)/cell); y < cells && y*cell+middle < q.y; y++ {
		x := p.x + (y*cell+middle-p.y)*(q.x-p.x)/(q.y-p.y)
		column := (x - middle + cell - 1) / cell // the first column whose middle is not left of x
		c.rows[y] = append(c.rows[y], crossing{int(min(max(column, 0), cells)), winding})
	}
}

// setBits sets the bits i of a row with from <= i < to.
func setBits(row *[words]uint64, from, to int) {
	for w := range row {
		lo, hi := max(from-64*w, 0), min(to-64*w, 64)
		if lo < hi {
			row[w] |= ^uint64(0) >> (64 - (hi - lo)) << lo
		}
	}
}

// thicken moves the border of the shape outwards by a number of cells, or inwards if
// that is negative. It grows by a cross and by a square in turn, together an
// octagon, which is close to a circle.
func (c *canvas) thicken(by int) {
	if by < 0 {
		c.invert()
		defer c.invert()
		by = -by
	}
	for i := range by {
		c.grow(i%2 == 1)
	}
}

// grow sets the cells beside, above and below those that are set, and the diagonal
// ones too if asked.
func (c *canvas) grow(diagonal bool) {
	for y, row := range c.bits {
		c.wide[y] = widen(row)
	}
	vertical := c.bits
	if diagonal {
		vertical = c.wide
	}
	for y := range c.bits {
		for w := range words {
			v := c.wide[y][w]
			if y > 0 {
				v |= vertical[y-1][w]
			}
			if y+1 < cells {
				v |= vertical[y+1][w]
			}
			c.bits[y][w] = v
		}
	}
}

// widen sets the bits on both sides of those that are set.
func widen(row [words]uint64) (wide [words]uint64) {
	for w, v := range row {
		wide[w] |= v | v<<1 | v>>1
		if w > 0 {
			wide[w] |= row[w-1] >> 63
		}
		if w+1 < words {
			wide[w] |= row[w+1] << 63
		}
	}
	return wide
}

func (c *canvas) invert() {
	for y := range c.bits {
		for w := range c.bits[y] {
			c.bits[y][w] = ^c.bits[y][w]
		}
	}
}

// shrink writes the bitmap to an image: each pixel is the share of its cells that
// are set.
func (c *canvas) shrink(image []byte) {
	for i := range image {
		y, x := i/digitSize, i%digitSize
		set := 0
		for _, row := range c.bits[y*fineness : (y+1)*fineness] {
			set += bits.OnesCount8(uint8(row[x*fineness/64] >> (x * fineness % 64)))
		}
		image[i] = byte(set * 255 / (fineness * fineness))
	}
}
