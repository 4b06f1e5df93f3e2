package dataset

import (
	"math"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	shape := Shape{H: 2, W: 3, C: 1}
	for name, tt := range map[string]struct {
		change func(d *Data)
		want   string // of the error; empty if there is none
	}{
		"whole":              {func(*Data) {}, ""},
		"no labels":          {func(d *Data) { d.Train.Labels, d.Test.Labels, d.Classes = nil, nil, nil }, ""},
		"names":              {func(d *Data) { d.Test.Names = []string{"a", "b"} }, ""},
		"without a name":     {func(d *Data) { d.Name, d.Train = "", nil }, "there are no training images"},
		"no training split":  {func(d *Data) { d.Train = nil }, "x: there are no training images"},
		"no training images": {func(d *Data) { d.Train = &Images{Shape: shape} }, "x: there are no training images"},
		"no test split":      {func(d *Data) { d.Test = nil }, "x: there are no test images"},
		"no test images":     {func(d *Data) { d.Test = d.Test.Head(0) }, "x: there are no test images"},
		"another shape":      {func(d *Data) { d.Test = numbered(2, Shape{H: 3, W: 3, C: 1}) }, "x: training images are 2x3x1 but test images 3x3x1"},
		"of equal volume":    {func(d *Data) { d.Test.Shape = Shape{H: 3, W: 2, C: 1} }, "x: training images are 2x3x1 but test images 3x2x1"},
		"no shape":           {func(d *Data) { d.Train.Shape = Shape{} }, "x: training images: the shape 1x1x0"},
		"a vector":           {func(d *Data) { d.Train.Shape = Shape{C: 3} }, "x: training images: the shape 1x1x3"},
		"negative":           {func(d *Data) { d.Train.Shape = Shape{H: -2, W: -3, C: 1} }, "x: training images: the shape -2x-3x1"},
		"two channels":       {func(d *Data) { d.Train.Shape.C = 2 }, "the shape 2x3x2"},
		"huge":               {func(d *Data) { d.Train.Shape = Shape{H: 1 << 40, W: 1 << 40, C: 1} }, "scale them to at most"},
		"cut":                {func(d *Data) { d.Test.Pixels = d.Test.Pixels[:11] }, "x: test images: 11 bytes are no whole number of images of 2x3x1"},
		"too few labels":     {func(d *Data) { d.Test.Labels = []int{1} }, "x: test images: 1 labels for 2 images"},
		"too many names":     {func(d *Data) { d.Test.Names = make([]string, 3) }, "x: test images: 3 names for 2 images"},
		"label too large":    {func(d *Data) { d.Train.Labels[2] = 5 }, "x: training images: image 2 has the label 5, and there are 4 classes"},
		"negative label":     {func(d *Data) { d.Train.Labels[1] = -1 }, "image 1 has the label -1"},
		"unknown fit":        {func(d *Data) { d.Framing.Fit = "x" }, `x: the fit "x": want crop, pad or stretch`},
		"infinite scale":     {func(d *Data) { d.Framing.Scale = math.Inf(1) }, "x: a scale of +Inf"},
		"no classes":         {func(d *Data) { d.Classes = nil }, "image 0 has the label 0, and there are 0 classes"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Data{Name: "x", Train: numbered(4, shape), Test: numbered(2, shape), Classes: []string{"a", "b", "c", "d"}}
			tt.change(d)
			err := d.Validate()
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
			} else if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}
