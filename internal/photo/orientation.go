package photo

import "govae/images"

// orientation is how a picture lies in its file, as a camera that was held upright, on
// its side or on its head writes it (Exif 2.32, tag Orientation): 1 to 8, and 0 where the
// file does not tell, which means 1.
type orientation uint8

// upright is the orientation of a picture that is stored as it is shown.
const upright orientation = 0

// orientationOf returns the orientation that a file tells.
func orientationOf(tag uint16) orientation {
	if tag < 2 || tag > 8 {
		return upright
	}
	return orientation(tag)
}

// swaps tells whether rows become columns.
func (o orientation) swaps() bool { return o >= 5 }

// turn sets dst, an image of the shape s, to the picture x that lies as in the file.
func (o orientation) turn(dst, x []byte, s images.Shape) {
	width := s.W // of x
	if o.swaps() {
		width = s.H
	}
	for y := range s.H {
		for x0 := range s.W {
			right, down := s.W-1-x0, s.H-1-y
			var i, j int // the row and the column in x
			switch o {
			case 2:
				i, j = y, right
			case 3:
				i, j = down, right
			case 4:
				i, j = down, x0
			case 5:
				i, j = x0, y
			case 6:
				i, j = right, y
			case 7:
				i, j = right, down
			case 8:
				i, j = x0, down
			default:
				i, j = y, x0
			}
			copy(dst[(y*s.W+x0)*s.C:][:s.C], x[(i*width+j)*s.C:])
		}
	}
}
