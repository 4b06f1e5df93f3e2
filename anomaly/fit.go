package anomaly

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"

	"govae/internal/printable"
)

// Options choose how a detector is fitted. The zero value is right for most programs.
type Options struct {
	// FalseAlarms is the share of normal pictures that may be called odd; 0 means 0.01.
	FalseAlarms float64
	// Draws and Normal are those of the [Detector].
	Draws  int
	Normal []string
	// Unseen, if not nil, yields normal pictures that the model was not trained on, at least
	// [LeastUnseen]: the threshold is set on them.
	Unseen iter.Seq2[Sample, error]
}

// LeastUnseen is the number of pictures that a threshold needs.
const LeastUnseen = 30

// Check finds mistakes in the options.
func (o Options) Check() error {
	if !(o.FalseAlarms >= 0 && o.FalseAlarms < 1) {
		return fmt.Errorf("anomaly: a share of %g false alarms: want a number between 0 and 1", o.FalseAlarms)
	}
	if o.Draws < 0 || o.Draws > mostDraws {
		return fmt.Errorf("anomaly: %d draws: want a number from 0 to %d", o.Draws, mostDraws)
	}
	return nil
}

// Of the pictures that Fit is given it uses at most mostPictures, and it needs leastPictures.
const (
	mostPictures  = 1500
	leastPictures = 30
	mostDraws     = 1000
	mostMemory    = 1024 // pictures in a memory
	mostDims      = 64   // of a subspace
)

// TooFewError says that there are too few normal pictures to learn from.
type TooFewError struct{ Pictures, Want int }

func (e *TooFewError) Error() string {
	return fmt.Sprintf("%s too few to tell odd ones by: give at least %d, better some hundreds", printable.Count(e.Pictures, "normal picture is", "normal pictures are"), e.Want)
}

// Fit fits a detector to normal pictures. They give the statistics, and the pictures of o.Unseen
// the distances of normal pictures from these. Without o.Unseen a fifth of the samples is held out
// for that. But pictures that the model was trained on are nearer to their reconstructions than
// others, so that the threshold is too low for others: with a model of 300 blood cells 42 % of unseen
// normal cells were called odd in place of 1 %. Fit uses at most 1,500 pictures of either kind, chosen
// at random, whose maps need less than 200 MB of memory. Too few pictures are a [*TooFewError].
func Fit(samples iter.Seq2[Sample, error], o Options) (*Detector, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	d := &Detector{FalseAlarms: cmp.Or(o.FalseAlarms, 0.01), Draws: o.Draws, Normal: o.Normal}
	l, err := d.learn(samples)
	if err != nil {
		return nil, err
	}
	d.Pictures = len(l.errors)
	if d.Pictures < leastPictures {
		return nil, &TooFewError{d.Pictures, leastPictures}
	}
	held := d.Pictures / 5
	if o.Unseen != nil {
		unseen, err := d.learn(o.Unseen)
		if err != nil {
			return nil, err
		}
		if held = len(unseen.errors); held < LeastUnseen {
			return nil, &TooFewError{held, LeastUnseen}
		}
		l = unseen.and(l)
	}

	d.setFloors(l.details[held:])
	for _, v := range l.details {
		d.logs(v)
	}
	d.detail.fit(l.details, held, func(v []float32) { smoothed(v, detailPlanes(d.shape)) })
	d.difference.fit(l.differences, held, func(v []float32) { smoothed(v, differencePlanes(d.shape)) })
	d.code.fit(l.codes, held, func([]float32) {})
	d.calibrate(l, held)
	if err := d.check(); err != nil { // which Parse would refuse
		return nil, fmt.Errorf("anomaly: these pictures give a detector with %w", err)
	}
	return d, nil
}

// lesson holds the evidence to learn from, by picture, in random order.
type lesson struct {
	details, differences, codes [][]float32
	errors                      []float64
}

// and returns both lessons.
func (l lesson) and(m lesson) lesson {
	return lesson{slices.Concat(l.details, m.details), slices.Concat(l.differences, m.differences), slices.Concat(l.codes, m.codes), slices.Concat(l.errors, m.errors)}
}

