package anomaly

import (
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"govae/images"
)

var testShape = images.Shape{H: 16, W: 12, C: 1}

// picture makes a sample of a picture that fades from left to right with light that varies,
// and noise; its code is the light. A defect is a spot of four pixels.
func picture(r *rand.Rand, defect bool) Sample {
	s := Sample{Code: []float32{r.Float32(), r.Float32()}}
	p, q := make([]float32, testShape.Len()), make([]float32, testShape.Len())
	for i := range p {
		q[i] = 0.2 + 0.4*s.Code[0] + 0.3*s.Code[1]*float32(i%testShape.W)/float32(testShape.W)
		p[i] = q[i] + 0.02*float32(r.NormFloat64())
	}
	if defect {
		for _, i := range []int{64, 65, 76, 77} { // rows 5 and 6, columns 4 and 5
			p[i] -= 0.15
		}
	}
	s.Picture, s.Reconstruction = images.Image{Shape: testShape, Pixels: p}, images.Image{Shape: testShape, Pixels: q}
	return s
}

func pictures(seed uint64, n int, defect bool) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		r := rand.New(rand.NewPCG(seed, 0))
		for range n {
			if !yield(picture(r, defect), nil) {
				return
			}
		}
	}
}

func fitted(t *testing.T) *Detector {
	t.Helper()
	d, err := Fit(pictures(1, 300, false), Options{FalseAlarms: 0.02, Normal: []string{"good"}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func verdicts(t *testing.T, d *Detector, samples iter.Seq2[Sample, error]) (all []Verdict, scores []float64) {
	t.Helper()
	for v, err := range d.Judgements(samples) {
		if err != nil {
			t.Fatal(err)
		}
		all, scores = append(all, v), append(scores, v.Score)
	}
	return all, scores
}

// TestDetector finds small spots, which say where they are, and keeps its share of false
// alarms.
func TestDetector(t *testing.T) {
	d := fitted(t)
	normal, normalScores := verdicts(t, d, pictures(2, 500, false))
	odd, oddScores := verdicts(t, d, pictures(3, 100, true))
	if a := AUROC(normalScores, oddScores); a < 0.95 {
		t.Errorf("AUROC %.3f", a)
	}
	alarms := 0
	for _, v := range normal {
		if v.Odd {
			alarms++
		}
	}
	if alarms > 30 { // 10 are to be expected
		t.Errorf("%d false alarms of %d", alarms, len(normal))
	}
	there := 0
	for i, v := range odd {
		if v.Index != i || v.Odd != (v.Score >= d.Threshold()) || len(v.Heat) != testShape.H*testShape.W {
			t.Fatalf("verdict %d: %+v", i, v)
		}
		hottest := 0
		for j, h := range v.Heat {
			if h > v.Heat[hottest] {
				hottest = j
			}
		}
		if y, x := hottest/testShape.W, hottest%testShape.W; y >= 3 && y <= 8 && x >= 2 && x <= 7 {
			there++
		}
	}
	if there < 80 {
		t.Errorf("%d of %d heat maps are hottest at the spot", there, len(odd))
	}
}

// TestThereAndBack stores a detector, which must judge as before to the last bit.
func TestThereAndBack(t *testing.T) {
	d := fitted(t)
	text, err := d.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	read, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if read.FalseAlarms != 0.02 || read.Pictures != 300 || read.Normal[0] != "good" || read.Shape() != testShape || read.Latent() != 2 {
		t.Errorf("read %+v", read)
	}
	before, _ := verdicts(t, d, pictures(4, 20, true))
	after, _ := verdicts(t, read, pictures(4, 20, true))
	if !reflect.DeepEqual(before, after) {
		t.Errorf("judges differently when read")
	}
	again, err := read.MarshalText()
	if err != nil || string(again) != string(text) {
		t.Errorf("written differently when read: %v", err)
	}
}

// TestKnown tells the pictures that a detector has learnt from.
func TestKnown(t *testing.T) {
	d, err := Fit(pictures(1, 300, false), Options{})
	if err != nil {
		t.Fatal(err)
	}
	count := func(seed uint64, n int) (known int) {
		all, _ := verdicts(t, d, pictures(seed, n, false))
		for _, v := range all {
			if v.Known {
				known++
			}
		}
		return known
	}
	if seen, unseen := count(1, 300), count(2, 300); seen < 200 || unseen > 3 { // some are held to set the threshold
		t.Errorf("%d of 300 that it has learnt from are known, and %d of 300 others", seen, unseen)
	}
}

// TestUnseen: where a model reconstructs what it was trained on better than other pictures, the
// threshold holds for others only if such ones set it.
func TestUnseen(t *testing.T) {
	trained := func(yield func(Sample, error) bool) {
		for s := range pictures(1, 300, false) {
			for i, v := range s.Picture.Pixels {
				s.Reconstruction.Pixels[i] += 0.7 * (v - s.Reconstruction.Pixels[i])
			}
			if !yield(s, nil) {
				return
			}
		}
	}
	odd := func(o Options) (n int) {
		o.FalseAlarms = 0.02
		d, err := Fit(trained, o)
		if err != nil {
			t.Fatal(err)
		}
		if d.Pictures != 300 {
			t.Errorf("learnt from %d pictures", d.Pictures)
		}
		all, _ := verdicts(t, d, pictures(2, 300, false))
		for _, v := range all {
			if v.Odd {
				n++
			}
		}
		return n
	}
	if seen, unseen := odd(Options{}), odd(Options{Unseen: pictures(3, 100, false)}); seen < 100 || unseen > 20 {
		t.Errorf("%d and %d of 300 are odd, want most and about 6", seen, unseen)
	}
	var few *TooFewError
	if _, err := Fit(trained, Options{Unseen: pictures(3, LeastUnseen-1, false)}); !errors.As(err, &few) || few.Pictures != LeastUnseen-1 {
		t.Errorf("too few unseen: error %v", err)
	}
}

func TestFitRefuses(t *testing.T) {
	var few *TooFewError
	if _, err := Fit(pictures(1, 29, false), Options{}); !errors.As(err, &few) || few.Pictures != 29 {
		t.Errorf("29 pictures: %v", err)
	}
	if _, err := Fit(pictures(1, 0, false), Options{}); !errors.As(err, &few) {
		t.Errorf("no pictures: %v", err)
	}
	if _, err := Fit(pictures(1, 30, false), Options{FalseAlarms: 1}); err == nil {
		t.Error("all alarms false: no error")
	}
	broken := errors.New("broken")
	if _, err := Fit(func(yield func(Sample, error) bool) { yield(Sample{}, broken) }, Options{}); err != broken {
		t.Errorf("error %v", err)
	}
	huge := func(yield func(Sample, error) bool) { // whose gradients have no finite energy
		for s := range pictures(1, 40, false) {
			s.Picture.Pixels[3] = 1e20
			if !yield(s, nil) {
				return
			}
		}
	}
	if _, err := Fit(huge, Options{}); err == nil {
		t.Error("huge numbers: no error")
	}
	nan := func(yield func(Sample, error) bool) {
		s := picture(rand.New(rand.NewPCG(1, 1)), false)
		s.Picture.Pixels[3] = float32(math.NaN())
		yield(s, nil)
	}
	if _, err := Fit(nan, Options{}); err == nil {
		t.Error("not a number: no error")
	}
	for _, err := range fitted(t).Judgements(nan) {
		if err == nil {
			t.Error("not a number: judged")
		}
	}
	if _, err := fitted(t).Judge(Sample{}); err == nil {
		t.Error("nothing: judged")
	}
}

// TestAlike learns from pictures that are all the same, where the least difference is odd.
func TestAlike(t *testing.T) {
	one := picture(rand.New(rand.NewPCG(1, 1)), false)
	d, err := Fit(func(yield func(Sample, error) bool) {
		for range 40 {
			if !yield(one, nil) {
				return
			}
		}
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := d.Judge(one); err != nil || v.Odd {
		t.Errorf("the picture itself: %+v, %v", v.Score, err)
	}
	if v, err := d.Judge(picture(rand.New(rand.NewPCG(2, 1)), false)); err != nil || !v.Odd || math.IsInf(v.Score, 0) {
		t.Errorf("another: %+v, %v", v.Score, err)
	}
}

// TestSpread has normal vectors on two square grids, one ten times as wide: what is near to
// either is judged by the distances on that grid.
func TestSpread(t *testing.T) {
	const side = 14
	at := func(grid int, column, row float64) []float32 {
		step := [2]float64{0.01, 0.1}[grid]
		return []float32{float32(2*grid) + float32(step*column), float32(step * row)}
	}
	var vectors [][]float32
	for i := range 2 * side * side {
		vectors = append(vectors, at(i%2, float64(i/2%side), float64(i/2/side)))
	}
	rand.New(rand.NewPCG(6, 6)).Shuffle(len(vectors), func(i, j int) { vectors[i], vectors[j] = vectors[j], vectors[i] })
	var f field
	f.fit(vectors, side, func([]float32) {})
	for _, steps := range []float64{1, 5} {
		_, narrow, _ := f.find(at(0, side/2, side-1+steps))
		_, wide, _ := f.find(at(1, side/2, side-1+steps))
		if math.Abs(narrow-wide) > 0.5 { // of squares of distances, which are a hundred times each other
			t.Errorf("%g steps away: %.2f from the narrow grid, %.2f from the wide one", steps, narrow, wide)
		}
	}
}

// TestTail compares with shares that are known.
func TestTail(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	scores := make([]float64, 20000)
	for i := range scores {
		scores[i] = r.ExpFloat64()
	}
	tail := fitTail(scores)
	for _, share := range []float64{0.5, 0.1, 0.01, 1e-4} {
		if got, want := tail.rarity(-math.Log(share)), -math.Log10(share); math.Abs(got-want) > 0.15 {
			t.Errorf("a share of %g: rarity %.3f, want %.3f", share, got, want)
		}
	}
	last := -1.0
	for s := -1.0; s < 8; s += 0.01 {
		if r := tail.rarity(s); r < last {
			t.Fatalf("the rarity falls at %g", s)
		} else {
			last = r
		}
	}
}

// written returns a detector, and its text.
func written(t testing.TB) (*Detector, []byte) {
	t.Helper()
	d, err := Fit(pictures(1, 30, false), Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	return d, text
}

// TestParsePart leaves out one part of a detector after the other: what is still accepted must
// judge as before.
func TestParsePart(t *testing.T) {
	d, text := written(t)
	s := picture(rand.New(rand.NewPCG(1, 1)), true)
	want, err := d.Judge(s)
	if err != nil {
		t.Fatal(err)
	}
	var whole map[string]any
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	refused := 0
	without := func(name string, parent map[string]any, key string) {
		value := parent[key]
		delete(parent, key)
		defer func() { parent[key] = value }()
		part, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Parse(part)
		if err != nil {
			refused++
			return
		}
		if got, err := d.Judge(s); err != nil || got.Score != want.Score {
			t.Errorf("without %s it is accepted, and finds a score of %g, not %g (%v)", name, got.Score, want.Score, err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(whole)) {
		without(key, whole, key)
		if parent, ok := whole[key].(map[string]any); ok {
			for _, k := range slices.Sorted(maps.Keys(parent)) {
				without(key+"/"+k, parent, k)
			}
		}
	}
	if refused < 10 {
		t.Errorf("only %d parts are needed", refused)
	}
}

// FuzzParse gives Parse anything: what it accepts must judge pictures without a panic.
func FuzzParse(f *testing.F) {
	_, text := written(f)
	f.Add(text)
	f.Add([]byte(`{"version":1}`))
	s := picture(rand.New(rand.NewPCG(1, 1)), true)
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data)
		if err != nil {
			return
		}
		if d.Shape() == testShape && d.Latent() == len(s.Code) {
			d.Judge(s)
		}
		if _, err := d.MarshalText(); err != nil {
			t.Error(err)
		}
	})
}

// TestEqualPictures: what is fitted to pictures without any deviation can be read back.
func TestEqualPictures(t *testing.T) {
	one := picture(rand.New(rand.NewPCG(1, 0)), false)
	same := func(yield func(Sample, error) bool) {
		for range 60 {
			if !yield(one, nil) {
				return
			}
		}
	}
	for _, falseAlarms := range []float64{0.01, 0.7} {
		d, err := Fit(same, Options{FalseAlarms: falseAlarms})
		if err != nil {
			t.Fatal(err)
		}
		text, err := d.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(text); err != nil {
			t.Error(err)
		}
		if v, err := d.Judge(one); err != nil || slices.Max(v.Heat) != 0 {
			t.Errorf("heat %v, %v", v.Heat, err)
		}
	}
}
