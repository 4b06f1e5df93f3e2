package dataset

import (
	"context"

	"govae/images"
	"govae/internal/photo"
)

// transparency is how transparent images are, and how bright.
type transparency struct {
	hidden float64 // the share of pixels through which the background is seen
	light  float64 // the brightness of the rest, in [0, 1]
}

// background is white for dark images, so that they are seen, else black.
func (t transparency) background() images.RGB {
	if t.hidden > 0 && t.light < 0.5 {
		return images.White
	}
	return images.RGB{}
}

// seeThrough looks at a few of the files that may be transparent.
func seeThrough(ctx context.Context, r *photo.Reader, files []imageFile, headers []photo.Header) (t transparency, err error) {
	var may []int
	for i, h := range headers {
		if h.Transparent {
			may = append(may, i)
		}
	}
	const most = 16
	shape := Shape{H: 32, W: 32, C: 1}
	var covered, light, all float64
	for k := range min(most, len(may)) {
		path := files[may[k*len(may)/min(most, len(may))]].path
		var on [2][]byte // black and white: they differ where the background is seen
		for i, background := range []images.RGB{{}, images.White} {
			on[i] = make([]byte, shape.Len())
			how := reading{shape, images.Framing{Fit: images.Stretch, Background: background}}
			if err := how.file(ctx, r, path, on[i]); err != nil {
				if ctx.Err() != nil {
					return t, ctx.Err()
				}
				on[i] = nil // whoever reads the file tells
			}
		}
		for i := range min(len(on[0]), len(on[1])) {
			black, white := float64(on[0][i])/255, float64(on[1][i])/255
			covered, light, all = covered+1-(white-black), light+black, all+1
		}
	}
	if all == 0 || all-covered < 1e-9 {
		return t, nil
	}
	return transparency{(all - covered) / all, light / max(covered, 1e-9)}, nil
}
