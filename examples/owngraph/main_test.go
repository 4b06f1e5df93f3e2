package main

import (
	"image"
	"testing"
)

// TestEdges looks at a picture of one edge, from top to bottom.
func TestEdges(t *testing.T) {
	const side, edge = 8, 4
	p := image.NewGray(image.Rect(0, 0, side, side))
	for i := range p.Pix {
		if i%side >= edge {
			p.Pix[i] = 50
		}
	}
	got, err := edges(p)
	if err != nil {
		t.Fatal(err)
	}
	for x := range side - 1 { // beyond the last column it is black, which is an edge too
		var want uint8
		if x == edge-1 || x == edge {
			want = 4 * 50 // 1 + 2 + 1 rows
		}
		if v := got.(*image.Gray).GrayAt(x, side/2).Y; v != want {
			t.Errorf("column %d is %d, want %d", x, v, want)
		}
	}
}
