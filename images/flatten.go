package images

import (
	"image"
	"image/color"
)

// overlap is how many times as wide and high as the target a picture stays when boxes of pixels
// are averaged, enough for the cubic to do the rest without a visible error.
const overlap = 4

// flatten returns a part of a picture on the background, an [image.Gray] for c = 1 or an
// [image.RGBA]. If the part is far larger than the target it averages boxes of whole pixels and
// cuts off a rest that fills no box, less than a quarter of a target's pixel.
func (f Framing) flatten(p image.Image, part image.Rectangle, want image.Point, c int) image.Image {
	kx, ky := max(1, part.Dx()/(overlap*want.X)), max(1, part.Dy()/(overlap*want.Y))
	w, h := part.Dx()/kx, part.Dy()/ky
	at := centred(part, image.Pt(w*kx, h*ky)).Min
	area := image.Rect(0, 0, w, h)
	var (
		pixels []byte
		flat   image.Image
		read   func(dst []byte, x, y int)
		finish = func(row []byte) {}
	)
	if c == 1 {
		gray := image.NewGray(area)
		pixels, flat, read = gray.Pix, gray, f.grayRow(p)
	} else {
		rgba := image.NewRGBA(area)
		pixels, flat, read = rgba.Pix, rgba, f.colourRow(p)
		c = 4
		if photo, ok := p.(*image.YCbCr); ok { // a sum of these needs one conversion
			read, finish = componentRow(photo), toRGB
		}
	}
	if kx == 1 && ky == 1 {
		for y := range h {
			row := pixels[y*w*c : (y+1)*w*c]
			read(row, at.X, at.Y+y)
			finish(row)
		}
		return flat
	}
	row, sums := make([]byte, w*kx*c), make([]uint32, w*c) // a box has less than 2^24 pixels
	for y := range h {
		clear(sums)
		for i := range ky {
			read(row, at.X, at.Y+y*ky+i)
			addBoxes(sums, row, kx, c)
		}
		n := uint32(kx * ky)
		for i, sum := range sums {
			pixels[y*w*c+i] = byte((sum + n/2) / n)
		}
		finish(pixels[y*w*c : (y+1)*w*c])
	}
	return flat
}

// addBoxes adds each k pixels of a row, of c values, to one of sums.
func addBoxes(sums []uint32, row []byte, k, c int) {
	if c == 1 {
		for x := range sums {
			for _, v := range row[x*k : (x+1)*k] {
				sums[x] += uint32(v)
			}
		}
		return
	}
	for x := 0; x < len(sums); x += 4 {
		var r, g, b uint32
		for box := row[x*k : (x+4)*k]; len(box) >= 4; box = box[4:] {
			r, g, b = r+uint32(box[0]), g+uint32(box[1]), b+uint32(box[2])
		}
		sums[x], sums[x+1], sums[x+2], sums[x+3] = sums[x]+r, sums[x+1]+g, sums[x+2]+b, sums[x+3]+uint32(255*k)
	}
}

// grayRow returns a function that fills dst with pixels of a picture's row from x, y on.
func (f Framing) grayRow(p image.Image) func(dst []byte, x, y int) {
	switch p := p.(type) {
	case *image.Gray:
		return func(dst []byte, x, y int) { copy(dst, p.Pix[p.PixOffset(x, y):]) }
	case *image.YCbCr: // whose Y is the same sum of red, green and blue
		return func(dst []byte, x, y int) { copy(dst, p.Y[p.YOffset(x, y):]) }
	}
	read, row := f.colourRow(p), []byte(nil)
	return func(dst []byte, x, y int) {
		if len(row) != 4*len(dst) {
			row = make([]byte, 4*len(dst))
		}
		read(row, x, y)
		for i := range dst {
			dst[i] = luminance(row[4*i], row[4*i+1], row[4*i+2])
		}
	}
}

// luminance is that of [color.GrayModel].
func luminance(r, g, b byte) byte {
	return byte(((19595*uint32(r)+38470*uint32(g)+7471*uint32(b))*0x101 + 1<<15) >> 24)
}

