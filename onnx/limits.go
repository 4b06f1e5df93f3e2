package onnx

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"govae/onnx/internal/pb"
)

// A few bytes of protobuf can stand for much memory: an empty node takes two
// bytes in the file and two hundred as a Go value. checkMemory walks over the
// bytes of a model and adds up what decoding them would take, before anything is
// decoded. The allowance is in proportion to the file, with a constant on top for
// graphs of many nodes and few weights. A graph in a graph, such as the branch of an If,
// may not lie deeper than any program writes it.
func checkMemory(data []byte) error {
	allowance := 4*int64(len(data)) + 256<<20
	return spend(data, (*pb.ModelProto)(nil).ProtoReflect().Descriptor(), &allowance, 0)
}

// maxNesting is how deep messages may lie in each other; three deeper for each graph in a
// graph.
const maxNesting = 100

// spend takes from the allowance what decoding one message would take.
func spend(data []byte, message protoreflect.MessageDescriptor, allowance *int64, depth int) error {
	if depth > maxNesting {
		return errors.New("its graphs are nested too deeply")
	}
	const (
		messageBytes = 512 // more than any generated struct and the pointer to it
		sliceBytes   = 24
		numberBytes  = 8
	)
	*allowance -= messageBytes
	for len(data) > 0 {
		number, wireType, n := protowire.ConsumeTag(data)
		if n < 0 {
			return protowire.ParseError(n)
		}
		data = data[n:]
		n = protowire.ConsumeFieldValue(number, wireType, data)
		if n < 0 {
			return protowire.ParseError(n)
		}
		field := message.Fields().ByNumber(number)
		switch {
		case field == nil: // skipped by the decoder too
		case wireType != protowire.BytesType:
			*allowance -= numberBytes
		default:
			value, _ := protowire.ConsumeBytes(data)
			switch field.Kind() {
			case protoreflect.MessageKind:
				if err := spend(value, field.Message(), allowance, depth+1); err != nil {
					return err
				}
			case protoreflect.StringKind, protoreflect.BytesKind:
				*allowance -= sliceBytes + int64(len(value))
			default: // packed numbers of at least one byte each
				*allowance -= sliceBytes + numberBytes*int64(len(value))
			}
		}
		if *allowance < 0 {
			return errors.New("decoding it would take far more memory than its size justifies")
		}
		data = data[n:]
	}
	return nil
}
