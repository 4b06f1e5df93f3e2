// Package tfevents writes and reads the event files of TensorBoard: records in
// TensorFlow's TFRecord format, each of which holds a protocol buffer Event
// (tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto) with a few
// numbers that belong to a step.
package tfevents

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Event are numbers of one step.
type Event struct {
	Time    float64 // seconds since 1970
	Step    int64
	Version string // of the file's format, in its first event alone
	Scalars []Scalar
}

// Scalar is a number with the name of the curve that it belongs to, such as test/elbo.
type Scalar struct {
	Tag   string
	Value float32
}

// First is the event with which a file begins.
func First(time float64) Event { return Event{Time: time, Version: "brain.Event:2"} }

// The numbers of the fields.
const (
	eventTime    = 1 // double
	eventStep    = 2 // int64
	eventVersion = 3 // string
	eventSummary = 5 // Summary

	summaryValue = 1 // Summary.Value, repeated

	valueTag    = 1 // string
	valueSimple = 2 // float
)

// Append appends the record of an event to a file's bytes.
func Append(file []byte, e Event) []byte {
	data := protowire.AppendTag(nil, eventTime, protowire.Fixed64Type)
	data = protowire.AppendFixed64(data, math.Float64bits(e.Time))
	data = protowire.AppendTag(data, eventStep, protowire.VarintType)
	data = protowire.AppendVarint(data, uint64(e.Step))
	if e.Version != "" {
		data = protowire.AppendTag(data, eventVersion, protowire.BytesType)
		data = protowire.AppendString(data, e.Version)
	}
	var summary []byte
	for _, s := range e.Scalars {
		value := protowire.AppendTag(nil, valueTag, protowire.BytesType)
		value = protowire.AppendString(value, s.Tag)
		value = protowire.AppendTag(value, valueSimple, protowire.Fixed32Type)
		value = protowire.AppendFixed32(value, math.Float32bits(s.Value))
		summary = protowire.AppendTag(summary, summaryValue, protowire.BytesType)
		summary = protowire.AppendBytes(summary, value)
	}
	if summary != nil {
		data = protowire.AppendTag(data, eventSummary, protowire.BytesType)
		data = protowire.AppendBytes(data, summary)
	}
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	file = append(file, length...)
	file = binary.LittleEndian.AppendUint32(file, masked(length))
	file = append(file, data...)
	return binary.LittleEndian.AppendUint32(file, masked(data))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is the checksum of a TFRecord: a CRC32C, rotated and shifted so that data which
// holds checksums has none of its own (tensorflow/core/lib/hash/crc32c.h).
func masked(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// ErrDamaged says that a record is cut short or changed.
var ErrDamaged = errors.New("the record is damaged")

// maxRecord bounds what reading a record allocates: far more than [Append] makes.
const maxRecord = 1 << 20 // bytes

// Reader reads the events of a file, one after the other.
type Reader struct {
	// End is where the last event that was read ends in the file, in bytes.
	End int64
	r   *bufio.Reader
}

// NewReader returns a Reader of a file's bytes.
func NewReader(r io.Reader) *Reader { return &Reader{r: bufio.NewReader(r)} }

// Next returns the next event, or io.EOF after the last. Of a record that is not whole, as
// a crash leaves one at the end, or that is no such event, the error wraps [ErrDamaged].
func (r *Reader) Next() (Event, error) {
	var head [12]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		return Event{}, damaged(err)
	}
	n := binary.LittleEndian.Uint64(head[:8])
	if masked(head[:8]) != binary.LittleEndian.Uint32(head[8:]) || n > maxRecord {
		return Event{}, fmt.Errorf("%w: its length does not match the checksum", ErrDamaged)
	}
	data := make([]byte, n+4)
	if _, err := io.ReadFull(r.r, data); err != nil {
		return Event{}, damaged(cutShort(err))
	}
	if masked(data[:n]) != binary.LittleEndian.Uint32(data[n:]) {
		return Event{}, fmt.Errorf("%w: it does not match its checksum", ErrDamaged)
	}
	e, err := parseEvent(data[:n])
	if err == nil {
		r.End += int64(len(head) + len(data))
	}
	return e, err
}

// damaged is the error of reading a record: io.EOF where there is none.
func damaged(err error) error {
	if err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w: it is cut short", ErrDamaged)
	}
	return err
}

func cutShort(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func parseEvent(data []byte) (e Event, err error) {
	err = fields(data, func(number protowire.Number, kind protowire.Type, value []byte) error {
		switch {
		case number == eventTime && kind == protowire.Fixed64Type:
			e.Time = math.Float64frombits(binary.LittleEndian.Uint64(value))
		case number == eventStep && kind == protowire.VarintType:
			v, _ := protowire.ConsumeVarint(value)
			e.Step = int64(v)
		case number == eventVersion && kind == protowire.BytesType:
			e.Version = string(content(value))
		case number == eventSummary && kind == protowire.BytesType:
			return fields(content(value), func(number protowire.Number, kind protowire.Type, value []byte) error {
				if number != summaryValue || kind != protowire.BytesType {
					return nil
				}
				var s Scalar
				err := fields(content(value), func(number protowire.Number, kind protowire.Type, value []byte) error {
					switch {
					case number == valueTag && kind == protowire.BytesType:
						s.Tag = string(content(value))
					case number == valueSimple && kind == protowire.Fixed32Type:
						s.Value = math.Float32frombits(binary.LittleEndian.Uint32(value))
					}
					return nil
				})
				e.Scalars = append(e.Scalars, s)
				return err
			})
		}
		return nil
	})
	return e, err
}

// content is what a field of bytes holds, which [fields] has checked.
func content(value []byte) []byte {
	bytes, _ := protowire.ConsumeBytes(value)
	return bytes
}

// fields calls do with each field of a message and the bytes of its value.
func fields(data []byte, do func(number protowire.Number, kind protowire.Type, value []byte) error) error {
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return fmt.Errorf("%w: %w", ErrDamaged, protowire.ParseError(n))
		}
		data = data[n:]
		if n = protowire.ConsumeFieldValue(number, kind, data); n < 0 {
			return fmt.Errorf("%w: %w", ErrDamaged, protowire.ParseError(n))
		}
		if err := do(number, kind, data[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}
