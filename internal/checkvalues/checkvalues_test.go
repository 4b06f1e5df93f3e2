package checkvalues

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInputValues(t *testing.T) {
	c := Case{Rows: 2, Step: 37, Modulus: 101, Scale: 4, Offset: -2}
	got := c.InputValues(2)
	want := []float32{-2, float32(-2 + 4*37.0/101), float32(-2 + 4*74.0/101), float32(-2 + 4*10.0/101)} // 3*37 = 101 + 10
	if !slices.Equal(got, want) {
		t.Errorf("input %v, want %v", got, want)
	}
}

func TestOutput(t *testing.T) {
	elements := make([]float32, 31)
	for i := range elements {
		elements[i] = float32(i)
	}
	o := NewOutput("y", elements)
	if want := []float32{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30}; o.Mean != 15 || !slices.Equal(o.Values, want) {
		t.Errorf("mean %g, values %v", o.Mean, o.Values)
	}
	if few := NewOutput("y", []float32{1, 2}); few.Values[14] != 1 || few.Values[15] != 2 || few.Mean != 1.5 {
		t.Errorf("of two elements: %+v", few)
	}
	if d := o.Difference(elements); d != 0 {
		t.Errorf("difference from itself %g", d)
	}
	elements[1] += 31 * 3 // seen by the mean alone
	if d := o.Difference(elements); math.Abs(d-3.0/30) > 1e-7 {
		t.Errorf("difference of the mean %g, want 0.1", d)
	}
	elements[30] = float32(math.NaN())
	if d := o.Difference(elements); !math.IsInf(d, 1) {
		t.Errorf("difference of a NaN %g", d)
	}
}

func TestDifference(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, tt := range []struct {
		got, want []float32
		diff      float64
	}{
		{nil, nil, 0},
		{[]float32{1, 0.5}, []float32{1, 0.25}, 0.25},
		{[]float32{12}, []float32{10}, 0.2}, // relative where values are large
		{[]float32{1}, []float32{1, 2}, math.Inf(1)},
		{[]float32{nan}, []float32{1}, math.Inf(1)},
		{[]float32{1}, []float32{nan}, math.Inf(1)},
		{[]float32{inf}, []float32{1}, math.Inf(1)},
	} {
		if d := Difference(tt.got, tt.want); math.Abs(d-tt.diff) > 1e-12 && d != tt.diff {
			t.Errorf("Difference(%v, %v) = %g, want %g", tt.got, tt.want, d, tt.diff)
		}
	}
}

func example() Values {
	output := NewOutput("y", []float32{0.1, 1e-30, -3e7})
	return Values{1e-5, []Case{{Rows: 3, Input: "x", Step: 37, Modulus: 101, Scale: 1, Outputs: []Output{output}}}}
}

func TestText(t *testing.T) {
	v := example()
	text, err := v.Text()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(v, got); diff != "" {
		t.Error(diff)
	}
	v.Cases[0].Outputs[0].Mean = float32(math.NaN())
	if _, err := v.Text(); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("error %v, want one about values that are not finite", err)
	}
}

func TestParseRejects(t *testing.T) {
	text, err := example().Text()
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		"invalid character": {`{`, `[`},
		"tolerance":         {`0.00001`, `0`},
		"rows 0":            {`"rows":3`, `"rows":0`},
		"rows 65":           {`"rows":3`, `"rows":65`},
		"modulus 0":         {`101`, `0`},
		"step -1":           {`37`, `-1`},
		"15 values":         {`"values":[0.1,`, `"values":[`},
		"no outputs":        {`"outputs"`, `"inputs"`},
		"0 cases":           {`"cases"`, `"case"`},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if changed == text {
			t.Fatalf("%s does not hold %s", text, change[0])
		}
		if _, err := Parse(changed); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", changed, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	text, err := example().Text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(`{"tolerance":1,"cases":[{"rows":64,"step":1048576,"modulus":1048576,"outputs":[{"values":[]}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Parse(text)
		if err != nil {
			return
		}
		for _, c := range v.Cases {
			x := c.InputValues(3)
			for _, o := range c.Outputs {
				o.Difference(x)
			}
		}
	})
}
