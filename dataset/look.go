package dataset

import (
	"context"
	"errors"

	"govae/images"
	"govae/internal/photo"
)

// looks is what the pixels of a sample of images show and headers do not.
type looks struct {
	gray   bool // none has colours
	few    bool // hardly any has
	cutOut bool // in most a good part is transparent

	seen   bool      // there is a background to be seen through some
	light  float64   // the mean brightness of the rest of these, in [0, 1]
	lights []float64 // and that of each which has a rest

	paper bool // a background is seen through none, and most have light edges, which padding goes on with
}

// background is white where the images are dark, or some would be lost on black, else black; and gray where
// some would be lost on white, and others on black. Of images on paper it is white.
func (l looks) background() images.RGB {
	onWhite, onBlack := 0, 0 // lost
	for _, v := range l.lights {
		if v > 1-faint {
			onWhite++
		}
		if v < faint {
			onBlack++
		}
	}
	many := func(lost int) bool { return lost > 0 && 20*lost >= len(l.lights) } // a twentieth
	switch {
	case l.paper:
		return images.White
	case !l.seen:
	case many(onWhite) && many(onBlack):
		return images.Gray
	case many(onBlack), l.light < 0.5 && !many(onWhite):
		return images.White
	}
	return images.RGB{}
}

// fit crops photographs, whose borders matter least, and pads objects that are cut out of their
// background, which stay whole.
func (l looks) fit() images.Fit {
	if l.cutOut {
		return images.Pad
	}
	return images.Crop
}

const (
	mostLooks      = 64   // images that are looked at
	faint          = 0.05 // how far from its background an image is on average that is lost on it
	leastSeen      = 0.01 // the share of an image through which a background is seen, if one is
	enoughColoured = 4    // to know that they are not few
	// colourful is how far the channels of a pixel are apart that has a colour: further than
	// compression takes those of a gray one.
	colourful = 4
)

// glance is how images are looked at.
var glance = Shape{H: 32, W: 32, C: 3}

// lookAt looks at some of the files, at those that may have colours until enough have some,
// and at those that may be transparent.
func (o Options) lookAt(ctx context.Context, r *photo.Reader, files []imageFile, headers []photo.Header) (l looks, err error) {
	looked, coloured := 0, 0
	numbers, may := sample(headers, func(h photo.Header) bool { return !h.Gray })
	for _, i := range numbers {
		looked++
		if hasColour(o.see(ctx, r, files[i], images.RGB{})) {
			coloured++
		}
		if coloured == enoughColoured {
			break
		}
	}
	l.gray = coloured == 0
	l.few = !l.gray && 10*coloured*may < looked*len(headers) // a tenth

	var all, covered float64 // sums over the pixels of all images that are looked at
	var light, lit float64   // and of those through which a background is seen
	numbers, transparent := sample(headers, func(h photo.Header) bool { return h.Transparent })
	for _, i := range numbers {
		// Where the background is seen, black and white ones make a difference.
		onBlack, onWhite := o.see(ctx, r, files[i], images.RGB{}), o.see(ctx, r, files[i], images.White)
		var ownCovered, ownLight, own float64
		for i := range min(len(onBlack), len(onWhite)) {
			ownCovered += 255 - float64(onWhite[i]) + float64(onBlack[i])
			ownLight += float64(onBlack[i])
			own += 255
		}
		all, covered = all+own, covered+ownCovered
		if own-ownCovered <= leastSeen*own {
			continue
		}
		l.seen, light, lit = true, light+ownLight, lit+ownCovered
		if ownCovered > leastSeen*own {
			l.lights = append(l.lights, ownLight/ownCovered)
		}
	}
	l.light = light / max(lit, 1)
	l.cutOut = l.seen && 2*transparent >= len(headers) && all-covered >= 0.1*all
	if !l.seen && o.Fit == images.Pad {
		onPaper := 0
		numbers, _ := sample(headers, func(photo.Header) bool { return true })
		for _, i := range numbers {
			if lightEdges(o.see(ctx, r, files[i], images.RGB{})) {
				onPaper++
			}
		}
		l.paper = 2*onPaper > len(numbers)
	}
	return l, ctx.Err()
}

// lightEdges reports whether most pixels at the edges of a glance are nearly white.
func lightEdges(pixels []byte) bool {
	light, n := 0, 0
	for at := 0; at < len(pixels); at += glance.C {
		if x, y := at/glance.C%glance.W, at/glance.C/glance.W; x > 0 && x < glance.W-1 && y > 0 && y < glance.H-1 {
			continue
		}
		n++
		if min(pixels[at], pixels[at+1], pixels[at+2]) >= 230 {
			light++
		}
	}
	return 2*light > n
}

// sample returns the numbers of some of the headers that are wanted, from everywhere, and how many
// are wanted.
func sample(headers []photo.Header, want func(photo.Header) bool) (numbers []int, of int) {
	for i, h := range headers {
		if h.H > 0 && want(h) {
			numbers = append(numbers, i)
		}
	}
	if of = len(numbers); of > mostLooks {
		for k := range mostLooks {
			numbers[k] = numbers[k*of/mostLooks]
		}
		numbers = numbers[:mostLooks]
	}
	return numbers, of
}

// see returns a small copy of an image on a background, nothing if it cannot be read, as
// whoever reads all of it tells.
func (o Options) see(ctx context.Context, r *photo.Reader, f imageFile, background images.RGB) []byte {
	how := reading{glance, images.Framing{Fit: images.Stretch, Background: background, Scale: o.Scale}}
	pixels := make([]byte, glance.Len())
	err := how.file(ctx, r, f.path, pixels)
	if _, tooBright := errors.AsType[*images.TooBrightError](err); err != nil && !tooBright { // there is enough to see
		return nil
	}
	return pixels
}

func hasColour(pixels []byte) bool {
	for ; len(pixels) >= 3; pixels = pixels[3:] {
		r, g, b := int(pixels[0]), int(pixels[1]), int(pixels[2])
		if max(r, g, b)-min(r, g, b) > colourful {
			return true
		}
	}
	return false
}
