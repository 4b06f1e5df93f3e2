package picture

import (
	"fmt"
	"image"
)

// maxColumns is the number of frames beyond which a row of a strip goes on in the
// next one.
const maxColumns = 32

// Legs returns a function that writes a PNG of the frames of a path, as [Strip] lays them
// out.
func Legs(steps int) func(path string, frames Images) error {
	return func(path string, frames Images) error { return WritePNG(path, Strip(frames, steps)) }
}

// Strip lays out the frames of a path in rows, one per leg. A leg has the given
// number of frames and shares its last one with the next leg, which shows it again.
func Strip(m Images, steps int) image.Image {
	n := m.Len()
	if steps < 2 || n < 1 || (n-1)%(steps-1) != 0 {
		panic(fmt.Sprintf("picture: Strip of %d frames in legs of %d", n, steps))
	}
	if steps > maxColumns {
		return Grid(m, maxColumns)
	}
	legs := Images{Shape: m.Shape}
	for first := 0; first+steps <= n; first += steps - 1 {
		legs.Pixels = append(legs.Pixels, m.Slice(first, first+steps).Pixels...)
	}
	return Grid(legs, steps)
}
