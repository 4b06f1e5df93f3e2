package anomaly

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"govae/images"
)

// Sample is a picture, and what a model makes of it.
type Sample struct {
	Picture        images.Image
	Reconstruction images.Image // of one shape with the picture
	Code           []float32    // the mean of its posterior, [L]
}

// Verdict is the result of a [Detector] for a picture.
type Verdict struct {
	Index int // of the picture in the stream, from 0 on
	// Score tells how rare such a picture is among normal ones: -log10 of their share that
	// is as odd, 2 for one in a hundred. Beyond what the normal pictures of the
	// calibration can tell it is extrapolated.
	Score float64
	Odd   bool   // whether the score is at or above the threshold
	Why   string // the evidence that speaks most against the picture: [Detail], [Difference], [Error] or [Code]
	// Heat shows where, [H, W]: 0 where a picture is as normal ones are, and 1 or more
	// where it differs by as much as the share of false alarms of the calibration does anywhere.
	// Heat of package picture draws it over the Picture.
	Heat []float32
	// Sample is what was judged.
	Sample
	// Known tells that the picture is one of those that the detector remembers, at most 1,024 of those that it has
	// learnt from, or can hardly be told from one. Its score says nothing about others.
	Known bool
}

// The kinds of evidence on a picture.
const (
	Detail     = "detail"     // how much structure it has at each place
	Difference = "difference" // from its reconstruction, at each place
	Error      = "error"      // the squared difference, summed over all places
	Code       = "code"       // its place in latent space
)

// Detector tells odd pictures from normal ones. Make one with [Fit] or [Parse]. Many
// goroutines may use it at once.
type Detector struct {
	shape  images.Shape
	latent int
	// FalseAlarms is the share of normal pictures above the threshold.
	FalseAlarms float64
	Pictures    int // of the calibration

	// Draws of the posterior's points whose reconstructions are averaged; 0 is the
	// reconstruction of its mean. Whoever makes samples sees to it.
	Draws int
	// Normal are the classes of the calibration's pictures, if they had any.
	Normal []string

	floors     [detailLevels]float32 // what is added to energies, so that they have logarithms
	detail     field
	difference field
	code       field
	tails      [nFindings]tail
	total      tail // of the rarities of all findings together
	hottest    heatScale
}

// The findings on a picture, each the logarithm of a distance from what is normal.
const (
	detailOutside = iota
	detailNearest
	differenceNearest
	codeNearest
	wholeError
	nFindings
)

// known is how near a picture of the memory is to itself at most, as its coordinates are rounded: others are at
// distances of about 1, whose logarithm is 0.
const known = -6

// kinds are the kinds of evidence of the findings.
var kinds = [nFindings]string{Detail, Detail, Difference, Code, Error}

// heatScale is, of each field that has places, the deviation that is heat 1.
type heatScale struct {
	Detail     float64 `json:"detail"`
	Difference float64 `json:"difference"`
}

// Threshold is the score from which on a picture is odd.
func (d *Detector) Threshold() float64 { return -math.Log10(d.FalseAlarms) }

// Shape returns the size of the pictures.
func (d *Detector) Shape() images.Shape { return d.shape }

// Latent returns the length of a code.
func (d *Detector) Latent() int { return d.latent }

// Judge compares a picture with normal ones. A sample of other sizes than those of the
// calibration is an error.
func (d *Detector) Judge(s Sample) (Verdict, error) {
	if err := s.check(d.shape, d.latent); err != nil {
		return Verdict{}, err
	}
	e := d.evidence(s)
	if !e.finite() {
		return Verdict{}, errNotFinite
	}
	rarity, why := d.rarity(e)
	v := Verdict{Sample: s, Score: d.total.rarity(rarity), Why: why, Heat: d.heat(e), Known: e.findings[detailNearest] < known}
	v.Odd = v.Score >= d.Threshold()
	return v, nil
}

// Judgements is [Detector.Judge] of a stream, in order. It ends with the first error.
func (d *Detector) Judgements(samples iter.Seq2[Sample, error]) iter.Seq2[Verdict, error] {
	return func(yield func(Verdict, error) bool) {
		i := 0
		for s, err := range samples {
			var v Verdict
			if err == nil {
				v, err = d.Judge(s)
			}
			v.Index = i
			if !yield(v, err) || err != nil {
				return
			}
			i++
		}
	}
}

func (s Sample) check(shape images.Shape, latent int) error {
	p, r := s.Picture, s.Reconstruction
	if p.Shape != shape || r.Shape != shape || len(p.Pixels) != shape.Len() || len(r.Pixels) != shape.Len() || len(s.Code) != latent {
		return fmt.Errorf("anomaly: a picture of %v with a reconstruction of %v and a code of %d: want %v for both, and %d", p.Shape, r.Shape, len(s.Code), shape, latent)
	}
	return nil
}

// evidence is all that is found on a picture.
type evidence struct {
	findings               [nFindings]float64
	detailAt, differenceAt []float32 // deviations by place
}

func (d *Detector) evidence(s Sample) evidence {
	detail := flatten(detail(s.Picture))
	d.logs(detail)
	m := minus(s.Picture, s.Reconstruction)
	return d.compare(detail, flatten(differences(m)), s.Code, squaredError(m))
}

// compare makes evidence of the vectors of the fields.
func (d *Detector) compare(detail, difference, code []float32, wholeSquares float64) (e evidence) {
	e.findings[detailOutside], e.findings[detailNearest], e.detailAt = d.detail.find(detail)
	_, e.findings[differenceNearest], e.differenceAt = d.difference.find(difference)
	_, e.findings[codeNearest], _ = d.code.find(code)
	e.findings[wholeError] = wholeSquares
	return e
}

// finite reports whether all findings are.
func (e *evidence) finite() bool {
	for _, v := range e.findings {
		if !finite(v) {
			return false
		}
	}
	return true
}

var errNotFinite = errors.New("anomaly: a picture, reconstruction or code has values that are not finite")

// squaredError is the logarithm of the sum over all pixels.
func squaredError(m images.Image) float64 {
	var sum float64
	for _, v := range m.Pixels {
		sum += float64(v) * float64(v)
	}
	return log(sum)
}

// logs makes the energies of all levels logarithms.
func (d *Detector) logs(energies []float32) {
	at := 0
	for i, p := range detailPlanes(d.shape) {
		for n := p.h * p.w; n > 0; n-- {
			energies[at] = float32(math.Log(float64(energies[at] + d.floors[i])))
			at++
		}
	}
}

// rarity combines how rare each finding is among normal pictures, and tells which evidence
// is the rarest. A defect need not show in every finding, and many that are as usual must not
// drown the one that is not, as in a sum; so this is nearer to the largest (L. Tippett, "The
// Methods of Statistics", 1931), but lets several that are all unusual add up: a norm with
// the power 4.
func (d *Detector) rarity(e evidence) (all float64, why string) {
	var most float64
	for k, v := range e.findings {
		r := d.tails[k].rarity(v)
		if all += r * r * r * r; r > most || why == "" {
			most, why = r, kinds[k]
		}
	}
	return math.Sqrt(math.Sqrt(all)), why
}
