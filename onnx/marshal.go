package onnx

import (
	"errors"
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/proto"

	"govae/onnx/internal/pb"
)

// maxFile is the largest file that protobuf readers accept.
const maxFile = math.MaxInt32

// Marshal returns the model as the bytes of an ONNX file. The same model gives
// the same bytes. It does not check the model: see [Model.Check].
func (m *Model) Marshal() ([]byte, error) {
	p, err := modelProto(m)
	if err != nil {
		return nil, err
	}
	if size := proto.Size(p); size > maxFile {
		return nil, fmt.Errorf("the model takes %d bytes, beyond the 2 GiB that an ONNX file may have", size)
	}
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(p)
	if err != nil {
		return nil, err
	}
	return data, nil
}

// Write writes the model as an ONNX file.
func (m *Model) Write(w io.Writer) error {
	data, err := m.Marshal()
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func modelProto(m *Model) (*pb.ModelProto, error) {
	if m.Graph == nil {
		return nil, errors.New("the model has no graph")
	}
	graph, err := graphProto(m.Graph)
	if err != nil {
		return nil, err
	}
	p := &pb.ModelProto{
		IrVersion:       m.IRVersion,
		ProducerName:    m.ProducerName,
		ProducerVersion: m.ProducerVersion,
		DocString:       m.Doc,
		Graph:           graph,
	}
	p.OpsetImport = opsetProtos(m.Opsets)
	for _, f := range m.Functions {
		function, err := functionProto(f)
		if err != nil {
			return nil, fmt.Errorf("function %q: %w", f.Name, err)
		}
		p.Functions = append(p.Functions, function)
	}
	for _, e := range m.Metadata {
		p.MetadataProps = append(p.MetadataProps, &pb.StringStringEntryProto{Key: e.Key, Value: e.Value})
	}
	return p, nil
}

func graphProto(g *Graph) (*pb.GraphProto, error) {
	p := &pb.GraphProto{
		Name:      g.Name,
		DocString: g.Doc,
		Input:     valueInfoProtos(g.Inputs),
		Output:    valueInfoProtos(g.Outputs),
		ValueInfo: valueInfoProtos(g.Values),
	}
	for _, t := range g.Initializers {
		p.Initializer = append(p.Initializer, tensorProto(t))
	}
	for _, t := range g.Sparse {
		p.SparseInitializer = append(p.SparseInitializer, sparseProto(t))
	}
	var err error
	p.Node, err = nodeProtos(g.Nodes)
	return p, err
}

func functionProto(f *Function) (*pb.FunctionProto, error) {
	nodes, err := nodeProtos(f.Nodes)
	if err != nil {
		return nil, err
	}
	p := &pb.FunctionProto{Name: f.Name, Domain: f.Domain, Overload: f.Overload, DocString: f.Doc,
		Input: f.Inputs, Output: f.Outputs, Attribute: f.Attributes, OpsetImport: opsetProtos(f.Opsets), Node: nodes}
	for _, a := range f.Defaults {
		attribute, err := attributeProto(a)
		if err != nil {
			return nil, err
		}
		p.AttributeProto = append(p.AttributeProto, attribute)
	}
	return p, nil
}

func opsetProtos(opsets []Opset) []*pb.OperatorSetIdProto {
	var ps []*pb.OperatorSetIdProto
	for _, o := range opsets {
		ps = append(ps, &pb.OperatorSetIdProto{Domain: o.Domain, Version: o.Version})
	}
	return ps
}

func nodeProtos(nodes []*Node) ([]*pb.NodeProto, error) {
	var ps []*pb.NodeProto
	for _, n := range nodes {
		node := &pb.NodeProto{
			Name: n.Name, OpType: n.Op, Domain: n.Domain, Overload: n.Overload, DocString: n.Doc,
			Input: n.Inputs, Output: n.Outputs,
		}
		for _, a := range n.Attributes {
			attribute, err := attributeProto(a)
			if err != nil {
				return nil, fmt.Errorf("node %q (%s): %w", n.Name, n.Op, err)
			}
			node.Attribute = append(node.Attribute, attribute)
		}
		ps = append(ps, node)
	}
	return ps, nil
}

func attributeProto(a Attribute) (*pb.AttributeProto, error) {
	p := &pb.AttributeProto{Name: a.Name, DocString: a.Doc}
	switch v := a.Value.(type) {
	case int64:
		p.Type, p.I = pb.AttributeProto_INT, &v
	case []int64:
		p.Type, p.Ints = pb.AttributeProto_INTS, v
	case float32:
		p.Type, p.F = pb.AttributeProto_FLOAT, &v
	case []float32:
		p.Type, p.Floats = pb.AttributeProto_FLOATS, v
	case string:
		p.Type, p.S = pb.AttributeProto_STRING, []byte(v)
	case []string:
		p.Type = pb.AttributeProto_STRINGS
		for _, s := range v {
			p.Strings = append(p.Strings, []byte(s))
		}
	case *Tensor:
		p.Type, p.T = pb.AttributeProto_TENSOR, tensorProto(v)
	case []*Tensor:
		p.Type = pb.AttributeProto_TENSORS
		for _, t := range v {
			p.Tensors = append(p.Tensors, tensorProto(t))
		}
	case *SparseTensor:
		p.Type, p.SparseTensor = pb.AttributeProto_SPARSE_TENSOR, sparseProto(v)
	case []*SparseTensor:
		p.Type = pb.AttributeProto_SPARSE_TENSORS
		for _, t := range v {
			p.SparseTensors = append(p.SparseTensors, sparseProto(t))
		}
	case *Graph:
		p.Type = pb.AttributeProto_GRAPH
		g, err := graphProto(v)
		if err != nil {
			return nil, err
		}
		p.G = g
	case []*Graph:
		p.Type = pb.AttributeProto_GRAPHS
		for _, graph := range v {
			g, err := graphProto(graph)
			if err != nil {
				return nil, err
			}
			p.Graphs = append(p.Graphs, g)
		}
	case TypeBytes:
		p.Type, p.Tp = pb.AttributeProto_TYPE_PROTO, v
	case []TypeBytes:
		p.Type = pb.AttributeProto_TYPE_PROTOS
		for _, t := range v {
			p.TypeProtos = append(p.TypeProtos, t)
		}
	case Reference:
		p.Type, p.RefAttrName = pb.AttributeProto_AttributeType(v.Type), v.Attribute
	default:
		return nil, fmt.Errorf("attribute %q holds a %T, which no ONNX attribute can", a.Name, v)
	}
	return p, nil
}

func tensorProto(t *Tensor) *pb.TensorProto {
	return &pb.TensorProto{Name: t.Name, DocString: t.Doc, DataType: int32(t.Type), Dims: t.Shape, RawData: t.Data, StringData: t.Texts}
}

func sparseProto(t *SparseTensor) *pb.SparseTensorProto {
	return &pb.SparseTensorProto{Values: tensorProto(t.Values), Indices: tensorProto(t.Indices), Dims: t.Shape}
}

func valueInfoProtos(infos []ValueInfo) []*pb.ValueInfoProto {
	var ps []*pb.ValueInfoProto
	for _, v := range infos {
		p := &pb.ValueInfoProto{Name: v.Name, DocString: v.Doc}
		if v.Other != nil {
			p.Type = &pb.TypeProto{}
			if err := proto.Unmarshal(v.Other, p.Type); err != nil {
				p.Type = nil // of bytes that were read from a file: impossible
			}
		} else if v.Type != Undefined {
			p.Type = &pb.TypeProto{Value: &pb.TypeProto_TensorType{
				TensorType: &pb.TypeProto_Tensor{ElemType: int32(v.Type), Shape: shapeProto(v.Shape)},
			}}
		}
		ps = append(ps, p)
	}
	return ps
}

func shapeProto(s Shape) *pb.TensorShapeProto {
	if s == nil {
		return nil
	}
	p := &pb.TensorShapeProto{}
	for _, d := range s {
		dim := &pb.TensorShapeProto_Dimension{}
		switch {
		case d.Name != "":
			dim.Value = &pb.TensorShapeProto_Dimension_DimParam{DimParam: d.Name}
		case d.Size >= 0:
			dim.Value = &pb.TensorShapeProto_Dimension_DimValue{DimValue: d.Size}
		}
		p.Dim = append(p.Dim, dim)
	}
	return p
}
