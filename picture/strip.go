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
	return func(path string, frames Images) error {
		if err := checkStrip(frames, steps); err != nil {
			return err
		}
		return WritePNG(path, Strip(frames, steps))
	}
}

// Strip lays out the frames of a path in rows, one per leg. A leg has the given
// number of frames and shares its last one with the next leg, which shows it again.
// It panics where the frames do not make up whole legs of at least two.
func Strip(m Images, steps int) image.Image {
	must(checkStrip(m, steps))
	if steps > maxColumns {
		return Grid(m, maxColumns)
	}
	legs := Images{Shape: m.Shape}
	for first := 0; first+steps <= m.Len(); first += steps - 1 {
		legs.Pixels = append(legs.Pixels, m.Slice(first, first+steps).Pixels...)
	}
	return Grid(legs, steps)
}

func checkStrip(m Images, steps int) error {
	if err := check(m); err != nil {
		return err
	}
	if n := m.Len(); steps < 2 || n < steps || (n-1)%(steps-1) != 0 {
		return fmt.Errorf("picture: %d frames make up no legs of %d", n, steps)
	}
	return nil
}
