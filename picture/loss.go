package picture

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Curve is one line of each panel of a loss picture: the terms of the ELBO of
// one split, in nats per image. Element i of each slice belongs to Epoch[i];
// values that are not finite are left out.
type Curve struct {
	Name                     string // "train", "test"
	Epoch                    []int
	ELBO, Reconstruction, KL []float64
}

// lineColors are blue and orange, told apart by colour-blind readers too, then
// further tones of Okabe and Ito's palette.
var lineColors = []color.RGBA{{0, 114, 178, 255}, {230, 120, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255}}

// Loss writes a PNG of three panels: ELBO, reconstruction term and KL term by epoch.
func Loss(path string, curves ...Curve) error {
	for _, c := range curves {
		if n := len(c.Epoch); len(c.ELBO) != n || len(c.Reconstruction) != n || len(c.KL) != n {
			return fmt.Errorf("picture: the curve %q has %d epochs with %d, %d and %d values: want as many of each",
				c.Name, n, len(c.ELBO), len(c.Reconstruction), len(c.KL))
		}
	}
	panels := []*plot.Plot{
		term("ELBO", curves, func(c Curve) []float64 { return c.ELBO }),
		term("Reconstruction", curves, func(c Curve) []float64 { return c.Reconstruction }),
		term("KL divergence", curves, func(c Curve) []float64 { return c.KL }),
	}
	return writePanels(path, 13*vg.Inch, panels...)
}

// writePanels writes a PNG of panels side by side, so wide in all.
func writePanels(path string, width vg.Length, panels ...*plot.Plot) error {
	c := vgimg.NewWith(vgimg.UseWH(width, 4*vg.Inch), vgimg.UseDPI(dpi))
	tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: 24, PadTop: 12, PadBottom: 10, PadLeft: 12, PadRight: 16}
	for i, p := range panels {
		p.Draw(tiles.At(draw.New(c), i, 0))
	}
	return WritePNG(path, c.Image())
}

// term draws one term of every curve over the epochs.
func term(title string, curves []Curve, values func(Curve) []float64) *plot.Plot {
	var lines []line
	for i, c := range curves {
		l := line{name: c.Name, y: values(c), color: lineColors[i%len(lineColors)]}
		for _, epoch := range c.Epoch {
			l.x = append(l.x, float64(epoch))
		}
		lines = append(lines, l)
	}
	p := panel(title, "epoch", lines)
	p.Y.Min, p.Y.Max = settled(lines, p.Y.Min, p.Y.Max)
	if roomAbove(lines, p.Y.Min, p.Y.Max) {
		p.Legend.Top = true
		p.Legend.YOffs = -8
	}
	return p
}

// roomAbove reports whether lines leave more room above them than below, where the legend lies: in the last
// third of an axis from lo to hi.
func roomAbove(lines []line, lo, hi float64) bool {
	least, most := hi, lo
	for _, l := range lines {
		for _, y := range l.y[2*len(l.y)/3:] {
			if !math.IsNaN(y) && !math.IsInf(y, 0) {
				least, most = min(least, y), max(most, y)
			}
		}
	}
	return hi-most > least-lo
}

// settled is the range of an axis from lo to hi that shows all epochs but the first, where that is
// so far off that the others would be flat beside it.
func settled(lines []line, lo, hi float64) (least, most float64) {
	const (
		enough = 4      // epochs of a curve that has settled
		flat   = 1. / 3 // the share of an axis below which curves are
	)
	var later []float64
	for _, l := range lines {
		if len(l.y) < enough {
			return lo, hi
		}
		for _, v := range l.y[1:] {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				later = append(later, v)
			}
		}
	}
	if len(later) == 0 {
		return lo, hi
	}
	least, most = slices.Min(later), slices.Max(later)
	if height := most - least; height > 0 && height < flat*(hi-lo) {
		return max(lo, least-height/2), min(hi, most+height/2) // the line to the first epoch leaves the panel
	}
	return lo, hi
}

// line is one line of a panel, with an entry in the legend if it has a name. Points that
// are not finite are left out.
type line struct {
	name   string
	x, y   []float64
	color  color.Color
	dashed bool
}

// panel draws lines of nats per image.
func panel(title, x string, lines []line) *plot.Plot {
	p := plot.New()
	sansSerif(p)
	p.Title.Text = title
	p.Title.Padding = 8
	p.X.Label.Text, p.Y.Label.Text = x, "nats per image"
	p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks(1), roundTicks(0)
	p.Legend.XOffs, p.Legend.YOffs = -8, 8
	p.Legend.Padding = 3

	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{Y: 225}, color.Gray{Y: 225}
	p.Add(grid)
	for _, l := range lines {
		var points plotter.XYs
		for k, v := range l.y {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				points = append(points, plotter.XY{X: l.x[k], Y: v})
			}
		}
		if len(points) == 0 {
			continue
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			panic("picture: " + err.Error()) // only for no points or values that are not finite
		}
		line.Width, line.Color = 1.8, l.color
		if l.dashed {
			line.Width, line.Dashes = 1, []vg.Length{4, 3}
		}
		dots.Shape, dots.Radius, dots.Color = draw.CircleGlyph{}, 2.4, line.Color
		p.Add(line)
		if len(points) <= 40 && !l.dashed { // beyond that dots run into each other
			p.Add(dots)
		}
		if l.name != "" {
			p.Legend.Add(l.name, line)
		}
	}
	return p
}

// roundTicks marks multiples of 1, 2 or 5 times a power of ten, none finer than
// the finest step and at most eight of them.
func roundTicks(finest float64) plot.TickerFunc {
	return func(lo, hi float64) []plot.Tick {
		step, digits := 0.0, 0
		for k := -18; step < finest || (hi-lo)/step > 7; k++ {
			power := math.Floor(float64(k) / 3)
			step = []float64{1, 2, 5}[(k+18)%3] * math.Pow(10, power)
			digits = max(0, -int(power))
		}
		var ticks []plot.Tick
		// The slack keeps ends that rounding moved; the sum makes -0 a 0.
		first := math.Ceil(lo/step-1e-6) + 0
		for i := range 9 { // a loop up to hi would not end where numbers are so large that 1 is lost in them
			if v := (first + float64(i)) * step; v <= hi+step/1e6 {
				ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', digits, 64)})
			}
		}
		return ticks
	}
}
