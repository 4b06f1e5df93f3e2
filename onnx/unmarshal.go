package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	"govae/internal/infile"
	"govae/onnx/internal/pb"
)

// ReadFile reads the ONNX file at path, and weights that it keeps in other files
// of its folder. It refuses files beyond 2 GiB. What it returns is well-formed
// data, not yet a model that makes sense: see [Model.Check].
func ReadFile(path string) (*Model, error) {
	data, err := infile.Read(path, maxFile)
	if err != nil {
		return nil, err
	}
	folder, err := openFolder(filepath.Dir(path))
	if err != nil {
		return nil, infile.Error(path, err)
	}
	defer folder.Close()
	m, err := unmarshal(data, folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Unmarshal reads a model from the bytes of an ONNX file. It is [ReadFile] for
// bytes that are in memory already, such as those of go:embed; a model that keeps
// weights in other files is an error.
func Unmarshal(data []byte) (*Model, error) {
	m, err := unmarshal(data, nil)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func unmarshal(data []byte, folder *folder) (*Model, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("has %d bytes, beyond the 2 GiB that an ONNX file may have", len(data))
	}
	if len(data) == 0 {
		return nil, errors.New("is empty")
	}
	if err := checkMemory(data); err != nil {
		return nil, fmt.Errorf("is not an ONNX model, or a damaged one: %w", err)
	}
	p := &pb.ModelProto{}
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(data, p); err != nil {
		return nil, fmt.Errorf("is not an ONNX model, or a damaged one: %w", err)
	}
	return (&decoder{folder: folder}).model(p)
}

// decoder turns messages into the package's own types.
type decoder struct {
	folder     *folder // where external data lies; nil if that is not known
	inFunction bool    // attributes may refer to those of a function
}

func (d *decoder) model(p *pb.ModelProto) (*Model, error) {
	switch {
	case p.Graph == nil:
		return nil, errors.New("is not an ONNX model: it has no graph")
	}
	graph, err := d.graph(p.Graph)
	if err != nil {
		return nil, err
	}
	m := &Model{
		IRVersion:       p.IrVersion,
		ProducerName:    p.ProducerName,
		ProducerVersion: p.ProducerVersion,
		Doc:             p.DocString,
		Opsets:          opsets(p.OpsetImport),
		Graph:           graph,
	}
	for _, f := range p.Functions {
		function, err := d.function(f)
		if err != nil {
			return nil, fmt.Errorf("function %q: %w", f.Name, err)
		}
		m.Functions = append(m.Functions, function)
	}
	for _, e := range p.MetadataProps {
		m.Metadata = append(m.Metadata, Property{e.Key, e.Value})
	}
	return m, nil
}

func opsets(ps []*pb.OperatorSetIdProto) []Opset {
	var list []Opset
	for _, o := range ps {
		list = append(list, Opset{o.Domain, o.Version})
	}
	return list
}

func (d *decoder) function(p *pb.FunctionProto) (*Function, error) {
	d.inFunction = true
	defer func() { d.inFunction = false }()
	f := &Function{Name: p.Name, Domain: p.Domain, Overload: p.Overload, Doc: p.DocString,
		Inputs: p.Input, Outputs: p.Output, Attributes: p.Attribute, Opsets: opsets(p.OpsetImport)}
	for _, a := range p.AttributeProto {
		attribute, err := d.attribute(a)
		if err != nil {
			return nil, fmt.Errorf("attribute %q %w", a.Name, err)
		}
		f.Defaults = append(f.Defaults, attribute)
	}
	var err error
	f.Nodes, err = d.nodes(p.Node)
	return f, err
}

func (d *decoder) graph(p *pb.GraphProto) (*Graph, error) {
	g := &Graph{Name: p.Name, Doc: p.DocString}
	var err error
	if g.Inputs, err = valueInfos(p.Input); err != nil {
		return nil, fmt.Errorf("graph input %w", err)
	}
	if g.Outputs, err = valueInfos(p.Output); err != nil {
		return nil, fmt.Errorf("graph output %w", err)
	}
	if g.Values, err = valueInfos(p.ValueInfo); err != nil {
		return nil, fmt.Errorf("value %w", err)
	}
	for _, t := range p.Initializer {
		tensor, err := d.tensor(t)
		if err != nil {
			return nil, err
		}
		g.Initializers = append(g.Initializers, tensor)
	}
	for _, t := range p.SparseInitializer {
		tensor, err := d.sparse(t)
		if err != nil {
			return nil, err
		}
		g.Sparse = append(g.Sparse, tensor)
	}
	g.Nodes, err = d.nodes(p.Node)
	return g, err
}

func (d *decoder) nodes(ps []*pb.NodeProto) ([]*Node, error) {
	var nodes []*Node
	for i, n := range ps {
		node := &Node{Name: n.Name, Op: n.OpType, Domain: n.Domain, Overload: n.Overload, Doc: n.DocString, Inputs: n.Input, Outputs: n.Output}
		for _, a := range n.Attribute {
			attribute, err := d.attribute(a)
			if err != nil {
				return nil, fmt.Errorf("%s: attribute %q %w", nodeTitle(node, i), a.Name, err)
			}
			node.Attributes = append(node.Attributes, attribute)
		}
		nodes = append(nodes, node)
	}
	return nodes, nil
}

func (d *decoder) attribute(p *pb.AttributeProto) (Attribute, error) {
	a := Attribute{Name: p.Name, Doc: p.DocString}
	if p.RefAttrName != "" {
		if !d.inFunction {
			return a, errors.New("refers to an argument of a function, outside of one")
		}
		a.Value = Reference{p.RefAttrName, int32(p.Type)}
		return a, nil
	}
	if err := attributeFields(p); err != nil {
		return a, err
	}
	switch p.Type {
	case pb.AttributeProto_UNDEFINED:
		return a, errors.New("has no type")
	case pb.AttributeProto_INT:
		a.Value = p.GetI()
	case pb.AttributeProto_FLOAT:
		a.Value = p.GetF()
	case pb.AttributeProto_STRING:
		a.Value = string(p.S)
	case pb.AttributeProto_INTS:
		a.Value = append([]int64{}, p.Ints...)
	case pb.AttributeProto_FLOATS:
		a.Value = append([]float32{}, p.Floats...)
	case pb.AttributeProto_STRINGS:
		texts := make([]string, len(p.Strings))
		for i, s := range p.Strings {
			texts[i] = string(s)
		}
		a.Value = texts
	case pb.AttributeProto_TENSOR:
		if p.T == nil {
			return a, errors.New("is a tensor without content")
		}
		t, err := d.tensor(p.T)
		if err != nil {
			return a, fmt.Errorf("holds a bad tensor: %w", err)
		}
		a.Value = t
	default:
		return d.largeAttribute(p, a)
	}
	return a, nil
}

// largeAttribute is attribute for the kinds that only operators beyond this package have.
func (d *decoder) largeAttribute(p *pb.AttributeProto, a Attribute) (_ Attribute, err error) {
	switch p.Type {
	case pb.AttributeProto_GRAPH:
		if p.G == nil {
			return a, errors.New("is a graph without content")
		}
		a.Value, err = d.graph(p.G)
	case pb.AttributeProto_GRAPHS:
		a.Value, err = each(p.Graphs, d.graph)
	case pb.AttributeProto_TENSORS:
		a.Value, err = each(p.Tensors, d.tensor)
	case pb.AttributeProto_SPARSE_TENSOR:
		a.Value, err = d.sparse(p.SparseTensor)
	case pb.AttributeProto_SPARSE_TENSORS:
		a.Value, err = each(p.SparseTensors, d.sparse)
	case pb.AttributeProto_TYPE_PROTO:
		a.Value = TypeBytes(p.Tp)
	case pb.AttributeProto_TYPE_PROTOS:
		types := []TypeBytes{}
		for _, t := range p.TypeProtos {
			types = append(types, t)
		}
		a.Value = types
	default:
		return a, fmt.Errorf("has the type %v, which the standard does not have", p.Type)
	}
	if err != nil {
		err = fmt.Errorf("holds what is damaged: %w", err)
	}
	return a, err
}

// each decodes all messages of a list.
func each[P, T any](ps []P, decode func(P) (T, error)) ([]T, error) {
	list := make([]T, 0, len(ps))
	for _, p := range ps {
		v, err := decode(p)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (d *decoder) sparse(p *pb.SparseTensorProto) (*SparseTensor, error) {
	if p.GetValues() == nil || p.GetIndices() == nil {
		return nil, errors.New("has a sparse tensor without content")
	}
	values, err := d.tensor(p.Values)
	if err != nil {
		return nil, err
	}
	indices, err := d.tensor(p.Indices)
	if err != nil {
		return nil, err
	}
	if _, ok := elements(p.Dims); !ok {
		return nil, fmt.Errorf("tensor %q: impossible shape %v", values.Name, p.Dims)
	}
	return &SparseTensor{Values: values, Indices: indices, Shape: append([]int64{}, p.Dims...)}, nil
}

// attributeFields checks that of the fields that may hold an attribute's value
// none but the one that its type names is there.
func attributeFields(p *pb.AttributeProto) error {
	for _, field := range []struct {
		present bool
		t       pb.AttributeProto_AttributeType
	}{
		{p.F != nil, pb.AttributeProto_FLOAT},
		{p.I != nil, pb.AttributeProto_INT},
		{p.S != nil, pb.AttributeProto_STRING},
		{p.T != nil, pb.AttributeProto_TENSOR},
		{p.G != nil, pb.AttributeProto_GRAPH},
		{len(p.Floats) > 0, pb.AttributeProto_FLOATS},
		{len(p.Ints) > 0, pb.AttributeProto_INTS},
		{len(p.Strings) > 0, pb.AttributeProto_STRINGS},
		{p.SparseTensor != nil, pb.AttributeProto_SPARSE_TENSOR},
		{p.Tp != nil, pb.AttributeProto_TYPE_PROTO},
		{len(p.Tensors) > 0, pb.AttributeProto_TENSORS},
		{len(p.Graphs) > 0, pb.AttributeProto_GRAPHS},
		{len(p.SparseTensors) > 0, pb.AttributeProto_SPARSE_TENSORS},
		{len(p.TypeProtos) > 0, pb.AttributeProto_TYPE_PROTOS},
	} {
		if field.present && field.t != p.Type && p.Type != pb.AttributeProto_UNDEFINED {
			return fmt.Errorf("has the type %v but a value of type %v", p.Type, field.t)
		}
	}
	return nil
}

// tensor turns a message into a Tensor whose data fits its shape.
func (d *decoder) tensor(p *pb.TensorProto) (*Tensor, error) {
	t := &Tensor{Name: p.Name, Doc: p.DocString, Type: DataType(p.DataType), Shape: append([]int64{}, p.Dims...)}
	size, err := t.bytes()
	if err != nil {
		return nil, err
	}
	switch {
	case p.Segment != nil:
		return nil, fmt.Errorf("tensor %q: is in segments, which are not supported", t.Name)
	case p.DataLocation == pb.TensorProto_EXTERNAL:
		t.Data, err = d.folder.read(p.ExternalData, size)
	case t.Type == text && len(p.RawData) == 0:
		t.Texts = p.StringData
	default:
		t.Data, err = tensorData(p, t.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	return t, t.check()
}

// tensorData returns the elements as little-endian bytes, whichever of the
// message's fields holds them.
func tensorData(p *pb.TensorProto, t DataType) ([]byte, error) {
	fields := 0
	for _, n := range []int{len(p.RawData), len(p.FloatData), len(p.Int32Data), len(p.StringData),
		len(p.Int64Data), len(p.DoubleData), len(p.Uint64Data)} {
		if n > 0 {
			fields++
		}
	}
	if fields > 1 {
		return nil, errors.New("has its data in several fields")
	}
	if fields == 0 || len(p.RawData) > 0 {
		return p.RawData, nil
	}
	switch t {
	case Float32:
		return binary.Append(nil, binary.LittleEndian, p.FloatData)
	case Float64:
		return binary.Append(nil, binary.LittleEndian, p.DoubleData)
	case Int64:
		return binary.Append(nil, binary.LittleEndian, p.Int64Data)
	case Uint64:
		return binary.Append(nil, binary.LittleEndian, p.Uint64Data)
	case Uint32:
		data := make([]byte, 0, 4*len(p.Uint64Data))
		for _, v := range p.Uint64Data {
			data = binary.LittleEndian.AppendUint32(data, uint32(v))
		}
		return data, nil
	}
	if t == complex64bits {
		return binary.Append(nil, binary.LittleEndian, p.FloatData)
	}
	if t == complex128bits {
		return binary.Append(nil, binary.LittleEndian, p.DoubleData)
	}
	size := max(t.bits()/8, 1) // those of less than a byte are packed
	data := make([]byte, 0, int(size)*len(p.Int32Data))
	for _, v := range p.Int32Data { // every narrower type, floats by their bits
		var element [4]byte
		binary.LittleEndian.PutUint32(element[:], uint32(v))
		data = append(data, element[:min(size, 4)]...)
	}
	return data, nil
}

// valueInfos turns messages into ValueInfos; the error starts with a name.
func valueInfos(ps []*pb.ValueInfoProto) ([]ValueInfo, error) {
	var infos []ValueInfo
	for _, p := range ps {
		info := ValueInfo{Name: p.Name, Doc: p.DocString}
		switch v := p.Type.GetValue().(type) {
		case nil: // Check asks for a type where there must be one
		case *pb.TypeProto_TensorType:
			info.Type = DataType(v.TensorType.ElemType)
			shape, err := shapeOf(v.TensorType.Shape)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", p.Name, err)
			}
			info.Shape = shape
		default: // no tensor
			var err error
			if info.Other, err = proto.Marshal(p.Type); err != nil {
				return nil, fmt.Errorf("%q: %w", p.Name, err)
			}
		}
		infos = append(infos, info)
	}
	return infos, nil
}

func shapeOf(p *pb.TensorShapeProto) (Shape, error) {
	if p == nil {
		return nil, nil
	}
	s := make(Shape, len(p.Dim))
	for i, d := range p.Dim {
		s[i] = Unknown()
		switch v := d.Value.(type) {
		case *pb.TensorShapeProto_Dimension_DimValue:
			if v.DimValue < 0 {
				return nil, fmt.Errorf("dimension %d is negative (%d)", i, v.DimValue)
			}
			s[i] = Size(v.DimValue)
		case *pb.TensorShapeProto_Dimension_DimParam:
			s[i] = Named(v.DimParam)
		}
	}
	return s, nil
}
