// Package pixel turns the numbers that models compute with into bytes.
package pixel

// Byte maps [0, 1] to 0..255, rounding to the nearest. What lies outside is clamped,
// and NaN becomes 0.
func Byte(v float32) uint8 {
	switch {
	case v >= 1:
		return 255
	case v > 0: // NaN fails every comparison
		return uint8(v*255 + 0.5)
	}
	return 0
}
