package picture

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// dpi is the resolution of pictures with axes: a font size of 12 points is 20 pixels high.
const dpi = 120

// Lattice returns the latent points [grid*grid, 2] that [Manifold] shows: both
// coordinates run over linspace(lo, hi, grid). The first point is the top left
// tile, (lo, hi); z[0] grows to the right and z[1] falls from row to row.
func Lattice(grid int, lo, hi float64) []float32 {
	z := make([]float32, 0, 2*grid*grid)
	for row := range grid {
		for column := range grid {
			z = append(z, float32(linspace(lo, hi, grid, column)), float32(linspace(lo, hi, grid, grid-1-row)))
		}
	}
	return z
}

// linspace returns the i-th of n evenly spaced numbers from lo to hi; a single one lies in the middle.
func linspace(lo, hi float64, n, i int) float64 {
	if n == 1 {
		return (lo + hi) / 2
	}
	return lo + (hi-lo)*float64(i)/float64(n-1)
}

// Manifold writes a PNG of a two-dimensional latent space: the decoded images
// of [Lattice], tile beside tile, with axes z[0] and z[1]. Each tile's centre
// lies at its latent point.
func Manifold(path string, m Images, grid int, lo, hi float64) error {
	if m.Len() != grid*grid || grid < 1 || !(lo < hi) {
		panic(fmt.Sprintf("picture: Manifold of %d images, grid %d, range %g to %g; want grid*grid images and a growing range", m.Len(), grid, lo, hi))
	}
	p := plot.New()
	sansSerif(p)
	p.X.Label.Text, p.Y.Label.Text = "z[0]", "z[1]"
	half := (hi - lo) / 2 // a single tile covers the whole range
	if grid > 1 {
		half = (hi - lo) / float64(grid-1) / 2
	}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Min, axis.Max = lo-half, hi+half
		axis.Padding = 0
		axis.Tick.Marker = evenTicks(lo, hi)
	}

	// The canvas gets the size at which the data area is the mosaic's, pixel for pixel.
	scale := max(1, comfortable/(grid*m.W))
	width, height := grid*m.W*scale, grid*m.H*scale
	margin := vg.Length(10)
	probe := draw.New(vgimg.NewWith(vgimg.UseWH(1000, 1000), vgimg.UseDPI(dpi)))
	data := p.DataCanvas(probe).Rectangle.Size()
	c := vgimg.NewWith(vgimg.UseDPI(dpi), vgimg.UseWH(
		points(width)+1000-data.X+2*margin, points(height)+1000-data.Y+2*margin))
	dc := draw.Crop(draw.New(c), margin, -margin, margin, -margin)
	p.Draw(dc)

	corner := p.DataCanvas(dc)
	img := c.Image()
	x0 := int(math.Round(pixels(corner.Min.X)))
	y0 := img.Bounds().Dy() - int(math.Round(pixels(corner.Min.Y))) - height
	for i := range grid * grid {
		m.paint(img, i, x0+i%grid*m.W*scale, y0+i/grid*m.H*scale, scale)
	}
	return WritePNG(path, img)
}

func points(pixels int) vg.Length { return vg.Length(pixels) * vg.Inch / dpi }

func pixels(l vg.Length) float64 { return float64(l / vg.Inch * dpi) }

// evenTicks labels every whole number of a short range with whole ends, else nine even steps.
func evenTicks(lo, hi float64) plot.ConstantTicks {
	steps := 8
	if lo == math.Trunc(lo) && hi == math.Trunc(hi) && hi-lo <= 12 {
		steps = int(hi - lo)
	}
	ticks := make(plot.ConstantTicks, steps+1)
	for i := range ticks {
		v := linspace(lo, hi, steps+1, i)
		ticks[i] = plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', 3, 64)}
	}
	return ticks
}

// sansSerif sets a plot's fonts, which are serifs by default.
func sansSerif(p *plot.Plot) {
	for _, f := range []*font.Font{
		&p.Title.TextStyle.Font, &p.X.Label.TextStyle.Font, &p.Y.Label.TextStyle.Font,
		&p.X.Tick.Label.Font, &p.Y.Tick.Label.Font, &p.Legend.TextStyle.Font,
	} {
		f.Variant = "Sans"
	}
	p.X.Label.TextStyle.Font.Size, p.Y.Label.TextStyle.Font.Size = 13, 13
	p.X.Tick.Label.Font.Size, p.Y.Tick.Label.Font.Size = 11, 11
	p.Title.TextStyle.Font.Size, p.Legend.TextStyle.Font.Size = 13, 12
}
