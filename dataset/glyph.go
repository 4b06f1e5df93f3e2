package dataset

import (
	"fmt"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonoitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// number is a fixed-point number with 16 bits after the point. The digits are
// drawn in integers alone: floating-point sums may round otherwise on a processor
// that fuses a product into them.
type number int64

const one number = 1 << 16

func (a number) times(b number) number { return a * b >> 16 }
func (a number) over(b number) number  { return a << 16 / b }

// point is a place in the plane, y downwards.
type point struct{ x, y number }

// outline is the border of a glyph: closed polygons, wound so that holes run
// against the border around them.
type outline [][]point

// loadOutlines returns the digits 0 to 9 of several fonts: those of the Go family
// whose digits have different shapes.
func loadOutlines() ([][10]outline, error) {
	var fonts [][10]outline
	for _, ttf := range [][]byte{goregular.TTF, gobold.TTF, goitalic.TTF, gomono.TTF, gomonoitalic.TTF} {
		font, err := sfnt.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("digits: %w", err)
		}
		var glyphs [10]outline
		for digit, char := range "O123456789" { // people draw 0 like O; in these fonts it has a slash
			if glyphs[digit], err = loadOutline(font, char); err != nil {
				return nil, fmt.Errorf("digits: %w", err)
			}
		}
		fonts = append(fonts, glyphs)
	}
	return fonts, nil
}

// loadOutline returns the glyph of a character with its bounding box centred on
// (0, 0) and one high. Its curves and its long lines become short lines, which bend
// well.
func loadOutline(font *sfnt.Font, char rune) (outline, error) {
	var b sfnt.Buffer
	index, err := font.GlyphIndex(&b, char)
	if err != nil {
		return nil, err
	}
	segments, err := font.LoadGlyph(&b, index, fixed.I(int(font.UnitsPerEm())), nil)
	if err != nil {
		return nil, err
	}
	var o outline
	var p point // where the pen is
	for _, s := range segments {
		a := point{number(s.Args[0].X), number(s.Args[0].Y)}
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			o = append(o, nil)
			p = a
		case sfnt.SegmentOpLineTo:
			p = o.curveTo(p, point{(p.x + a.x) / 2, (p.y + a.y) / 2}, a)
		case sfnt.SegmentOpQuadTo:
			p = o.curveTo(p, a, point{number(s.Args[1].X), number(s.Args[1].Y)})
		}
	}
	lo, hi := o.bounds()
	height := hi.y - lo.y
	return o.transform(func(p point) point {
		return point{(p.x - (lo.x+hi.x)/2).over(height), (p.y - (lo.y+hi.y)/2).over(height)}
	}), nil
}

// curveTo adds the quadratic Bézier curve from p by way of q to r to the last
// polygon, as a few lines.
func (o outline) curveTo(p, q, r point) point {
	const lines = 5
	for k := range number(lines) {
		// a, b and c are the Bernstein polynomials of degree 2, times lines².
		a, b, c := (lines-k)*(lines-k), 2*k*(lines-k), k*k
		o[len(o)-1] = append(o[len(o)-1], point{
			(a*p.x + b*q.x + c*r.x) / (lines * lines),
			(a*p.y + b*q.y + c*r.y) / (lines * lines),
		})
	}
	return r
}

// transform returns the outline whose points are f(p) for the points p of o.
func (o outline) transform(f func(point) point) outline {
	moved := make(outline, len(o))
	for i, polygon := range o {
		moved[i] = make([]point, len(polygon))
		for j, p := range polygon {
			moved[i][j] = f(p)
		}
	}
	return moved
}

// bounds returns the corners of the smallest rectangle around o.
func (o outline) bounds() (lo, hi point) {
	lo, hi = o[0][0], o[0][0]
	for _, polygon := range o {
		for _, p := range polygon {
			lo = point{min(lo.x, p.x), min(lo.y, p.y)}
			hi = point{max(hi.x, p.x), max(hi.y, p.y)}
		}
	}
	return lo, hi
}
