package dataset

import (
	"context"

	"govae/internal/parallel"
	"govae/internal/random"
)

// digits is the built-in source: digits drawn from fonts, each distorted in a way
// of its own, white on black and 28x28 like those of MNIST. It always gives the same
// bytes, on every machine.
type digits struct{ Options }

const (
	digitsTrain = 20_000
	digitsTest  = 4_000
	digitsSeed  = 1
)

// The splits are streams of [random.Digits].
const (
	trainStream = iota
	testStream
)

func (s digits) Load(ctx context.Context) (*Data, error) {
	fonts, err := loadOutlines()
	if err != nil {
		return nil, err
	}
	n := digitsTrain
	if s.Limit > 0 {
		n = min(n, s.Limit)
	}
	train, err := drawDigits(ctx, fonts, trainStream, n)
	if err != nil {
		return nil, err
	}
	test, err := drawDigits(ctx, fonts, testStream, digitsTest)
	if err != nil {
		return nil, err
	}
	return newIDXData(ctx, "digits", splits{train: train, test: test}, s.Options)
}

// drawDigits draws the first n images of a split: 0, 1, ..., 9, 0, 1 and so on.
func drawDigits(ctx context.Context, fonts [][10]outline, stream uint32, n int) (*Images, error) {
	m := &Images{Shape: Shape{H: digitSize, W: digitSize, C: 1}, Labels: make([]int, n)}
	m.Pixels = make([]byte, n*m.Shape.Len())
	const batch = 100 // images drawn with one canvas
	err := parallel.For(ctx, (n+batch-1)/batch, 0, func(b int) error {
		var c canvas
		for i := b * batch; i < min((b+1)*batch, n); i++ {
			r := random.New(digitsSeed, random.Digits, stream, uint32(i))
			m.Labels[i] = i % 10
			font := &fonts[r.IntN(len(fonts))]
			c.draw(m.At(i), font[m.Labels[i]], &r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// draw draws a glyph with random distortions.
func (c *canvas) draw(image []byte, glyph outline, r *random.Source) {
	const percent = one / 100
	bend := randomLattice(r, 24*percent)
	slant := between(r, -20*percent, 40*percent)
	o := glyph.transform(func(p point) point {
		p = bend.move(p)
		return point{p.x - slant.times(p.y), p.y}
	})

	// The bounding box gets its size, at most 20x20 pixels, and its place.
	lo, hi := o.bounds()
	height := between(r, 16*one, 20*one)
	scaleY := height.over(hi.y - lo.y)
	scaleX := scaleY.times(between(r, 75*percent, 115*percent))
	scaleX = min(scaleX, (20 * one).over(hi.x-lo.x))
	centre := point{
		digitSize*one/2 + between(r, -3*one/2, 3*one/2),
		digitSize*one/2 + between(r, -3*one/2, 3*one/2),
	}
	o = o.transform(func(p point) point {
		return point{
			centre.x + scaleX.times(p.x-(lo.x+hi.x)/2),
			centre.y + scaleY.times(p.y-(lo.y+hi.y)/2),
		}
	})

	c.fill(o)
	c.thicken(int(between(r, -1, 5)))
	c.shrink(image)
}

// lattice bends the plane (free-form deformation: T. Sederberg and S. Parry,
// "Free-Form Deformation of Solid Geometric Models", SIGGRAPH 1986): each of 4x4
// points of a grid over the square of side 1 around (0, 0) pulls what is near it.
type lattice [4][4]point

// randomLattice returns a lattice whose points pull by up to size along each axis.
func randomLattice(r *random.Source, size number) (l lattice) {
	for i := range l {
		for j := range l[i] {
			l[i][j] = point{between(r, -size, size), between(r, -size, size)}
		}
	}
	return l
}

// move returns where p is moved to.
func (l *lattice) move(p point) point {
	rows, columns := bernstein(p.y+one/2), bernstein(p.x+one/2)
	to := p
	for i, v := range rows {
		for j, u := range columns {
			weight := u.times(v)
			to.x += weight.times(l[i][j].x)
			to.y += weight.times(l[i][j].y)
		}
	}
	return to
}

// bernstein returns the Bernstein polynomials of degree 3 at t.
func bernstein(t number) [4]number {
	s := one - t
	ss, tt := s.times(s), t.times(t)
	return [4]number{ss.times(s), 3 * ss.times(t), 3 * s.times(tt), tt.times(t)}
}

// between returns a uniform number from lo to hi.
func between(r *random.Source, lo, hi number) number {
	return lo + number(r.IntN(int(hi-lo)+1))
}
