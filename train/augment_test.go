package train

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"govae/dataset"
	"govae/internal/kernel/kerneltest"
	"govae/internal/random"
	"govae/models"
)

// everything is all augmentations.
const everything = flip | vflip | shift | rotate | zoom | light | nudge

func TestAugmentText(t *testing.T) {
	for text, want := range map[string]Augment{"": 0, "flip": flip, "light,shift": shift | light, " zoom, zoom": zoom, everything.String(): everything} {
		var a Augment
		if err := a.UnmarshalText([]byte(text)); err != nil || a != want {
			t.Errorf("%q: %v, error %v; want %v", text, a, err, want)
		}
	}
	if got := (light | shift).String(); got != "shift,light" {
		t.Errorf("%q", got)
	}
	for _, text := range []string{"flop", "flip,", ",", "flip shift"} {
		var a Augment
		if err := a.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "give some of flip,vflip,shift,rotate,zoom,light,nudge") {
			t.Errorf("%q: error %v", text, err)
		}
	}
	if _, err := (Options{Augment: everything + 1}).withDefaults(models.Training{Batch: 128, Rate: 1e-3}); err == nil {
		t.Error("an unknown augmentation is no error")
	}
}

// augmented returns image as it is in an epoch.
func augmented(a Augment, image []byte, s dataset.Shape, epoch int) []float32 {
	x := slices.Repeat([]float32{-1}, len(image))
	r := random.New(3, random.TrainAugment, uint32(epoch), 7)
	a.apply(x, image, s, &r)
	return x
}

// TestAugmentMoves compares what moves whole pixels with the definition of each: all
// possible results come, and no others.
func TestAugmentMoves(t *testing.T) {
	for _, c := range []int{1, 3} {
		s := dataset.Shape{H: 17, W: 8, C: c}
		image := noiseImages(1, s).At(0)
		// moved shows at (x, y) what was at (fromX, fromY).
		moved := func(from func(x, y int) (int, int)) string {
			m := make([]float32, len(image))
			for y := range s.H {
				for x := range s.W {
					fromX, fromY := from(x, y)
					for k := range c {
						m[(y*s.W+x)*c+k] = float32(image[(fromY*s.W+fromX)*c+k]) / 255
					}
				}
			}
			return fmt.Sprint(m)
		}
		same := moved(func(x, y int) (int, int) { return x, y })
		mirrored := moved(func(x, y int) (int, int) { return s.W - 1 - x, y })
		upsideDown := moved(func(x, y int) (int, int) { return x, s.H - 1 - y })
		turned := moved(func(x, y int) (int, int) { return s.W - 1 - x, s.H - 1 - y })
		shifted := func(mostDown, mostRight int) (all []string) {
			for down := -mostDown; down <= mostDown; down++ {
				for right := -mostRight; right <= mostRight; right++ {
					all = append(all, moved(func(x, y int) (int, int) {
						return min(max(x-right, 0), s.W-1), min(max(y-down, 0), s.H-1)
					}))
				}
			}
			return all
		}
		for a, want := range map[Augment][]string{
			0: {same}, flip: {same, mirrored}, vflip: {same, upsideDown}, flip | vflip: {same, mirrored, upsideDown, turned},
			shift: shifted(2, 1), nudge: shifted(1, 1),
		} {
			count := map[string]int{}
			const epochs = 600
			for epoch := range epochs {
				count[fmt.Sprint(augmented(a, image, s, epoch))]++
			}
			for _, w := range want {
				if expected := epochs / len(want); count[w] < expected/2 || count[w] > 2*expected {
					t.Errorf("%d channels, %v: a result came %d times, about %d expected", c, a, count[w], expected)
				}
				delete(count, w)
			}
			if len(count) > 0 {
				t.Errorf("%d channels, %v: %d results that cannot be", c, a, len(count))
			}
		}
	}
}