// learn gathers the evidence of a random choice of the samples (J. Vitter, "Random Sampling
// with a Reservoir", 1985, algorithm R) in random order.
func (d *Detector) learn(samples iter.Seq2[Sample, error]) (l lesson, err error) {
	r := rand.New(rand.NewPCG(0, 1))
	seen := 0
	for s, err := range samples {
		if err != nil {
			return l, err
		}
		if d.latent == 0 {
			d.shape, d.latent = s.Picture.Shape, len(s.Code)
			if d.shape.IsVector() || d.shape.Len() < 1 || d.latent < 1 {
				return l, fmt.Errorf("anomaly: a picture of %v with a code of %d: want pictures with places, and a code", d.shape, d.latent)
			}
		}
		if err := s.check(d.shape, d.latent); err != nil {
			return l, err
		}
		at := seen
		if seen++; seen > mostPictures {
			if at = r.IntN(seen); at >= mostPictures {
				continue
			}
		} else {
			l.details, l.differences, l.codes = append(l.details, nil), append(l.differences, nil), append(l.codes, nil)
			l.errors = append(l.errors, 0)
		}
		m := minus(s.Picture, s.Reconstruction)
		l.details[at] = flatten(detail(s.Picture))
		l.differences[at] = flatten(differences(m))
		l.codes[at] = slices.Clone(s.Code)
		l.errors[at] = squaredError(m)
		if !finite(l.errors[at]) || !allFinite(l.details[at]) || !allFinite(l.differences[at]) || !allFinite(s.Code) {
			return l, errNotFinite
		}
	}
	r.Shuffle(len(l.errors), func(i, j int) {
		for _, v := range [][][]float32{l.details, l.differences, l.codes} {
			v[i], v[j] = v[j], v[i]
		}
		l.errors[i], l.errors[j] = l.errors[j], l.errors[i]
	})
	return l, nil
}

func finite(v float64) bool { return v-v == 0 }

func allFinite(x []float32) bool {
	return !slices.ContainsFunc(x, func(v float32) bool { return v-v != 0 })
}

// setFloors sets the floor of a level's energies to their 2 % quantile over places of normal
// pictures. Energies below it are noise or nothing, and differences of their logarithms would count
// too much.
func (d *Detector) setFloors(details [][]float32) {
	at := 0
	for i, p := range detailPlanes(d.shape) {
		var energies []float32
		var mean float64
		for k := 0; k < len(details); k += max(1, len(details)/200) { // enough for a quantile
			for _, e := range details[k][at : at+p.h*p.w] {
				energies = append(energies, e)
				mean += float64(e)
			}
		}
		slices.Sort(energies)
		mean /= float64(len(energies))
		d.floors[i] = max(energies[len(energies)/50], float32(leastFloor*mean), tiny)
		at += p.h * p.w
	}
}

// leastFloor is the least floor as a share of the mean energy: without it, a background of
// one colour would make any speck the oddest thing there is.
const leastFloor = 3e-3

// smoothed smooths variances by place over the neighbouring places, plane by plane.
func smoothed(variances []float32, planes []plane) {
	for _, p := range planes {
		n := p.h * p.w
		p.v = variances[:n]
		copy(p.v, p.smooth(1).v)
		variances = variances[n:]
	}
}

// calibrate sets the tails and the scale of the heat by the pictures that were held out.
func (d *Detector) calibrate(l lesson, held int) {
	var findings [nFindings][]float64
	var total, detail, difference []float64
	found := make([]evidence, held)
	for i := range found {
		e := d.compare(l.details[i], l.differences[i], l.codes[i], l.errors[i])
		for k, v := range e.findings {
			findings[k] = append(findings[k], v)
		}
		detail, difference = append(detail, largest(e.detailAt)), append(difference, largest(e.differenceAt))
		found[i].findings = e.findings
	}
	for k := range findings {
		d.tails[k] = fitTail(findings[k])
	}
	for _, e := range found {
		rarity, _ := d.rarity(e)
		total = append(total, rarity)
	}
	d.total = fitTail(total)
	hottest := func(deviations []float64) float64 { return max(fitTail(deviations).exceededBy(d.FalseAlarms), tiny) }
	d.hottest = heatScale{hottest(detail), hottest(difference)}
}

// largest is the largest magnitude.
func largest(v []float32) float64 {
	var most float64
	for _, e := range v {
		most = max(most, math.Abs(float64(e)))
	}
	return most
}
