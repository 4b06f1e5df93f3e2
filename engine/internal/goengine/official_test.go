package goengine_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/onnx"
)

// TestOfficialCases runs the test cases of the standard's own project for the
// operators that there are. The variable ONNX_CASES names the folder into which
// benchmarks/onnx_cases.py wrote them. All inputs but the first are made
// constant, as they are in the files that the engine is for.
func TestOfficialCases(t *testing.T) {
	folder := os.Getenv("ONNX_CASES")
	if folder == "" {
		t.Skip("ONNX_CASES is not set to a folder of the standard's test cases")
	}
	cases, err := filepath.Glob(filepath.Join(folder, "test_*"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases in %s (%v)", folder, err)
	}
	e := enginetest.Go(t)
	for _, dir := range cases {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			if reason := differing[filepath.Base(dir)]; reason != "" {
				t.Skip(reason)
			}
			officialCase(t, e, dir)
		})
	}
}

// refused are cases that the engine does not take, and says so.
var refused = regexp.MustCompile("3d|antialias|training_mode|BFLOAT16|DOUBLE|pow_types_int|uint64|range_float")

// differing are cases whose expected output is not what the engine shall give.
var differing = map[string]string{
	"test_averagepool_2d_ceil_last_window_starts_on_pad": "the expected output is rounded to four digits",
	"test_resize_downsample_scales_linear_align_corners": "the length that the corners are aligned to is rounded here, as in ONNX Runtime",
	"test_resize_downsample_scales_cubic_align_corners":  "the same",
}

func officialCase(t *testing.T, e *engine.Engine, dir string) {
	m, err := onnx.ReadFile(filepath.Join(dir, "model.onnx"))
	if err != nil {
		t.Skip(err)
	}
	for i := range m.Opsets {
		m.Opsets[i].Version = min(m.Opsets[i].Version, 22)
	}
	m.IRVersion = min(m.IRVersion, 10)
	tensors := func(kind string) []*onnx.Tensor {
		var list []*onnx.Tensor
		for i := 0; ; i++ {
			data, err := os.ReadFile(filepath.Join(dir, "test_data_set_0", kind+"_"+string(rune('0'+i))+".pb"))
			if err != nil {
				return list
			}
			list = append(list, readTensor(t, data))
		}
	}
	given, want := tensors("input"), tensors("output")
	var inputs []engine.Tensor
	var declared []onnx.ValueInfo
	for i, v := range m.Graph.Inputs {
		if i == 0 && v.Type == onnx.Float32 {
			data, err := given[0].Float32s()
			if err != nil {
				t.Fatal(err)
			}
			inputs = append(inputs, engine.Tensor{Shape: sizes(given[0].Shape), Data: data})
			declared = append(declared, v)
			continue
		}
		given[i].Name = v.Name
		m.Graph.Initializers = append(m.Graph.Initializers, given[i])
	}
	m.Graph.Inputs = declared
	var outputs []onnx.ValueInfo
	for i, v := range m.Graph.Outputs {
		if v.Type == onnx.Int64 { // the engine gives float32
			cast := v.Name + "_float"
			m.Graph.Nodes = append(m.Graph.Nodes, &onnx.Node{Op: "Cast", Name: cast, Inputs: []string{v.Name}, Outputs: []string{cast}, Attributes: []onnx.Attribute{onnx.Int("to", 1)}})
			v.Name, v.Type = cast, onnx.Float32
		}
		if v.Type != onnx.Float32 {
			t.Skipf("output %d is %v", i, v.Type)
		}
		outputs = append(outputs, v)
	}
	m.Graph.Outputs = outputs
	if err := m.Check(); err != nil {
		t.Skip(err)
	}
	r, err := e.Load(m)
	if err != nil && refused.MatchString(dir) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := r.Run(inputs)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		var data []float32
		if w.Type == onnx.Float32 {
			data, err = w.Float32s()
		} else {
			var ints []int64
			ints, err = w.Int64s()
			for _, v := range ints {
				data = append(data, float32(v))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		compare(t, got[i], engine.Tensor{Shape: sizes(w.Shape), Data: data})
	}
}

// readTensor reads a tensor by wrapping it into a model.
func readTensor(t *testing.T, data []byte) *onnx.Tensor {
	field := func(number protowire.Number, value []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), value)
	}
	m, err := onnx.Unmarshal(field(7, append(field(2, []byte("g")), field(5, data)...)))
	if err != nil {
		if strings.Contains(err.Error(), "not supported") {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	return m.Graph.Initializers[0]
}

func sizes(shape []int64) []int {
	s := make([]int, len(shape))
	for i, d := range shape {
		s[i] = int(d)
	}
	return s
}
