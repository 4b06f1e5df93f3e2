package onnx

import (
	"encoding/binary"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"govae/onnx/internal/pb"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestDumpGolden(t *testing.T) {
	m := smallModel(t, 17)
	m.Doc = "two\nlines"
	m.Graph.Nodes[1].Name = "a name, with = signs\x1b[2J"
	m.Graph.Nodes[1].Attributes = []Attribute{Strings("texts", "a", ""), Floats("numbers", 0.5), TensorValue("tensor", m.Graph.Initializers[2])}
	var valid, invalid strings.Builder
	if err := smallModel(t, 17).Dump(&valid); err != nil {
		t.Fatal(err)
	}
	if err := m.Dump(&invalid); err != nil { // unknown attributes: no shapes
		t.Fatal(err)
	}
	got := valid.String() + "\n" + invalid.String()
	golden := filepath.Join("testdata", "dump.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("differs from %s (go test -update rewrites it):\n%s", golden, diff)
	}
}

// What is written is read back as it was: each kind of attribute, dimension and
// input.
func TestRoundTrip(t *testing.T) {
	m := &Model{
		IRVersion: 8, ProducerName: "p", ProducerVersion: "v", Doc: "doc",
		Opsets:   []Opset{{"", 17}, {"com.example", 1}},
		Metadata: []Property{{"b", "2"}, {"a", ""}},
		Graph: &Graph{
			Name: "g", Doc: "graph",
			Inputs:  []ValueInfo{{Name: "x", Doc: "an input", Type: Float32, Shape: Shape{Named("batch"), Unknown(), Size(0)}}},
			Outputs: []ValueInfo{{Name: "y", Type: Int64, Shape: Shape{}}, {Name: "z", Type: Bool}, {Name: "untyped"}},
			Values:  []ValueInfo{{Name: "v", Type: Float16, Shape: Sizes(3)}},
			Initializers: []*Tensor{
				Float32Tensor("w", []int64{2, 1}, []float32{1, -2}), Int64Tensor("scalar", []int64{}, []int64{-7}),
				{Name: "empty", Type: Float32, Shape: []int64{0, 3}},
			},
			Nodes: []*Node{{Name: "n", Op: "Op", Domain: "com.example", Doc: "node", Inputs: []string{"x", "", "w"}, Outputs: []string{"y", "z"},
				Attributes: []Attribute{Int("i", 0), Ints("is", -1, 1<<40), Ints("none"), Float("f", 0), Floats("fs", 1, 2.5),
					String("s", ""), Strings("ss", "a", "\xff"), TensorValue("t", Int64Tensor("", []int64{1}, []int64{3}))}}},
		},
	}
	m.Graph.Nodes[0].Attributes[2].Value = []int64{}
	data, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Error(diff)
	}
	if again := must(got.Marshal()); !slices.Equal(again, data) {
		t.Error("a second writing gives other bytes")
	}
}

// Every place that a file may keep a tensor's elements in is read to the same data.
func TestTensorFields(t *testing.T) {
	for _, test := range []struct {
		message *pb.TensorProto
		want    any
	}{
		{&pb.TensorProto{DataType: int32(Float32), FloatData: []float32{1.5, -2}}, []float32{1.5, -2}},
		{&pb.TensorProto{DataType: int32(Float64), DoubleData: []float64{1.5, -2}}, []float64{1.5, -2}},
		{&pb.TensorProto{DataType: int32(Int64), Int64Data: []int64{1, -2}}, []int64{1, -2}},
		{&pb.TensorProto{DataType: int32(Int32), Int32Data: []int32{1, -2}}, []int32{1, -2}},
		{&pb.TensorProto{DataType: int32(Int16), Int32Data: []int32{1, -2}}, []int16{1, -2}},
		{&pb.TensorProto{DataType: int32(Int8), Int32Data: []int32{1, -2}}, []int8{1, -2}},
		{&pb.TensorProto{DataType: int32(Uint8), Int32Data: []int32{1, 254}}, []uint8{1, 254}},
		{&pb.TensorProto{DataType: int32(Bool), Int32Data: []int32{1, 0}}, []bool{true, false}},
		{&pb.TensorProto{DataType: int32(Float16), Int32Data: []int32{0x3c00, 0xc000}}, []uint16{0x3c00, 0xc000}},
		{&pb.TensorProto{DataType: int32(Uint32), Uint64Data: []uint64{1, 1<<32 - 2}}, []uint32{1, 1<<32 - 2}},
		{&pb.TensorProto{DataType: int32(Uint64), Uint64Data: []uint64{1, 1 << 63}}, []uint64{1, 1 << 63}},
	} {
		test.message.Dims = []int64{2}
		got, err := (&decoder{}).tensor(test.message)
		if err != nil {
			t.Errorf("%T: %v", test.want, err)
			continue
		}
		want, _ := binary.Append(nil, binary.LittleEndian, test.want)
		if !slices.Equal(got.Data, want) {
			t.Errorf("%T: got %v, want %v", test.want, got.Data, want)
		}
	}
}

