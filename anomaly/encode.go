package anomaly

import (
	"encoding/json"
	"errors"
	"fmt"

	"govae/images"
)

// text is a detector in JSON, version 2.
type text struct {
	Version     int                   `json:"version"`
	Image       [3]int                `json:"image"` // channels, height, width
	Latent      int                   `json:"latent"`
	FalseAlarms float64               `json:"false_alarms"`
	Pictures    int                   `json:"pictures"`
	Draws       int                   `json:"draws,omitempty"`
	Normal      []string              `json:"normal,omitempty"`
	Floors      [detailLevels]float32 `json:"floors"`
	Detail      field                 `json:"detail"`
	Difference  field                 `json:"difference"`
	Code        field                 `json:"code"`
	Tails       []tail                `json:"tails"`
	Total       tail                  `json:"total"`
	Hottest     heatScale             `json:"hottest"`
}

const (
	version = 2
	maxText = 4 << 20 // bytes
)

// MarshalText writes the detector as JSON: less than 1 MB of it for up to 1,000 latent dimensions,
// with which it grows. What [Parse] would find too large is an error.
func (d *Detector) MarshalText() ([]byte, error) {
	data, err := json.Marshal(text{version, [3]int{d.shape.C, d.shape.H, d.shape.W}, d.latent, d.FalseAlarms, d.Pictures, d.Draws, d.Normal, d.floors,
		d.detail, d.difference, d.code, d.tails[:], d.total, d.hottest})
	if err == nil && len(data) > maxText {
		err = fmt.Errorf("a detector of %d latent dimensions takes %d bytes, more than the %d that are read: train with fewer", d.latent, len(data), maxText)
	}
	return data, err
}

// Parse reads what [Detector.MarshalText] wrote, from whatever source: a detector that it
// returns judges pictures of its shape without panicking.
func Parse(data []byte) (*Detector, error) {
	if len(data) > maxText {
		return nil, fmt.Errorf("a detector of %d bytes, more than %d", len(data), maxText)
	}
	var t text
	if err := json.Unmarshal(data, &t); err != nil {
		return nil, fmt.Errorf("not a detector (%w)", err)
	}
	if t.Version != version {
		return nil, fmt.Errorf("a detector of version %d, and this program reads %d: fit it again", t.Version, version)
	}
	if len(t.Tails) != nFindings {
		return nil, fmt.Errorf("not a detector: it has %d tails, want %d", len(t.Tails), nFindings)
	}
	d := &Detector{images.Shape{C: t.Image[0], H: t.Image[1], W: t.Image[2]}, t.Latent, t.FalseAlarms, t.Pictures, t.Draws, t.Normal, t.Floors,
		t.Detail, t.Difference, t.Code, [nFindings]tail(t.Tails), t.Total, t.Hottest}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("not a detector: %w", err)
	}
	return d, nil
}

// maxSide bounds the sides of pictures, and with it what a heat map needs.
const maxSide = 1 << 12

func (d *Detector) check() error {
	s := d.shape
	if s.C != 1 && s.C != 3 || s.H < 1 || s.W < 1 || s.H > maxSide || s.W > maxSide || d.latent < 1 {
		return fmt.Errorf("pictures of %dx%dx%d with codes of %d", s.C, s.H, s.W, d.latent)
	}
	if d.Draws < 0 || d.Draws > mostDraws {
		return fmt.Errorf("%d draws", d.Draws)
	}
	if !(d.FalseAlarms > 0 && d.FalseAlarms < 1) {
		return fmt.Errorf("a share of %g false alarms", d.FalseAlarms)
	}
	for _, floor := range d.floors {
		if !(floor > 0) {
			return errors.New("a floor that is not positive")
		}
	}
	if !(d.hottest.Detail > 0 && d.hottest.Difference > 0) {
		return errors.New("a heat that is not positive")
	}
	for _, f := range []struct {
		*field
		name string
		d    int
	}{
		{&d.detail, Detail, size(detailPlanes(s))},
		{&d.difference, Difference, size(differencePlanes(s))},
		{&d.code, Code, d.latent},
	} {
		if err := f.check(f.d); err != nil {
			return fmt.Errorf("its part %s: %w", f.name, err)
		}
	}
	for _, t := range append(d.tails[:], d.total) {
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

// size is the number of values of planes.
func size(planes []plane) (n int) {
	for _, p := range planes {
		n += p.h * p.w
	}
	return n
}

// check returns an error unless the field is one of vectors of d numbers.
func (f *field) check(d int) error {
	q := len(f.Basis)
	if len(f.Mean) != d || len(f.Std) != d || len(f.Along) != q {
		return fmt.Errorf("has %d means, %d deviations and %d scales, want %d, %d and %d", len(f.Mean), len(f.Std), len(f.Along), d, d, q)
	}
	for _, m := range []struct {
		rows   matrix
		length int
	}{{f.Basis, d}, {f.Memory, q}} {
		for _, row := range m.rows {
			if len(row) != m.length {
				return fmt.Errorf("has a row of %d numbers, want %d", len(row), m.length)
			}
		}
	}
	if len(f.Spread) != len(f.Memory) {
		return fmt.Errorf("has %d spreads, want %d", len(f.Spread), len(f.Memory))
	}
	for _, v := range []vector{f.Std, f.Along, f.Spread} {
		for _, e := range v {
			if !(e > 0) {
				return errors.New("has a deviation that is not positive")
			}
		}
	}
	if len(f.Memory) == 0 {
		return errors.New("has no memory")
	}
	return nil
}

func (t tail) check() error {
	if len(t.Quantiles) != quantiles || !(t.Scale > 0) || !(t.Share > 0 && t.Share < 1) {
		return errors.New("a tail without its quantiles, share or scale")
	}
	for i, q := range t.Quantiles[1:] {
		if !(q >= t.Quantiles[i]) {
			return errors.New("a tail whose quantiles fall")
		}
	}
	return nil
}
