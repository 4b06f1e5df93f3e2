package picture

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// ScatterPlot is the content of a scatter picture.
type ScatterPlot struct {
	X, Y           []float64 // the place of each point
	XLabel, YLabel string
	Labels         []int    // the class of each point, or nil
	Classes        []string // the name of each class; a class beyond them goes by its number
}

// classColors start with Okabe and Ito's palette (Okabe & Ito 2008, Color universal
// design), which colour-blind readers can tell apart, with a yellow that is seen on
// white; a brown and a gray make ten.
var classColors = []color.NRGBA{
	{0, 114, 178, 255}, {230, 159, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255}, {86, 180, 233, 255},
	{213, 94, 0, 255}, {205, 190, 0, 255}, {0, 0, 0, 255}, {128, 64, 40, 255}, {150, 150, 150, 255},
}

// classShapes tell classes of one colour apart.
var classShapes = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.PyramidGlyph{}}

// maxClasses is the number of classes that have a look of their own; the points of
// others are small crosses.
var maxClasses = len(classColors) * len(classShapes)

// Scatter writes a PNG of points in two dimensions, coloured by class, with a
// legend. Points are transparent and drawn in random order, so that no class
// hides another. A point that is not finite is an error.
func Scatter(path string, s ScatterPlot) error {
	n := len(s.X)
	if n == 0 || len(s.Y) != n || s.Labels != nil && len(s.Labels) != n {
		return fmt.Errorf("picture: %d and %d coordinates with %d labels: want as many of each, at least one", n, len(s.Y), len(s.Labels))
	}
	if i := slices.IndexFunc(s.Labels, func(label int) bool { return label < 0 }); i >= 0 {
		return fmt.Errorf("picture: point %d has the label %d: want 0 or more", i, s.Labels[i])
	}
	p := plot.New()
	sansSerif(p)
	p.X.Label.Text, p.Y.Label.Text = s.XLabel, s.YLabel
	p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks(0), roundTicks(0)

	points := &plotter.Scatter{XYs: make(plotter.XYs, n)}
	labels := make([]int, n)
	for i, j := range rand.New(rand.NewPCG(0, 0)).Perm(n) {
		if math.IsNaN(s.X[j]-s.X[j]) || math.IsNaN(s.Y[j]-s.Y[j]) {
			return fmt.Errorf("%s: point %d is not finite; check its image and the encoder", path, j)
		}
		points.XYs[i] = plotter.XY{X: s.X[j], Y: s.Y[j]}
		if s.Labels != nil {
			labels[i] = s.Labels[j]
		}
	}
	radius, opacity := pointStyle(n)
	points.GlyphStyleFunc = func(i int) draw.GlyphStyle { return classStyle(labels[i], radius, opacity) }
	p.Add(points)
	if s.Labels != nil {
		s.addLegend(p)
		s.addNames(p)
	}

	c := vgimg.NewWith(vgimg.UseWH(8*vg.Inch, 7*vg.Inch), vgimg.UseDPI(dpi))
	dc := draw.Crop(draw.New(c), 10, -10, 10, -10)
	// The legend is beside the plot, as points may be anywhere in it.
	side := p.Legend.Rectangle(dc).Size().X
	p.Legend.Draw(draw.Crop(dc, dc.Rectangle.Size().X-side, 0, 0, 0))
	legend := p.Legend
	p.Legend = plot.NewLegend()
	p.Draw(draw.Crop(dc, 0, -side-legend.Padding, 0, 0))
	return WritePNG(path, c.Image())
}

// pointStyle makes many points small and transparent.
func pointStyle(n int) (radius vg.Length, opacity uint8) {
	switch {
	case n > 3000:
		return 1.4, 140
	case n > 300:
		return 2, 180
	}
	return 3, 220
}

// classStyle is how the points of a class look.
func classStyle(class int, radius vg.Length, opacity uint8) draw.GlyphStyle {
	if class >= maxClasses {
		return draw.GlyphStyle{Color: color.NRGBA{110, 110, 110, opacity}, Radius: radius, Shape: draw.CrossGlyph{}}
	}
	c := classColors[class%len(classColors)]
	c.A = opacity
	return draw.GlyphStyle{Color: c, Radius: radius, Shape: classShapes[class/len(classColors)]}
}