func TestExternalData(t *testing.T) {
	outer := t.TempDir()
	dir := filepath.Join(outer, "model")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(path string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	weights := make([]byte, 4+96)
	for i := range weights {
		weights[i] = byte(i)
	}
	write(filepath.Join(dir, "weights.bin"), weights)
	write(filepath.Join(outer, "secret.bin"), weights)
	if err := os.Symlink(filepath.Join(outer, "secret.bin"), filepath.Join(dir, "link.bin")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	for _, test := range []struct{ location, offset, length, want string }{
		{"weights.bin", "4", "96", ""},
		{"weights.bin", "4", "", ""},
		{"weights.bin", "5", "96", "96 from byte 5 on"},
		{"weights.bin", "-1", "96", "from byte -1 on"},
		{"weights.bin", "9223372036854775807", "96", "are asked for"},
		{"weights.bin", "x", "96", `the offset "x"`},
		{"weights.bin", "4", "95", "the type and shape take 96 bytes"},
		{"missing.bin", "0", "", `external data "missing.bin": no such file`},
		{"../secret.bin", "0", "", "escapes"},
		{filepath.Join(outer, "secret.bin"), "0", "", "escapes"},
		{"link.bin", "0", "", "escapes"},
		{".", "0", "", "is not a regular file"},
		{"", "0", "", "external data"},
	} {
		data := spoiled(t, func(p *pb.ModelProto) {
			w := p.Graph.Initializer[0]
			w.RawData, w.DataLocation = nil, pb.TensorProto_EXTERNAL
			w.ExternalData = []*pb.StringStringEntryProto{{Key: "location", Value: test.location}, {Key: "offset", Value: test.offset}}
			if test.length != "" {
				w.ExternalData = append(w.ExternalData, &pb.StringStringEntryProto{Key: "length", Value: test.length})
			}
		})
		path := filepath.Join(dir, "model.onnx")
		write(path, data)
		m, err := ReadFile(path)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%+v: %v", test, err)
		case test.want == "" && !slices.Equal(m.Graph.Initializers[0].Data, weights[4:]):
			t.Errorf("%+v: other data", test)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path)):
			t.Errorf("%+v: got %v", test, err)
		}
	}
}

func TestReadFileErrors(t *testing.T) {
	dir := t.TempDir()
	sparse := filepath.Join(dir, "huge.onnx")
	if err := os.WriteFile(sparse, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(sparse, 3<<30); err != nil {
		t.Skip("no sparse files here:", err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none.onnx"): "none.onnx: no such file",
		dir:                             dir + ": is a folder, where a file is needed",
		sparse:                          "more than the 2147483647",
	} {
		if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add(spoiled(f, func(*pb.ModelProto) {}))
	for _, test := range malformed {
		f.Add(spoiled(f, test.spoil))
	}
	for _, m := range []*Model{everything(), oldModel(7), oldModel(11), calls(3)} {
		f.Add(must(m.Marshal()))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Unmarshal(data)
		if err != nil {
			return
		}
		if err := m.Dump(io.Discard); err != nil {
			t.Error(err)
		}
		again, err := m.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if m.CheckStructure() == nil {
			other, err := Unmarshal(again)
			if err != nil {
				t.Fatal("what was written cannot be read:", err)
			}
			if err := other.CheckStructure(); err != nil {
				t.Fatal("sound structure is not so after writing and reading:", err)
			}
			if _, err := Values(m); err != nil {
				t.Fatal("values of a sound structure:", err)
			}
		}
		if m.Check() == nil {
			if simple, err := Simplify(m); err != nil || simple.Check() != nil {
				t.Fatal("a valid model cannot be simplified, or is not valid then:", err)
			}
			other, err := Unmarshal(again)
			if err != nil {
				t.Fatal("what was written cannot be read:", err)
			}
			if err := other.Check(); err != nil {
				t.Fatal("a valid model is not so after writing and reading:", err)
			}
		}
	})
}

// FuzzInfer puts one operator with attributes and integer inputs of any content
// into a graph.
func FuzzInfer(f *testing.F) {
	var names []string
	for op := range operators {
		names = append(names, op)
	}
	slices.Sort(names)
	for i := range names {
		f.Add(byte(i), byte(17), byte(4), int64(1), int64(-1), int64(math.MaxInt64), "SAME_UPPER")
	}
	f.Fuzz(func(t *testing.T, op, opset, rank byte, a, b, c int64, text string) {
		name := names[int(op)%len(names)]
		version := OldestOpset + int64(opset)%(NewestOpset-OldestOpset+1)
		s, _ := lookup(name, version)
		g := NewBuilder("fuzz")
		shape := Shape{Named("n"), Size(a & 0xff), Size(6), Size(b & 0xffff), Size(c & 0x7fffffff)}
		var inputs []Value
		for i, p := range params(s.in) {
			switch {
			case p.kind == "int64" || p.kind == "U" && s.U == indices:
				inputs = append(inputs, g.Int64(p.name, []int{3}, []int64{a, b, c}))
			default:
				inputs = append(inputs, g.Input(p.name, Float32, shape[i%2:min(int(rank)%6, 5)|1]...))
			}
		}
		var attributes []Attribute
		for i, spec := range attributeSpecs(s.attributes) {
			if (c>>i)&1 == 0 && !spec.required {
				continue
			}
			switch spec.kind {
			case "int":
				attributes = append(attributes, Int(spec.name, b))
			case "ints":
				attributes = append(attributes, Ints(spec.name, []int64{a, b, c, a, b, c}[:uint(a)%7]...))
			case "string":
				attributes = append(attributes, String(spec.name, text))
			}
		}
		g.Output("y", g.Node(name, "y", inputs, attributes...))
		if m, err := g.Model(ModelOptions{Opset: version}); err == nil {
			must(proto.Marshal(must(modelProto(m))))
		}
	})
}
