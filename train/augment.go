package train

import (
	"fmt"
	"math"
	"strings"

	"govae/images"
	"govae/internal/random"
)

// Augment is a set of changes that are made to training images at random, anew in each
// epoch, so that a model sees more than there are: those that [Augmentations] lists, by
// their names. The zero value changes nothing. Images for validation and for testing, and
// those that statistics are computed of, stay as they are.
//
// Its text is the names in that order, separated by commas.
type Augment uint

const (
	flip Augment = 1 << iota
	vflip
	shift
	rotate
	zoom
	light
	nudge
)

// SuitedAugment returns the changes that suit a number of photographs, or of drawings, which a model learns by
// heart within some five to ten epochs: [shift] for few photographs, for more, and for drawings, a [nudge], which
// slows learning less, and none for so many that each is seen a few times only. docs/photos.md has
// what they gain.
func SuitedAugment(images int, drawings bool) Augment {
	const few, many = 500, 20000
	switch {
	case images < few && !drawings:
		return shift
	case images < many:
		return nudge
	}
	return 0
}

// Augmentation is one change.
type Augmentation struct {
	Name string
	Does string // what it does, with the limits of chance
}

// Augmentations lists the changes. All numbers are drawn uniformly, each in its limits
// (that of zoom and the contrast of light by their logarithm), and what moves in over an
// edge continues the pixels there.
func Augmentations() []Augmentation {
	return []Augmentation{ // in the order of the bits
		{"flip", "left and right change sides, in every second image"},
		{"vflip", "top and bottom change sides, in every second image"},
		{"shift", "moves by whole pixels, up to an eighth of the height and of the width"},
		{"rotate", "turns by up to 15 degrees either way"},
		{"zoom", "scales by a factor from 0.8 to 1.25"},
		{"light", "makes contrasts 0.8 to 1.25 as large, and all brighter or darker by up to 0.2 of the range"},
		{"nudge", "moves by whole pixels, up to a sixteenth of the height and of the width, or by one"},
	}
}

const (
	mostShift      = 8 // part of a side
	mostNudge      = 16
	mostRotation   = 15 * math.Pi / 180
	mostScale      = 1.25 // of zoom and of contrast, either way
	mostBrightness = 0.2
)

// MarshalText implements [encoding.TextMarshaler].
func (a Augment) MarshalText() ([]byte, error) {
	var names []string
	for i, known := range Augmentations() {
		if a&(1<<i) != 0 {
			names = append(names, known.Name)
		}
	}
	return []byte(strings.Join(names, ",")), nil
}

// String returns the text.
func (a Augment) String() string {
	text, _ := a.MarshalText()
	return string(text)
}

// UnmarshalText implements [encoding.TextUnmarshaler]. The names may come in any order;
// an empty text means none.
func (a *Augment) UnmarshalText(text []byte) error {
	*a = 0
	if len(text) == 0 {
		return nil
	}
names:
	for name := range strings.SplitSeq(string(text), ",") {
		var all []string
		for i, known := range Augmentations() {
			if known.Name == strings.TrimSpace(name) {
				*a |= 1 << i
				continue names
			}
			all = append(all, known.Name)
		}
		return fmt.Errorf("there is no augmentation %q: give some of %s", name, strings.Join(all, ","))
	}
	return nil
}

