package onnx

import (
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"govae/onnx/internal/pb"
)

// smallModel is a decoder of three layers: z -> Gemm -> Relu -> Reshape -> Conv ->
// Sigmoid -> image.
func smallModel(t testing.TB, opset int64) *Model {
	t.Helper()
	b := NewBuilder("decoder")
	z := b.Input("z", Float32, Named("batch"), Size(2))
	w := b.Float32("dense/weight", []int{12, 2}, make([]float32, 24))
	bias := b.Float32("dense/bias", []int{12}, make([]float32, 12))
	y := b.Node("Gemm", "dense", []Value{z, w, bias}, Int("transB", 1))
	y = b.Node("Relu", "dense/relu", []Value{y})
	y = b.Node("Reshape", "image_shape", []Value{y, b.Int64("image_shape/target", []int{4}, []int64{0, 3, 2, -1})})
	k := b.Float32("conv/weight", []int{1, 3, 3, 3}, make([]float32, 27))
	y = b.Node("Conv", "conv", []Value{y, k}, Ints("kernel_shape", 3, 3), Ints("pads", 1, 1, 1, 1))
	y = b.Node("Sigmoid", "sigmoid", []Value{y})
	b.Output("image", y, Named("batch"), Size(1), Size(2), Size(2))
	m, err := b.Model(ModelOptions{Opset: opset, ProducerName: "test"})
	if err != nil {
		t.Fatal(err)
	}
	m.SetMetadata("vae.format", "1")
	return m
}

