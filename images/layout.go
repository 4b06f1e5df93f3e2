package images

// ChannelsFirst returns images of the shape s, given one after the other in the order
// (H, W, C) of [Set], in the order (C, H, W) of [Image]. Where both orders are the same,
// as in gray images and vectors, it returns x itself.
func ChannelsFirst[T any](x []T, s Shape) []T { return transpose(x, s.H*s.W, s.C) }

// ChannelsLast is the inverse of [ChannelsFirst].
func ChannelsLast[T any](x []T, s Shape) []T { return transpose(x, s.C, s.H*s.W) }

// transpose transposes matrices [rows, columns] that lie one after the other.
func transpose[T any](x []T, rows, columns int) []T {
	if rows <= 1 || columns <= 1 {
		return x
	}
	y := make([]T, len(x))
	size := rows * columns
	for i := 0; i+size <= len(x); i += size {
		for r := range rows {
			for c := range columns {
				y[i+c*rows+r] = x[i+r*columns+c]
			}
		}
	}
	return y
}

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

// AppendBytes appends images of the shape s, numbers in the order (C, H, W), to dst as
// bytes in the order (H, W, C).
func AppendBytes(dst []byte, x []float32, s Shape) []byte {
	for _, v := range ChannelsLast(x, s) {
		dst = append(dst, Byte(v))
	}
	return dst
}

// numbers writes bytes to dst as numbers in [0, 1].
func numbers(dst []float32, x []byte) {
	for i, v := range x {
		dst[i] = float32(v) / 255
	}
}
