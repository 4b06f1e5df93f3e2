package onnx

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestInferNode(t *testing.T) {
	image := &Known{Type: Float32, Shape: []int{2, 6, 5, 7}}
	of := func(shape ...int) *Known { return &Known{Type: Float32, Shape: shape} }
	list := func(n ...int64) *Known { return &Known{Type: Int64, Shape: []int{len(n)}, Ints: n} }
	floats := func(x ...float32) *Known { return &Known{Type: Float32, Shape: []int{len(x)}, Floats: x} }
	for _, test := range []struct {
		op         string
		in         []*Known
		attributes []Attribute
		want       string // shape and geometry, or the error after "!"
	}{
		{"Conv", []*Known{image, of(4, 6, 3, 2)}, []Attribute{Ints("strides", 2, 1), String("auto_pad", "SAME_UPPER")},
			"[2 4 3 7] windows [{5 3 3 2 1 1 1} {7 7 2 1 1 0 1}]"},
		{"Conv", []*Known{image, of(4, 6, 3, 2)}, []Attribute{Ints("strides", 2, 1), String("auto_pad", "SAME_LOWER")},
			"[2 4 3 7] windows [{5 3 3 2 1 1 1} {7 7 2 1 1 1 0}]"},
		{"Conv", []*Known{image, of(4, 6, 3, 2)}, []Attribute{Ints("dilations", 2, 3), Ints("pads", 1, 2, 0, 1)},
			"[2 4 2 7] windows [{5 2 3 1 2 1 0} {7 7 2 1 3 2 1}]"},
		{"ConvTranspose", []*Known{image, of(6, 4, 3, 3)}, []Attribute{Ints("strides", 2, 2), Ints("output_shape", 10, 15)},
			"[2 4 10 15] windows [{10 5 3 2 1 1 0} {15 7 3 2 1 0 0}]"},
		{"ConvTranspose", []*Known{image, of(6, 4, 3, 3)}, []Attribute{Ints("strides", 2, 2), String("auto_pad", "SAME_UPPER")},
			"[2 4 10 14] windows [{10 5 3 2 1 0 1} {14 7 3 2 1 0 1}]"},
		{"MaxPool", []*Known{of(1, 2, 5)}, []Attribute{Ints("kernel_shape", 2), Ints("strides", 2), Int("ceil_mode", 1)},
			"[1 2 3] windows [{5 3 2 2 1 0 0}]"},
		{"GlobalAveragePool", []*Known{image}, nil, "[2 6 1 1] axes [2 3]"},
		{"ReduceSum", []*Known{image, list(-1, 1)}, []Attribute{Int("keepdims", 0)}, "[2 5] axes [3 1]"},
		{"ReduceSum", []*Known{image}, nil, "[1 1 1 1] axes [0 1 2 3]"},
		{"Transpose", []*Known{of(2, 3, 4)}, nil, "[4 3 2] axes [2 1 0]"},
		{"Softmax", []*Known{image}, nil, "[2 6 5 7] axes [3]"},
		{"Slice", []*Known{image, list(-1, 1), list(-100, 1<<62), list(3, 1), list(-2, 1<<62)},
			nil, "[2 1 5 4] axes [3 1] starts [6 1] steps [-2 7]"},
		{"Pad", []*Known{image, list(1, -2, 3, 0), nil, list(2, -1)}, nil, "[2 6 9 5] axes [2 3] starts [-1 2] steps [1 1]"},
		{"Resize", []*Known{image, nil, floats(1, 1, 1.5, 0.5)}, nil, "[2 6 7 3] axes [0 1 2 3] scales [1 1 1.5 0.5]"},
		{"Resize", []*Known{image, nil, nil, list(15, 14)}, []Attribute{Ints("axes", 2, 3), String("keep_aspect_ratio_policy", "not_smaller")},
			"[2 6 15 21] axes [2 3] scales [3 3]"},
		{"Shape", []*Known{image}, []Attribute{Int("start", -2)}, "[2] content [5 7]"},
		{"Reshape", []*Known{image, list(0, -1)}, nil, "[2 210]"},
		{"Reshape", []*Known{image, {Type: Int64, Shape: []int{2}}}, nil, `!the shape of output "y" depends on the data`},
		{"Reshape", []*Known{image, list(11, -1)}, nil, "![2,6,5,7] cannot become [11,?]"},
		{"Add", []*Known{image, {Type: Int64, Shape: []int{1}}}, nil, "!is int64, but A is float32"},
		{"Frobnicate", []*Known{image}, nil, "!not supported"},
	} {
		t.Run(test.op, func(t *testing.T) {
			n := &Node{Op: test.op, Outputs: []string{"y"}, Attributes: test.attributes}
			for i := range test.in {
				n.Inputs = append(n.Inputs, fmt.Sprint("x", i))
			}
			got, err := InferNode(n, 18, test.in)
			if want, fails := strings.CutPrefix(test.want, "!"); fails {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("got %v, want %q in it", err, want)
				}
				if errors.Is(err, ErrDependsOnData) != strings.Contains(want, "depends") {
					t.Errorf("%v: is it ErrDependsOnData?", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprint(got.Out[0].Shape)
			for _, field := range []struct {
				name  string
				value any
			}{
				{"axes", got.Axes}, {"starts", got.Starts}, {"steps", got.Steps}, {"scales", got.Scales},
				{"windows", got.Windows}, {"content", got.Out[0].Ints},
			} {
				if s := fmt.Sprint(field.value); s != "[]" {
					text += " " + field.name + " " + s
				}
			}
			if text != test.want {
				t.Errorf("got  %s\nwant %s", text, test.want)
			}
		})
	}
}

// TestInferNodeInputs: there must be as many inputs as the node names.
func TestInferNodeInputs(t *testing.T) {
	n := &Node{Op: "Relu", Inputs: []string{"x"}, Outputs: []string{"y"}}
	x := &Known{Type: Float32, Shape: []int{1}}
	for _, in := range [][]*Known{nil, {x, x}} {
		if _, err := InferNode(n, 18, in); err == nil {
			t.Errorf("%d inputs for one: no error", len(in))
		}
	}
}
