package picture

import (
	"errors"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// ROCCurve is one line of a picture of receiver operating characteristics, from (0, 0) on.
type ROCCurve struct {
	Name               string
	FalseAlarms, Found []float64 // shares of normal and of odd pictures, in [0, 1]
}

// ROC writes a PNG of receiver operating characteristics: what share of odd pictures is found
// at the price of what share of false alarms. The first curve is drawn strongest.
func ROC(path string, curves ...ROCCurve) error {
	if len(curves) == 0 {
		return errors.New("picture: no curve")
	}
	p := plot.New()
	sansSerif(p)
	p.X.Label.Text, p.Y.Label.Text = "false alarms (share of normal pictures)", "found (share of odd pictures)"
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks(0), roundTicks(0)
	p.Legend.XOffs, p.Legend.YOffs, p.Legend.Padding = -8, 8, 3

	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{Y: 225}, color.Gray{Y: 225}
	chance, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	if err != nil {
		return fmt.Errorf("picture: %w", err)
	}
	chance.Color, chance.Dashes = color.Gray{Y: 150}, []vg.Length{4, 4}
	p.Add(grid, chance)
	lines := make([]*plotter.Line, len(curves))
	for i := len(curves) - 1; i >= 0; i-- { // the first above the others
		c := curves[i]
		if len(c.Found) != len(c.FalseAlarms) {
			return fmt.Errorf("picture: the curve %q has %d and %d values: want as many of each", c.Name, len(c.FalseAlarms), len(c.Found))
		}
		points := make(plotter.XYs, 1, len(c.Found)+1)
		for k, x := range c.FalseAlarms {
			points = append(points, plotter.XY{X: x, Y: c.Found[k]})
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return fmt.Errorf("picture: the curve %q: %w", c.Name, err)
		}
		line.Width, line.Color = 1, classColors[i%len(classColors)]
		if i == 0 {
			line.Width, line.Color = 2.5, color.Black
		}
		p.Add(line)
		lines[i] = line
	}
	for i, line := range lines {
		p.Legend.Add(drawable(shorten(curves[i].Name, longestLegend)), line)
	}
	c := vgimg.NewWith(vgimg.UseWH(7*vg.Inch, 7*vg.Inch), vgimg.UseDPI(dpi))
	p.Draw(draw.Crop(draw.New(c), 10, -16, 10, -12))
	return WritePNG(path, c.Image())
}