// TestInterpolate: where places lie on pixels, these are copied.
func TestInterpolate(t *testing.T) {
	s, plain := dataset.Shape{H: 5, W: 7, C: 3}, levels(0, 1)
	image := noiseImages(1, s).At(0)
	for _, m := range []placement{{xx: 1, yy: 1}, {xx: -1, yy: 1, right: 2, down: -1}, {xx: -1, yy: -1, down: 1}} {
		got, want := make([]float32, len(image)), make([]float32, len(image))
		m.interpolate(got, image, s, &plain)
		if m.copy(want, image, s, &plain); !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", m, got, want)
		}
	}
	// A quarter turn of a square, and half the way between pixels.
	s = dataset.Shape{H: 2, W: 2, C: 1}
	for m, want := range map[placement][]float32{
		{xy: 1, yx: -1}: {0, 0, 1, 0.2}, {xx: 0, yy: 0}: {0.3, 0.3, 0.3, 0.3}, {xx: 0, yy: 1}: {0.1, 0.1, 0.5, 0.5}, {xx: 3, yy: 1}: {0, 0.2, 0, 1},
	} {
		got := make([]float32, 4)
		m.interpolate(got, []byte{0, 51, 0, 255}, s, &plain)
		for i, v := range got {
			if math.Abs(float64(v-want[i])) > 1e-6 {
				t.Errorf("%+v: %v, want %v", m, got, want)
				break
			}
		}
	}
}

// TestAugmentLimits draws many changes of a picture that tells how it was changed.
func TestAugmentLimits(t *testing.T) {
	s := dataset.Shape{H: 65, W: 65, C: 1}
	slope := make([]byte, s.Len()) // 2 a pixel in x
	for i := range slope {
		slope[i] = byte(64 + 2*(i%s.W))
	}
	var angles, scales, contrasts, brightnesses []float64
	for epoch := range 500 {
		// The gradient at the centre turns with the picture and shrinks as it grows.
		gradient := func(x []float32) (dx, dy float64) {
			at := func(x0, y0 int) float64 { return float64(x[y0*s.W+x0]) }
			return (at(40, 32) - at(24, 32)) / 16 * 255 / 2, (at(32, 40) - at(32, 24)) / 16 * 255 / 2
		}
		dx, dy := gradient(augmented(rotate, slope, s, epoch))
		angles = append(angles, math.Atan2(dy, dx)*180/math.Pi)
		dx, _ = gradient(augmented(zoom, slope, s, epoch))
		scales = append(scales, 1/dx)
		x := augmented(light, slope, s, epoch)
		dx, _ = gradient(x)
		contrasts = append(contrasts, dx)
		middle := float64(slope[32])/255 - 0.5
		brightnesses = append(brightnesses, float64(x[32])-0.5-middle*dx)
		for _, v := range augmented(everything, slope, s, epoch) {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("epoch %d: a pixel is %v", epoch, v)
			}
		}
	}
	for name, tt := range map[string]struct {
		got    []float64
		lo, hi float64
	}{
		"rotation": {angles, -15, 15}, "zoom": {scales, 0.8, 1.25}, "contrast": {contrasts, 0.8, 1.25}, "brightness": {brightnesses, -0.2, 0.2},
	} {
		lo, hi, slack := slices.Min(tt.got), slices.Max(tt.got), (tt.hi-tt.lo)/50
		if lo < tt.lo-slack/20 || lo > tt.lo+slack || hi > tt.hi+slack/20 || hi < tt.hi-slack {
			t.Errorf("%s from %g to %g, want %g to %g", name, lo, hi, tt.lo, tt.hi)
		}
	}
}

// TestAugmentsTrainingAlone: what is evaluated stays as it is.
func TestAugmentsTrainingAlone(t *testing.T) {
	p := newPipeline(smallModel(t, smallConfig), kerneltest.New(t, 2), 4, 1)
	p.augment = light
	m, index := noiseImages(4, smallShape), []int{0, 1, 2, 3}
	want := make([]float32, 4*smallShape.Len())
	m.Floats(want, index)
	if got := p.load(m, index, 1, random.EvalNoise, 0); !slices.Equal(got.Image, want) {
		t.Error("images of an evaluation are changed")
	}
	if got := p.load(m, index, 1, random.TrainNoise, 0); slices.Equal(got.Image, want) {
		t.Error("training images are not changed")
	}
}