// apply writes an image, changed at random, to dst as numbers in [0, 1]. It allocates
// nothing. The numbers that r gives to a change do not depend on the others.
func (a Augment) apply(dst []float32, src []byte, s images.Shape, r *random.Source) {
	m := placement{xx: 1, yy: 1}
	upTo := func(limit float64) float64 { return (2*r.Float64() - 1) * limit }
	pixels := func(limit int) int { return r.IntN(2*limit+1) - limit }
	if mirrored := r.Float64() < 0.5; mirrored && a&flip != 0 {
		m.xx = -1
	}
	if mirrored := r.Float64() < 0.5; mirrored && a&vflip != 0 {
		m.yy = -1
	}
	right, down := pixels(s.W/mostShift), pixels(s.H/mostShift)
	if a&shift != 0 {
		m.right, m.down = right, down
	}
	angle, scale := upTo(mostRotation), math.Exp(upTo(math.Log(mostScale)))
	if a&rotate == 0 {
		angle = 0
	}
	if a&zoom == 0 {
		scale = 1
	}
	brightness, contrast := upTo(mostBrightness), math.Exp(upTo(math.Log(mostScale)))
	if a&light == 0 {
		brightness, contrast = 0, 1
	}
	if a&nudge != 0 {
		m.right += pixels(max(1, s.W/mostNudge))
		m.down += pixels(max(1, s.H/mostNudge))
	}
	values := levels(float32(brightness), float32(contrast))
	if a&(rotate|zoom) == 0 {
		m.copy(dst, src, s, &values)
		return
	}
	// The inverse of a rotation and a scaling, and then the mirror.
	sin, cos := math.Sincos(angle)
	m.xy, m.yx = m.xx*sin/scale, -m.yy*sin/scale
	m.xx, m.yy = m.xx*cos/scale, m.yy*cos/scale
	m.interpolate(dst, src, s, &values)
}

// levels returns the numbers that bytes stand for in another light: with contrasts changed
// around the middle of the range, and then all brighter.
func levels(brightness, contrast float32) (values [256]float32) {
	for i := range values {
		v := float32(i) / 255
		if contrast != 1 || brightness != 0 {
			v = max(0, min((v-0.5)*contrast+0.5+brightness, 1))
		}
		values[i] = v
	}
	return values
}

// placement says what a changed image shows at (x, y), both counted from its centre: the
// place (xx x' + xy y', yx x' + yy y') of the image as it was, where x' = x - right and
// y' = y - down.
type placement struct {
	xx, xy, yx, yy float64
	right, down    int
}

// copy moves pixels as they are; xx and yy are 1 or -1, xy and yx 0.
func (m placement) copy(dst []float32, src []byte, s images.Shape, values *[256]float32) {
	for y := range s.H {
		fromY := within(y-m.down, s.H)
		if m.yy < 0 {
			fromY = s.H - 1 - fromY
		}
		row := src[fromY*s.W*s.C : (fromY+1)*s.W*s.C]
		for x := range s.W {
			fromX := within(x-m.right, s.W)
			if m.xx < 0 {
				fromX = s.W - 1 - fromX
			}
			from := row[fromX*s.C : (fromX+1)*s.C]
			dst[0] = values[from[0]]
			if len(from) == 3 {
				dst[1], dst[2] = values[from[1]], values[from[2]]
			}
			dst = dst[len(from):]
		}
	}
}

// within returns the index from 0 to n-1 that is nearest to i.
func within(i, n int) int { return max(0, min(i, n-1)) }

// interpolate computes each pixel from the four around its place, bilinearly.
func (m placement) interpolate(dst []float32, src []byte, s images.Shape, values *[256]float32) {
	middleX, middleY := float64(s.W-1)/2, float64(s.H-1)/2
	for y := range s.H {
		dy := float64(y-m.down) - middleY
		for x := range s.W {
			dx := float64(x-m.right) - middleX
			left, right, fx := cell(middleX+m.xx*dx+m.xy*dy, s.W)
			top, bottom, fy := cell(middleY+m.yx*dx+m.yy*dy, s.H)
			above, below := src[top*s.W*s.C:(top+1)*s.W*s.C], src[bottom*s.W*s.C:(bottom+1)*s.W*s.C]
			left, right = left*s.C, right*s.C
			for c := range s.C {
				a, b := values[above[left+c]], values[below[left+c]]
				a += fx * (values[above[right+c]] - a)
				b += fx * (values[below[right+c]] - b)
				v := a + fy*(b-a)
				if v > 1 { // by rounding
					v = 1
				}
				dst[c] = v
			}
			dst = dst[s.C:]
		}
	}
}

// cell returns the two of n places that x lies between, and how far behind the first it
// is; beyond the ends it lies on the last place.
func cell(x float64, n int) (i, j int, f float32) {
	i = int(x)
	if x <= 0 || i >= n-1 {
		i = within(i, n)
		return i, i, 0
	}
	return i, i + 1, float32(x - float64(i))
}