// malformed are ways to spoil smallModel, each with what the error must say. The
// official checker (onnx 1.23, full_check) refuses all of them too, but for three:
// an operator set of the future, too many numbers in float_data, and the negative
// dimension of a graph input.
var malformed = []struct {
	name  string
	spoil func(*pb.ModelProto)
	want  string
}{
	{"no graph", func(p *pb.ModelProto) { p.Graph = nil }, "it has no graph"},
	{"no operator set", func(p *pb.ModelProto) { p.OpsetImport = nil }, "names no operator set"},
	{"operator set of the future", func(p *pb.ModelProto) { p.OpsetImport[0].Version = 1000 }, "operator set 1000 is not supported"},
	{"IR version of the future", func(p *pb.ModelProto) { p.IrVersion = 1000 }, "IR version 1000 is not supported"},
	{"IR version too old", func(p *pb.ModelProto) { p.IrVersion = 2 }, "IR version 2 is not supported"},
	{"metadata twice", func(p *pb.ModelProto) { p.MetadataProps = append(p.MetadataProps, p.MetadataProps[0]) },
		`metadata has two entries "vae.format"`},

	{"wrong order", func(p *pb.ModelProto) { n := p.Graph.Node; n[1], n[2] = n[2], n[1] }, "wrong order"},
	{"cycle", func(p *pb.ModelProto) {
		p.Graph.Node[1].Input[0] = "sigmoid_in"
		p.Graph.Node[3].Output[0] = "sigmoid_in"
	},
		"the graph has a cycle"},
	{"input of nobody", func(p *pb.ModelProto) { p.Graph.Node[1].Input[0] = "ghost" },
		`"dense/relu" (Relu): input "ghost" is no graph input`},
	{"output twice", func(p *pb.ModelProto) { p.Graph.Node[1].Output[0] = "dense" }, `output "dense" is defined already`},
	{"output shadows an input", func(p *pb.ModelProto) { p.Graph.Node[1].Output[0] = "z" }, `output "z" is defined already`},
	{"graph output of nobody", func(p *pb.ModelProto) { p.Graph.Output[0].Name = "ghost" }, `graph output "ghost" is not computed`},
	{"graph input twice", func(p *pb.ModelProto) { p.Graph.Input = append(p.Graph.Input, p.Graph.Input[0]) }, `two graph inputs have the name "z"`},
	{"graph input without a name", func(p *pb.ModelProto) { p.Graph.Input[0].Name = "" }, "a graph input has no name"},
	{"graph input without a type", func(p *pb.ModelProto) { p.Graph.Input[0].Type = nil }, `graph input "z" has no element type`},
	{"graph input without an element type", func(p *pb.ModelProto) { p.Graph.Input[0].Type.GetTensorType().ElemType = 0 },
		`graph input "z" has no element type`},

	{"weight twice", func(p *pb.ModelProto) { p.Graph.Initializer = append(p.Graph.Initializer, p.Graph.Initializer[0]) },
		`two initializers have the name "dense/weight"`},
	{"weight without a name", func(p *pb.ModelProto) { p.Graph.Initializer[0].Name = "" }, "an initializer has no name"},
	{"weight without a type", func(p *pb.ModelProto) { p.Graph.Initializer[0].DataType = 0 }, "the element type is undefined"},
	{"weight with too little data", func(p *pb.ModelProto) { t := p.Graph.Initializer[0]; t.RawData = t.RawData[:92] },
		`tensor "dense/weight": has 92 bytes of data, but the shape [12 2] of type float32 takes 96`},
	{"weight with too many numbers", func(p *pb.ModelProto) {
		t := p.Graph.Initializer[1]
		t.RawData, t.FloatData = nil, make([]float32, 13)
	}, "has 52 bytes of data"},
	{"weight in two fields", func(p *pb.ModelProto) { p.Graph.Initializer[0].FloatData = make([]float32, 24) }, "in several fields"},
	{"weight without data", func(p *pb.ModelProto) { p.Graph.Initializer[0].RawData = nil }, "has 0 bytes of data"},
	{"weight in the wrong field", func(p *pb.ModelProto) {
		t := p.Graph.Initializer[1]
		t.RawData, t.Int64Data = nil, make([]int64, 12)
	}, "has 0 bytes of data"},
	{"negative dimension", func(p *pb.ModelProto) { p.Graph.Initializer[0].Dims = []int64{-12, -2} }, "impossible shape [-12 -2]"},
	{"overflowing dimensions", func(p *pb.ModelProto) { p.Graph.Initializer[0].Dims = []int64{1 << 62, 4, 24} }, "impossible shape"},
	{"absurd size", func(p *pb.ModelProto) { p.Graph.Initializer[0].Dims = []int64{1 << 40, 2} }, "has 96 bytes of data"},
	{"external data outside", func(p *pb.ModelProto) {
		t := p.Graph.Initializer[0]
		t.RawData, t.DataLocation = nil, pb.TensorProto_EXTERNAL
		t.ExternalData = []*pb.StringStringEntryProto{{Key: "location", Value: "../weights.bin"}}
	}, `keeps its data in another file, "../weights.bin"`},

	{"unknown operator", func(p *pb.ModelProto) { p.Graph.Node[1].OpType = "Relux" }, `the operator "Relux" is not supported`},
	{"no operator", func(p *pb.ModelProto) { p.Graph.Node[1].OpType = "" }, `the operator "" is not supported`},
	{"unknown domain", func(p *pb.ModelProto) { p.Graph.Node[1].Domain = "com.example" }, `of the domain "com.example"`},
	{"unknown attribute", func(p *pb.ModelProto) { addInt(p.Graph.Node[1], "alpha", 1) }, `attribute "alpha" is unknown`},
	{"attribute of the wrong type", func(p *pb.ModelProto) {
		p.Graph.Node[0].Attribute[0] = &pb.AttributeProto{Name: "transB", Type: pb.AttributeProto_FLOAT, F: proto.Float32(1)}
	}, `attribute "transB" has the type float, but it must have int`},
	{"attribute without a type", func(p *pb.ModelProto) { p.Graph.Node[0].Attribute[0].Type = 0 }, `attribute "transB" has no type`},
	{"attribute with a value of another type", func(p *pb.ModelProto) { p.Graph.Node[0].Attribute[0].Type = pb.AttributeProto_INTS },
		"has the type INTS but a value of type INT"},
	{"attribute with two values", func(p *pb.ModelProto) { p.Graph.Node[0].Attribute[0].F = proto.Float32(1) },
		"has the type INT but a value of type FLOAT"},
	{"attribute twice", func(p *pb.ModelProto) { addInt(p.Graph.Node[0], "transB", 1) }, `attribute "transB" is given twice`},
	{"missing attribute", func(p *pb.ModelProto) { p.Graph.Node[1].OpType = "Cast" }, `attribute "to" is missing`},
	{"attribute without a name", func(p *pb.ModelProto) { p.Graph.Node[0].Attribute[0].Name = "" }, `attribute "" is unknown`},

	{"too few inputs", func(p *pb.ModelProto) { n := p.Graph.Node[0]; n.Input = n.Input[:1] }, "has 1 inputs, but the operator's are 2 to 3"},
	{"too many inputs", func(p *pb.ModelProto) { n := p.Graph.Node[1]; n.Input = append(n.Input, "z") }, "has 2 inputs"},
	{"too many outputs", func(p *pb.ModelProto) { n := p.Graph.Node[1]; n.Output = append(n.Output, "more") }, "has 2 outputs"},
	{"required input left out", func(p *pb.ModelProto) { p.Graph.Node[3].Input[0] = "" }, "input 0 (X) is left out"},

	{"factors that do not fit", func(p *pb.ModelProto) { p.Graph.Node[0].Attribute[0].I = proto.Int64(0) }, "the product of"},
	{"kernel that does not fit", func(p *pb.ModelProto) { p.Graph.Node[3].Attribute[0].Ints = []int64{5, 5} }, `"kernel_shape" is [5 5]`},
	{"pads that do not fit", func(p *pb.ModelProto) { p.Graph.Node[3].Attribute[1].Ints = []int64{1} }, `"pads" has 1 numbers`},
	{"channels that do not fit", func(p *pb.ModelProto) { p.Graph.Initializer[3].Dims = []int64{3, 1, 3, 3} }, "the input has 3 channels"},
	{"types that do not fit", func(p *pb.ModelProto) { p.Graph.Input[0].Type.GetTensorType().ElemType = int32(Float64) },
		`input B ("dense/weight") is float32, but A is float64`},
	{"declared type of an output", func(p *pb.ModelProto) { p.Graph.Output[0].Type.GetTensorType().ElemType = int32(Int64) },
		"is declared as int64, but it is float32"},
	{"declared shape of an output", func(p *pb.ModelProto) {
		p.Graph.Output[0].Type.GetTensorType().Shape = shapeProto(Sizes(1, 1, 28, 28))
	}, "is declared with the shape [1,1,28,28], but it has [batch,1,2,2]"},
	{"declared rank of a value", func(p *pb.ModelProto) {
		p.Graph.ValueInfo = valueInfoProtos([]ValueInfo{{Name: "dense", Type: Float32, Shape: Sizes(12)}})
	}, "is declared with the shape [12], but it has [batch,12]"},
	{"huge graph input", func(p *pb.ModelProto) {
		p.Graph.Input[0].Type.GetTensorType().Shape = shapeProto(Sizes(int64(math.MaxInt64), 2))
	}, "has a dimension beyond 2^31"},
	{"negative dimension of a graph input", func(p *pb.ModelProto) {
		p.Graph.Input[0].Type.GetTensorType().Shape.Dim[0].Value = &pb.TensorShapeProto_Dimension_DimValue{DimValue: -3}
	}, `graph input "z": dimension 0 is negative`},
	{"sequence", func(p *pb.ModelProto) {
		p.Graph.Input[0].Type.Value = &pb.TypeProto_SequenceType{SequenceType: nil}
	}, "is a sequence"},
}