// addLegend names the classes that have points, in order.
func (s ScatterPlot) addLegend(p *plot.Plot) {
	p.Legend.Top, p.Legend.Padding = true, 4
	for class, points := range s.byClass() {
		if len(points) > 0 {
			p.Legend.Add(s.legend(class), swatch(classStyle(class, 4, 255)))
		}
	}
}

// addNames writes each class's name, or its number, in the middle of its points, black with a white
// rim.
func (s ScatterPlot) addNames(p *plot.Plot) {
	var places plotter.XYLabels
	for class, points := range s.byClass()[:maxClasses] {
		if len(points) == 0 {
			continue
		}
		median := func(v []float64) float64 {
			var sorted []float64
			for _, i := range points {
				sorted = append(sorted, v[i])
			}
			slices.Sort(sorted)
			return sorted[len(sorted)/2]
		}
		places.XYs = append(places.XYs, plotter.XY{X: median(s.X), Y: median(s.Y)})
		places.Labels = append(places.Labels, s.mark(class))
	}
	apart(places, (p.X.Max-p.X.Min)/45, (p.Y.Max-p.Y.Min)/28)
	rim := []vg.Point{{X: -1, Y: -1}, {X: -1, Y: 1}, {X: 1, Y: -1}, {X: 1, Y: 1}, {}}
	for i, offset := range rim {
		names, err := plotter.NewLabels(places)
		if err != nil {
			panic("picture: " + err.Error()) // only for places that are not finite
		}
		names.Offset = offset
		for j := range names.TextStyle {
			style := &names.TextStyle[j]
			style.XAlign, style.YAlign, style.Color = draw.XCenter, draw.YCenter, color.White
			style.Font.Variant, style.Font.Size = "Sans", 15
			if i == len(rim)-1 {
				style.Color = color.Black
			}
		}
		p.Add(names)
	}
}

// apart moves labels that would overlap upwards, given the width of a character and the height of a
// line.
func apart(l plotter.XYLabels, width, height float64) {
	order := make([]int, len(l.XYs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(l.XYs[a].Y, l.XYs[b].Y) })
	half := func(i int) float64 { return width * float64(len([]rune(l.Labels[i]))+1) / 2 }
	for k, i := range order {
		for _, below := range order[:k] { // of which each is as high as those before it, or higher
			if at, under := &l.XYs[i], l.XYs[below]; math.Abs(at.X-under.X) < half(i)+half(below) && math.Abs(at.Y-under.Y) < height {
				at.Y = under.Y + height
			}
		}
		slices.SortStableFunc(order[:k+1], func(a, b int) int { return cmp.Compare(l.XYs[a].Y, l.XYs[b].Y) })
	}
}

// byClass returns the points of each class with a look of its own, and those of all
// others as the last.
func (s ScatterPlot) byClass() [][]int {
	points := make([][]int, maxClasses+1)
	for i, label := range s.Labels {
		class := min(label, maxClasses)
		points[class] = append(points[class], i)
	}
	return points
}

func (s ScatterPlot) name(class int) string {
	switch {
	case class == maxClasses && len(s.Classes) != maxClasses+1: // else it is a single one
		return "others"
	case class < len(s.Classes):
		return cmp.Or(s.Classes[class], strconv.Itoa(class))
	}
	return strconv.Itoa(class)
}

// numbered reports whether numbers instead of names mark the classes, as some name is long or has
// characters that the font lacks. The legend then has both.
func (s ScatterPlot) numbered() bool {
	return slices.ContainsFunc(s.Classes, func(name string) bool {
		return len([]rune(name)) > longestMark || drawable(name) != name
	})
}

// mark is the text in the middle of the points of a class.
func (s ScatterPlot) mark(class int) string {
	if s.numbered() {
		return strconv.Itoa(class)
	}
	return s.name(class)
}

// legend is the text of a class in the legend.
func (s ScatterPlot) legend(class int) string {
	name := drawable(shorten(s.name(class), longestLegend))
	if number := strconv.Itoa(class); class < maxClasses && s.numbered() && name != number {
		return number + ": " + name
	}
	return name
}

// swatch is a class's point in the legend.
type swatch draw.GlyphStyle

// Thumbnail implements [plot.Thumbnailer].
func (s swatch) Thumbnail(c *draw.Canvas) { c.DrawGlyph(draw.GlyphStyle(s), c.Center()) }
