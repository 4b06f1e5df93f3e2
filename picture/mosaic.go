package picture

import (
	"image"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// dpi is the resolution of pictures with axes: a font size of 12 points is 20 pixels high.
const dpi = 120

// highest is the height in pixels up to which the images of a mosaic are enlarged: many rows of few columns
// would become a tower.
const highest = 8 * comfortable

// mosaic writes a PNG of images laid out in rows of the given number of columns,
// with the axes of p around them. Rows lie rowGap pixels apart, and images in colour or with light borders
// have a line around each: they would run into each other, where other gray ones mostly lie
// on one black. The axes span what p says; the mosaic fills the area between them.
func mosaic(path string, p *plot.Plot, m Images, columns, rowGap int) error {
	p.X.Padding, p.Y.Padding = 0, 0
	rows := m.Len() / columns
	scale := max(1, min(comfortable/(columns*m.W), highest/(rows*m.H)))
	columnGap := 0
	if m.C == 3 || light(m) {
		columnGap, rowGap = gap, gap
	}
	cellW, cellH := m.W*scale+columnGap, m.H*scale+rowGap
	width, height := columns*cellW-columnGap, rows*cellH-rowGap

	// The canvas gets the size at which the data area is the mosaic's, pixel for pixel.
	// How far labels stand out depends on the size, a little.
	margin := vg.Length(10)
	size := vg.Point{X: 1000, Y: 1000}
	for range 4 {
		probe := draw.New(vgimg.NewWith(vgimg.UseWH(size.X, size.Y), vgimg.UseDPI(dpi)))
		data := p.DataCanvas(probe).Rectangle.Size()
		size = size.Add(vg.Point{X: points(width) - data.X, Y: points(height) - data.Y})
	}
	c := vgimg.NewWith(vgimg.UseDPI(dpi), vgimg.UseWH(size.X+2*margin, size.Y+2*margin))
	dc := draw.Crop(draw.New(c), margin, -margin, margin, -margin)
	p.Draw(dc)

	corner := p.DataCanvas(dc)
	img := c.Image()
	x0 := int(math.Round(pixels(corner.Min.X)))
	y0 := img.Bounds().Dy() - int(math.Round(pixels(corner.Min.Y))) - height
	if columnGap > 0 {
		fill(img, image.Rect(x0, y0, x0+width, y0+height), gapColor)
	}
	for i := range m.Len() {
		paint(img, m.At(i), x0+i%columns*cellW, y0+i/columns*cellH, scale)
	}
	return WritePNG(path, img)
}

// light reports whether gray images are light at their upper borders, on average.
func light(m Images) bool {
	sum := 0.
	for i := range m.Len() {
		for _, v := range m.At(i).Pixels[:m.W] {
			sum += float64(v)
		}
	}
	return sum > 0.5*float64(m.Len()*m.W)
}

func points(pixels int) vg.Length { return vg.Length(pixels) * vg.Inch / dpi }

func pixels(l vg.Length) float64 { return float64(l / vg.Inch * dpi) }

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