// colourRow is grayRow for pixels of four bytes: red, green, blue and 255.
func (f Framing) colourRow(p image.Image) func(dst []byte, x, y int) {
	switch p := p.(type) {
	case *image.Gray:
		return func(dst []byte, x, y int) {
			for i, v := range p.Pix[p.PixOffset(x, y):][:len(dst)/4] {
				set(dst[4*i:4*i+4], v, v, v)
			}
		}
	case *image.RGBA:
		return func(dst []byte, x, y int) {
			copy(dst, p.Pix[p.PixOffset(x, y):])
			for i := 0; i < len(dst); i += 4 {
				if a := dst[i+3]; a != 255 {
					rest := uint32(255 - a)
					set(dst[i:i+4], under(dst[i], f.Background.R, rest), under(dst[i+1], f.Background.G, rest), under(dst[i+2], f.Background.B, rest))
				}
			}
		}
	case *image.NRGBA:
		return func(dst []byte, x, y int) {
			copy(dst, p.Pix[p.PixOffset(x, y):])
			for i := 0; i < len(dst); i += 4 {
				if dst[i+3] != 255 {
					r, g, b := f.over(color.NRGBA{R: dst[i], G: dst[i+1], B: dst[i+2], A: dst[i+3]})
					set(dst[i:i+4], r, g, b)
				}
			}
		}
	case *image.Paletted:
		var palette [256][4]byte
		for i := range palette {
			c := color.Color(color.Transparent) // a place that no palette has
			if i < len(p.Palette) {
				c = p.Palette[i]
			}
			r, g, b := f.over(c)
			palette[i] = [4]byte{r, g, b, 255}
		}
		return func(dst []byte, x, y int) {
			for i, v := range p.Pix[p.PixOffset(x, y):][:len(dst)/4] {
				copy(dst[4*i:4*i+4], palette[v][:])
			}
		}
	case image.RGBA64Image: // all others of package image: no allocation for each pixel
		return func(dst []byte, x, y int) {
			for i := range len(dst) / 4 {
				r, g, b := f.over64(p.RGBA64At(x+i, y))
				set(dst[4*i:4*i+4], r, g, b)
			}
		}
	}
	return func(dst []byte, x, y int) {
		for i := range len(dst) / 4 {
			r, g, b := f.over(p.At(x+i, y))
			set(dst[4*i:4*i+4], r, g, b)
		}
	}
}

// componentRow is colourRow for the components of a photograph: Y, Cb, Cr and 255.
func componentRow(p *image.YCbCr) func(dst []byte, x, y int) {
	shift := 0 // of columns, from pixels to samples of colour
	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		shift = 1
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		shift = 2
	}
	return func(dst []byte, x, y int) {
		chroma, first := p.COffset(x, y), x>>shift
		luma, cb, cr := p.Y[p.YOffset(x, y):], p.Cb[chroma:], p.Cr[chroma:]
		for i := range len(dst) / 4 {
			c := (x+i)>>shift - first
			set(dst[4*i:4*i+4], luma[i], cb[c], cr[c])
		}
	}
}

// toRGB converts a row of components.
func toRGB(row []byte) {
	for i := 0; i < len(row); i += 4 {
		row[i], row[i+1], row[i+2] = color.YCbCrToRGB(row[i], row[i+1], row[i+2])
	}
}

func set(dst []byte, r, g, b byte) { dst[0], dst[1], dst[2], dst[3] = r, g, b, 255 }

// under adds to a value, multiplied by its alpha, what is left of the background.
func under(v, background byte, rest uint32) byte {
	return byte(min(255, uint32(v)+(uint32(background)*rest+127)/255))
}

// over returns a colour laid on the background.
func (f Framing) over(c color.Color) (r, g, b byte) {
	r16, g16, b16, a := c.RGBA()
	return f.over64(color.RGBA64{R: uint16(r16), G: uint16(g16), B: uint16(b16), A: uint16(a)})
}

func (f Framing) over64(c color.RGBA64) (r, g, b byte) {
	rest := 0xffff - uint32(c.A)
	on := func(v uint16, background byte) byte {
		return byte(min(0xffff, uint32(v)+uint32(background)*0x101*rest/0xffff) >> 8)
	}
	return on(c.R, f.Background.R), on(c.G, f.Background.G), on(c.B, f.Background.B)
}
