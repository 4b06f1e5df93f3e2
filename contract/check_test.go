package contract

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormula(t *testing.T) {
	got := Formula{Step: 37, Modulus: 101, Scale: 4, Offset: -2}.Values(4)
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
	if d := o.Difference(nil); !math.IsInf(d, 1) {
		t.Errorf("difference of nothing %g", d)
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

// example has one case of each format.
func example() Check {
	output := NewOutput("y", []float32{0.1, 1e-30, -3e7})
	x := Input{"x", Formula{Step: 37, Modulus: 101, Scale: 1}}
	label := Input{"label", Formula{Step: 3, Modulus: 7, Scale: 4, Offset: -2}}
	return Check{1e-5, []Case{
		{Rows: 3, Inputs: []Input{x}, Outputs: []Output{output}},
		{Rows: 1, Inputs: []Input{x, label}, Outputs: []Output{output}},
	}}
}

func TestCheckText(t *testing.T) {
	c := example()
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	values := `"values":[0.1` + strings.Repeat(",0.1", 7) + strings.Repeat(",1e-30", 7) + `,-30000000]`
	want := `{"tolerance":0.00001,"cases":[` +
		`{"rows":3,"input":"x","step":37,"modulus":101,"scale":1,"offset":0,"outputs":[{"name":"y","mean":-10000000,` + values + `}]},` +
		`{"rows":1,"inputs":[{"name":"x","step":37,"modulus":101,"scale":1,"offset":0},{"name":"label","step":3,"modulus":7,"scale":4,"offset":-2}],` +
		`"outputs":[{"name":"y","mean":-10000000,` + values + `}]}]}`
	if text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	got, err := ParseCheck(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, got); diff != "" {
		t.Error(diff)
	}
	c.Cases[0].Outputs[0].Mean = float32(math.NaN())
	if _, err := c.Text(); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("error %v, want one about values that are not finite", err)
	}
}

func TestParseCheckRejects(t *testing.T) {
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
		"step 1048577":      {`"step":3,`, `"step":1048577,`},
		"15 values":         {`"values":[0.1,`, `"values":[`},
		"no outputs":        {`"outputs"`, `"output"`},
		"not both":          {`"outputs"`, `"inputs":[],"outputs"`},
		"0 inputs":          {`"inputs"`, `"input_list"`},
		"17 inputs":         {`"inputs":[`, `"inputs":[` + strings.Repeat(`{},`, 15)},
		"0 cases":           {`"cases"`, `"case"`},
		"more than 4194304": {`{`, strings.Repeat(" ", maxEntry) + `{`},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if changed == text {
			t.Fatalf("%s does not hold %s", text, change[0])
		}
		if _, err := ParseCheck(changed); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", change[1][:min(40, len(change[1]))], err, want)
		}
	}
}

func FuzzParseCheck(f *testing.F) {
	text, err := example().Text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(`{"tolerance":1,"cases":[{"rows":64,"step":1048576,"modulus":1048576,"outputs":[{"values":[]}]}]}`)
	f.Add(`{"tolerance":1,"cases":[null]}`)
	f.Fuzz(func(t *testing.T, text string) {
		check, err := ParseCheck(text)
		if err != nil {
			return
		}
		for _, c := range check.Cases {
			for _, in := range c.Inputs {
				x := in.Values(c.Rows * 3)
				for _, o := range c.Outputs {
					o.Difference(x)
				}
			}
		}
		again, err := check.Text()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseCheck(again); err != nil {
			t.Errorf("%s: %v", again, err)
		} else if diff := cmp.Diff(check, got); diff != "" {
			t.Error(diff)
		}
	})
}
