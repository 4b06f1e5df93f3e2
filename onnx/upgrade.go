package onnx

import (
	"math"
	"slices"
)

// upgrade says how a node that is meant for a version of the operator set below a certain
// one is written at that one and later ones.
type upgrade struct {
	below   int64
	rewrite func(s *simplifier, n *Node) error // may change n, and appends it
}

// upgrades are the operators that changed between versions 7 and 13 by more than the types
// that they take. Source: the changelog of the standard's operators
// (https://onnx.ai/onnx/operators).
var upgrades map[string]upgrade

func init() { // the rewrites look others up
	upgrades = map[string]upgrade{
		"Squeeze":   {13, listToInput("axes", 1)},
		"Unsqueeze": {13, listToInput("axes", 1)},
		"ReduceSum": {13, listToInput("axes", 1)},
		"Split":     {13, listToInput("split", 1)},

		"Softmax":    {13, upgradeSoftmax},
		"LogSoftmax": {13, upgradeSoftmax},
		"Hardmax":    {13, upgradeSoftmax},

		"Clip":     {11, upgradeClip},
		"Pad":      {11, upgradePad},
		"Slice":    {10, upgradeSlice},
		"Upsample": {math.MaxInt64, upgradeUpsample}, // the newer name is Resize
		"Resize":   {13, upgradeResize},

		"BatchNormalization": {9, upgradeBatchNorm},
		"Dropout":            {math.MaxInt64, upgradeDropout},
	}
}

// take removes the attribute of that name from n and returns its value, def if there is
// none or one of another type, which stays for the check to find.
func take[T any](n *Node, name string, def T) T {
	for i, a := range n.Attributes {
		if v, ok := a.Value.(T); ok && a.Name == name {
			n.Attributes = slices.Delete(n.Attributes, i, i+1)
			return v
		}
	}
	return def
}

// setInput makes input i of n the value of that name.
func (n *Node) setInput(i int, name string) {
	for len(n.Inputs) <= i {
		n.Inputs = append(n.Inputs, "")
	}
	n.Inputs[i] = name
}

// listToInput makes the list in an attribute an input.
func listToInput(attribute string, input int) func(*simplifier, *Node) error {
	return func(s *simplifier, n *Node) error {
		if list := take[[]int64](n, attribute, nil); list != nil {
			n.setInput(input, s.list(n, attribute, list))
		}
		s.emit(n)
		return nil
	}
}

// list is a constant list of integers.
func (s *simplifier) list(n *Node, what string, list []int64) string {
	return s.constant(n, what, Int64Tensor("", []int64{int64(len(list))}, list))
}

// number is a constant of the type that the model computes in.
func (s *simplifier) number(n *Node, what string, v float32) string {
	t := Float32Tensor("", []int64{}, []float32{v})
	if s.float == Float16 {
		t = Float16Tensor("", []int64{}, []float32{v})
	}
	return s.constant(n, what, t)
}

// upgradeSoftmax is for those that made a matrix of their input first, with all dimensions
// from the axis on in its rows.
func upgradeSoftmax(s *simplifier, n *Node) error {
	axis := take(n, "axis", int64(1))
	n.Attributes = append(n.Attributes, Int("axis", -1))
	if axis == -1 || len(n.Inputs) != 1 || len(n.Outputs) != 1 {
		s.emit(n)
		return nil
	}
	x, y := n.Inputs[0], n.Outputs[0]
	shape, matrix, result := s.name(n.Op+" shape"), s.name(n.Op+" rows"), s.name(n.Op+" result")
	s.emit(&Node{Name: shape, Op: "Shape", Inputs: []string{x}, Outputs: []string{shape}})
	s.emit(&Node{Name: matrix, Op: "Flatten", Inputs: []string{x}, Outputs: []string{matrix}, Attributes: []Attribute{Int("axis", axis)}})
	n.Inputs, n.Outputs = []string{matrix}, []string{result}
	s.emit(n)
	s.emit(&Node{Name: n.Name, Op: "Reshape", Inputs: []string{result, shape}, Outputs: []string{y}})
	return nil
}

func upgradeClip(s *simplifier, n *Node) error {
	for i, name := range []string{"min", "max"} {
		if v := take(n, name, float32(math.NaN())); v == v && math.Abs(float64(v)) < math.MaxFloat32 {
			n.setInput(i+1, s.number(n, name, v))
		}
	}
	s.emit(n)
	return nil
}

func upgradePad(s *simplifier, n *Node) error {
	if pads := take[[]int64](n, "pads", nil); pads != nil {
		n.setInput(1, s.list(n, "pads", pads))
	}
	if v := take(n, "value", float32(0)); v != 0 {
		n.setInput(2, s.number(n, "value", v))
	}
	s.emit(n)
	return nil
}

func upgradeSlice(s *simplifier, n *Node) error {
	for i, name := range []string{"starts", "ends", "axes"} {
		if list := take[[]int64](n, name, nil); list != nil {
			n.setInput(i+1, s.list(n, name, list))
		}
	}
	s.emit(n)
	return nil
}

// upgradeUpsample is for the operator that Resize replaced, which took the pixels of the
// result from places proportional to theirs.
func upgradeUpsample(s *simplifier, n *Node) error {
	n.Op = "Resize"
	if scales := take[[]float32](n, "scales", nil); scales != nil {
		n.setInput(1, s.constant(n, "scales", Float32Tensor("", []int64{int64(len(scales))}, scales)))
	}
	n.Inputs = slices.Insert(n.Inputs, min(1, len(n.Inputs)), "") // the region of interest
	n.Attributes = append(n.Attributes, String("coordinate_transformation_mode", "asymmetric"), String("nearest_mode", "floor"))
	s.emit(n)
	return nil
}

func upgradeResize(s *simplifier, n *Node) error {
	if len(n.Inputs) == 2 { // that of version 10, without a region of interest
		if n.String("mode", "nearest") == "nearest" && !s.enlarges(n.Inputs[1]) {
			return unsupported(n, "makes images smaller as only operator set 10 does, which is not supported: export the model with a newer one")
		}
		return upgradeUpsample(s, n)
	}
	if n.Input(3) != "" {
		n.Inputs[2] = "" // an empty list of scales, where now none is given
	}
	s.emit(n)
	return nil
}

// enlarges reports whether scales are known and none is below 1.
func (s *simplifier) enlarges(name string) bool {
	t := s.constants[name]
	if t == nil {
		return false
	}
	scales, err := t.Float32s()
	return err == nil && !slices.ContainsFunc(scales, func(v float32) bool { return !(v >= 1) })
}

func upgradeBatchNorm(s *simplifier, n *Node) error {
	if n.Int("spatial", 1) != 1 {
		return unsupported(n, "normalizes each pixel by itself (spatial=0), which is not supported: export the model with operator set 9 or newer")
	}
	take(n, "spatial", int64(1))
	s.emit(n)
	return nil
}

// upgradeDropout is for Dropout of any version, if it is not in training mode and nobody
// asks what it drops.
func upgradeDropout(s *simplifier, n *Node) error {
	mode := n.Input(2)
	t := s.constants[mode]
	off := mode == "" || t != nil && t.Type == Bool && len(t.Data) == 1 && t.Data[0] == 0
	if off && len(n.Inputs) > 0 && len(n.Outputs) > 0 && (len(n.Outputs) == 1 || !s.read[n.Outputs[1]]) {
		n.Op, n.Inputs, n.Outputs, n.Attributes = "Identity", n.Inputs[:1], n.Outputs[:1], nil
	}
	s.emit(n)
	return nil
}
