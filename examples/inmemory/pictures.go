package main

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"iter"
	"math/rand/v2"
	"os"

	"govae/images"
)

const side = 24

// houses draws n pictures, each of a house on a hill, of random place and colours.
func houses(n int) iter.Seq2[images.Image, error] {
	r := rand.New(rand.NewPCG(1, 0))
	return func(yield func(images.Image, error) bool) {
		for range n {
			p := image.NewRGBA(image.Rect(0, 0, side, side))
			paint := func(x0, y0, x1, y1 int, red, green, blue uint8) {
				c := image.NewUniform(color.RGBA{red, green, blue, 255})
				draw.Draw(p, image.Rect(x0, y0, x1, y1), c, image.Point{}, draw.Src)
			}
			x, ground, evening := r.IntN(side-8), side/2+r.IntN(side/3), uint8(r.IntN(200))
			paint(0, 0, side, side, 50+evening, 120, 250-evening)            // sky
			paint(0, ground, side, side, 20, 60+uint8(r.IntN(120)), 40)      // hill
			paint(x, ground-8, x+8, ground, 180+uint8(r.IntN(70)), 220, 200) // wall
			if !yield(images.FromPicture(p, images.Shape{H: side, W: side, C: 3})) {
				return
			}
		}
	}
}

// write lays the images of streams out in rows of ten, in a PNG file.
func write(path string, streams ...iter.Seq2[images.Image, error]) error {
	var pictures []image.Image
	for _, stream := range streams {
		for m, err := range stream {
			if err != nil {
				return err
			}
			pictures = append(pictures, m.Picture())
		}
	}
	sheet := image.NewRGBA(image.Rect(0, 0, 10*side, (len(pictures)+9)/10*side))
	for i, p := range pictures {
		at := p.Bounds().Add(image.Pt(i%10*side, i/10*side))
		draw.Draw(sheet, at, p, image.Point{}, draw.Src)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, sheet), f.Close())
}
