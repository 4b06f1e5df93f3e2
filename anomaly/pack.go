package anomaly

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// vector is written in JSON as the bytes of its float32s, little endian.
type vector []float32

// MarshalJSON writes the vector.
func (v vector) MarshalJSON() ([]byte, error) {
	data := make([]byte, 0, 4*len(v))
	for _, e := range v {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(e))
	}
	return json.Marshal(data)
}

// UnmarshalJSON reads what MarshalJSON wrote. Numbers that are not finite are an error.
func (v *vector) UnmarshalJSON(text []byte) error {
	var data []byte
	if err := json.Unmarshal(text, &data); err != nil {
		return err
	}
	if len(data)%4 != 0 {
		return errors.New("numbers that are cut off")
	}
	*v = make(vector, len(data)/4)
	for i := range *v {
		e := math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		if e-e != 0 {
			return errors.New("numbers that are not finite")
		}
		(*v)[i] = e
	}
	return nil
}

// matrix is rows of one length. A file keeps one byte per element.
type matrix [][]float32

// packed is a matrix in JSON: each element is a byte, as a signed number, times the scale
// of its row.
type packed struct {
	Scales vector `json:"scales"`
	Bytes  []byte `json:"bytes"`
}

const steps = 127

// round changes the rows to the values that a file keeps.
func (m matrix) round() {
	for _, row := range m {
		scale := rowScale(row)
		for i, e := range row {
			row[i] = scale * float32(roundTo(e, scale))
		}
	}
}

func rowScale(row []float32) float32 {
	var most float32
	for _, e := range row {
		most = max(most, e, -e)
	}
	if most == 0 {
		return 0
	}
	// A power of two, so that what is kept is kept exactly.
	return float32(math.Exp2(math.Ceil(math.Log2(float64(most) / steps))))
}

func roundTo(e, scale float32) int8 {
	if scale == 0 {
		return 0
	}
	return int8(min(max(math.Round(float64(e/scale)), -steps), steps))
}

// MarshalJSON writes a matrix that has been rounded.
func (m matrix) MarshalJSON() ([]byte, error) {
	p := packed{Scales: make(vector, len(m))}
	for i, row := range m {
		p.Scales[i] = rowScale(row)
		for _, e := range row {
			p.Bytes = append(p.Bytes, byte(roundTo(e, p.Scales[i])))
		}
	}
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *matrix) UnmarshalJSON(text []byte) error {
	var p packed
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	rows := len(p.Scales)
	*m = make(matrix, rows)
	if rows == 0 {
		return nil
	}
	if len(p.Bytes)%rows != 0 {
		return fmt.Errorf("%d bytes for %d rows", len(p.Bytes), rows)
	}
	columns := len(p.Bytes) / rows
	for i, scale := range p.Scales {
		(*m)[i] = make([]float32, columns)
		for j := range columns {
			(*m)[i][j] = scale * float32(int8(p.Bytes[i*columns+j]))
		}
	}
	return nil
}