func addInt(n *pb.NodeProto, name string, value int64) {
	n.Attribute = append(n.Attribute, &pb.AttributeProto{Name: name, Type: pb.AttributeProto_INT, I: &value})
}

// spoiled returns the bytes of smallModel after spoil.
func spoiled(t testing.TB, spoil func(*pb.ModelProto)) []byte {
	t.Helper()
	p, err := modelProto(smallModel(t, 17))
	if err != nil {
		t.Fatal(err)
	}
	p = proto.CloneOf(p) // the message shares slices with itself
	spoil(p)
	data, err := proto.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestMalformed(t *testing.T) {
	for _, test := range malformed {
		t.Run(test.name, func(t *testing.T) {
			m, err := Unmarshal(spoiled(t, test.spoil))
			if err == nil {
				err = m.Check()
			}
			switch {
			case err == nil:
				t.Fatalf("no error, want %q", test.want)
			case strings.HasPrefix(err.Error(), "onnx: "), strings.Contains(err.Error(), "\n"):
				t.Errorf("want one line, without the name of the package: %v", err)
			case !strings.Contains(err.Error(), test.want):
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestNotAModel(t *testing.T) {
	whole := spoiled(t, func(*pb.ModelProto) {})
	for name, data := range map[string][]byte{
		"nothing":   nil,
		"text":      []byte("#!/bin/sh\necho hello\n"),
		"PNG":       []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
		"zeros":     make([]byte, 100),
		"truncated": whole[:len(whole)/2],
	} {
		if _, err := Unmarshal(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A file of empty nodes would take a hundred times its size in memory.
func TestMemoryLimit(t *testing.T) {
	const nodes = 4 << 20
	graph := strings.Repeat("\x0a\x00", nodes)
	data := append([]byte{0x3a, 0x80, 0x80, 0x80, 0x04}, graph...) // field 7, 8 MiB long
	_, err := Unmarshal(data)
	if err == nil || !strings.Contains(err.Error(), "far more memory than its size justifies") {
		t.Errorf("got %v", err)
	}
}

func TestBuiltModelPasses(t *testing.T) {
	for opset := int64(OldestOpset); opset <= NewestOpset; opset++ {
		m, err := Unmarshal(must(smallModel(t, opset).Marshal()))
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Check(); err != nil {
			t.Errorf("opset %d: %v", opset, err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
