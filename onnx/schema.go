package onnx

import (
	"math"
	"strings"
)

// schema is what the standard says about an operator from one version of the
// operator set on: its row in the table of operators.
type schema struct {
	since int64 // operator set version
	// in and out list the parameters as "name:type". A "?" behind makes it
	// optional, as are all that follow; "*" stands for one or more of the kind.
	// The types T and U are what the operator is generic in; all of one letter
	// are the same. The type "-" is the infer function's to check or to set.
	in, out string
	// attributes lists them as "name:type", with "!" behind where required.
	attributes string
	T, U       types
	// infer sets the outputs' shapes, and their types where out says "-".
	infer func(*call) error
}

// types is a set of element types, as bits.
type types uint32

func set(list ...DataType) types {
	var s types
	for _, t := range list {
		s |= 1 << t
	}
	return s
}

func (s types) has(t DataType) bool { return t >= 0 && t < 32 && s&(1<<t) != 0 }

// The sets of types that the standard's operators use.
var (
	floats   = set(Float16, Float32, Float64)
	bfloats  = floats | set(BFloat16)
	signed   = set(Int8, Int16, Int32, Int64)
	unsigned = set(Uint8, Uint16, Uint32, Uint64)
	wide     = set(Int32, Int64, Uint32, Uint64)
	numbers  = bfloats | signed | unsigned
	anything = numbers | set(Bool)
	indices  = set(Int32, Int64)
)

// param is one parsed parameter of a schema.
type param struct {
	name, kind         string
	optional, variadic bool
}

// params parses a list of parameters.
func params(list string) []param {
	var ps []param
	for _, s := range strings.Fields(list) {
		name, kind, _ := strings.Cut(s, ":")
		p := param{name: name, kind: strings.TrimRight(kind, "?*!")}
		p.optional = strings.HasSuffix(kind, "?") || len(ps) > 0 && ps[len(ps)-1].optional
		p.variadic = strings.HasSuffix(kind, "*")
		ps = append(ps, p)
	}
	return ps
}

// arity returns the smallest and the largest number of parameters.
func arity(ps []param) (least, most int) {
	for _, p := range ps {
		most++
		if !p.optional {
			least++
		}
		if p.variadic {
			most = math.MaxInt
		}
	}
	return least, most
}

// paramAt returns parameter i, the last one for those of a variadic tail.
func paramAt(ps []param, i int) param { return ps[min(i, len(ps)-1)] }

// attributeSpec is one parsed attribute of a schema.
type attributeSpec struct {
	name, kind string
	required   bool
}

// attributeSpecs parses a list of attributes.
func attributeSpecs(list string) []attributeSpec {
	var specs []attributeSpec
	for _, s := range strings.Fields(list) {
		name, kind, _ := strings.Cut(s, ":")
		specs = append(specs, attributeSpec{name, strings.TrimSuffix(kind, "!"), strings.HasSuffix(kind, "!")})
	}
	return specs
}

// The operator set versions that models are built for. Those of files may be older and newer.
const OldestOpset, NewestOpset = 13, 22

// lookup returns the operator's schema at that version of the operator set.
func lookup(op string, opset int64) (schema, bool) {
	rows := operators[op]
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].since <= opset {
			return rows[i], true
		}
	}
	return schema{}, false
}

// irVersion returns the version of the file format that was published with that
// operator set (the standard's table of versions): the oldest that may name it.
func irVersion(opset int64) int64 {
	switch {
	case opset <= 14:
		return 7
	case opset <= 18:
		return 8
	case opset <= 20:
		return 9
	}
	return 10
}
