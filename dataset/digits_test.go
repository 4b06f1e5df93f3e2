package dataset

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"testing"

	"govae/internal/random"
)

// The digits are the same bytes on every machine and in every version: a change here
// makes all results on them incomparable with earlier ones.
func TestDigitsNeverChange(t *testing.T) {
	d, err := load(t, "digits", Options{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, want string
		pixels     []byte
	}{
		{"the first 1000 training images", "693742a83a80565627fa6e348d3e1f20308bd925641ce37fda501c530c7ed227", d.Train.Pixels},
		{"the first 128 test images", "84f5b640a2892a96bde2589beea7b3aa4a47f631671c6f5f7200fae9ea092365", d.Test.Head(128).Pixels},
	} {
		if got := fmt.Sprintf("%x", sha256.Sum256(tt.pixels)); got != tt.want {
			t.Errorf("%s have the SHA-256 %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestDigits(t *testing.T) {
	d, err := load(t, "digits", Options{Limit: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "digits" || d.Train.Len() != 2000 || d.Test.Len() != 4000 || d.Train.Shape != (Shape{H: 28, W: 28, C: 1}) || len(d.Classes) != 10 {
		t.Fatalf("%s: %d and %d images of %v", d.Name, d.Train.Len(), d.Test.Len(), d.Train.Shape)
	}
	seen := map[string]int{}
	for _, m := range []*Images{d.Train, d.Test} {
		count := make([]int, 10)
		for i := range m.Len() {
			count[m.Labels[i]]++
			x := m.At(i)
			seen[string(x)]++
			top, left, bottom, right, ink := digitSize, digitSize, 0, 0, 0
			for p, v := range x {
				if v > 0 {
					top, bottom = min(top, p/digitSize), max(bottom, p/digitSize)
					left, right = min(left, p%digitSize), max(right, p%digitSize)
				}
				ink += int(v)
			}
			if top < 1 || left < 1 || bottom > digitSize-2 || right > digitSize-2 {
				t.Errorf("image %d touches the border", i)
			}
			if h := bottom - top; h < 14 || h > 24 {
				t.Errorf("image %d is %d pixels high", i, h)
			}
			if share := float64(ink) / 255 / digitSize / digitSize; share < 0.02 || share > 0.35 {
				t.Errorf("image %d covers %.2f of the area", i, share)
			}
		}
		for class, n := range count {
			if n != m.Len()/10 {
				t.Errorf("%d images of class %d, want a tenth of %d", n, class, m.Len())
			}
		}
	}
	if len(seen) != 6000 {
		t.Errorf("%d of 6000 images differ", len(seen))
	}
}

func TestDigitsDependOnTheirNumberAlone(t *testing.T) {
	fonts, err := loadOutlines()
	if err != nil {
		t.Fatal(err)
	}
	few, err := drawDigits(context.Background(), fonts, trainStream, 7)
	if err != nil {
		t.Fatal(err)
	}
	many, err := drawDigits(context.Background(), fonts, trainStream, 250)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(few.Pixels, many.Head(7).Pixels) {
		t.Error("the first images change with the number of images")
	}
}

func TestBernsteinSumsToOne(t *testing.T) {
	for x := -one / 4; x <= one+one/4; x += one / 64 {
		var sum number
		for _, b := range bernstein(x) {
			sum += b
		}
		if sum < one-8 || sum > one+8 {
			t.Errorf("the polynomials at %d/65536 sum to %d/65536", x, sum)
		}
	}
}

// windsAround is the naive version of fill: the winding number of an outline around
// a point, by the crossings of a ray to the left.
func windsAround(o outline, at point) bool {
	winding := 0
	for _, polygon := range o {
		p := polygon[len(polygon)-1]
		for _, q := range polygon {
			a, b, w := p, q, 1
			if a.y > b.y {
				a, b, w = b, a, -1
			}
			if a.y <= at.y && at.y < b.y && a.x+(at.y-a.y)*(b.x-a.x)/(b.y-a.y) <= at.x {
				winding += w
			}
			p = q
		}
	}
	return winding != 0
}

func TestFill(t *testing.T) {
	r := random.New(1, random.Digits, 9, 0)
	var c canvas
	for range 20 {
		o := outline{nil, nil}
		for i := range o {
			for range 7 { // some points lie outside the image
				o[i] = append(o[i], point{between(&r, -5*one, 33*one), between(&r, -5*one, 33*one)})
			}
		}
		c.fill(o)
		for y := range cells {
			for x := range cells {
				const cell = one / fineness
				want := windsAround(o, point{number(x)*cell + cell/2, number(y)*cell + cell/2})
				if got := c.bits[y][x/64]>>(x%64)&1 == 1; got != want {
					t.Fatalf("cell (%d, %d) of %v is %t, want %t", x, y, o, got, want)
				}
			}
		}
	}
}

func TestThicken(t *testing.T) {
	square := func(lo, hi number) outline {
		return outline{{{lo * one, lo * one}, {hi * one, lo * one}, {hi * one, hi * one}, {lo * one, hi * one}}}
	}
	image := func(side number, by int) []byte {
		var c canvas
		c.fill(square(10-side, 18+side))
		c.thicken(by)
		x := make([]byte, digitSize*digitSize)
		c.shrink(x)
		return x
	}
	middle := func(x []byte) []byte { return x[14*digitSize : 15*digitSize] }
	if got, want := middle(image(0, fineness)), middle(image(1, 0)); !bytes.Equal(got, want) {
		t.Errorf("one pixel thicker: row %v, want %v", got, want)
	}
	if got, want := middle(image(1, -fineness)), middle(image(0, 0)); !bytes.Equal(got, want) {
		t.Errorf("one pixel thinner: row %v, want %v", got, want)
	}
	if corner := image(0, fineness)[9*digitSize+9]; corner == 0 || corner == 255 {
		t.Errorf("the corner is %d, want it rounded", corner)
	}
}

func BenchmarkDigit(b *testing.B) {
	fonts, err := loadOutlines()
	if err != nil {
		b.Fatal(err)
	}
	var c canvas
	x := make([]byte, digitSize*digitSize)
	for i := 0; b.Loop(); i++ {
		r := random.New(digitsSeed, random.Digits, trainStream, uint32(i))
		c.draw(x, fonts[i%len(fonts)][i%10], &r)
	}
}
