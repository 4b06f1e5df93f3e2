package dataset

import (
	"context"
	"io"

	"govae/images"
	"govae/internal/infile"
	"govae/internal/npy"
	"govae/internal/pixelcache"
)

// largeArray is how many bytes an array of images has, at least, that is mapped and not
// read into memory.
const largeArray = 64 << 20

// loadLarge maps the images of an array of so many bytes or more. It maps a copy in the cache: the
// file itself could be cut while it is mapped, which ends a program. ok is false where
// that cannot be done; whoever reads the file whole tells what is wrong with it.
func (s npyFile) loadLarge(ctx context.Context, least int) (m *Images, ok bool, err error) {
	f, err := infile.Open(s.path)
	if err != nil {
		return nil, false, nil
	}
	defer f.Close()
	h, err := npy.ReadHeader(f)
	if err != nil || !isBytes(h) || h.Fortran {
		return nil, false, nil
	}
	shape, channelsFirst, err := imageShape(h.Shape)
	if err != nil {
		return nil, false, nil
	}
	if _, err := h.Len(); err != nil {
		return nil, false, nil
	}
	n, size := h.Shape[0], shape.Len()
	start, err := f.Seek(0, io.SeekCurrent)
	info, statErr := f.Stat()
	if err != nil || statErr != nil || n*size < least || info.Size() != start+int64(n*size) {
		return nil, false, nil
	}
	id, err := identity(ctx, []imageFile{{path: s.path}})
	if err != nil {
		return nil, false, err
	}
	pixels, _, err := s.kept(ctx, id, reading{Shape: shape}, pixelcache.Images{
		N: n, Size: size,
		Draw: func(i int, dst []byte) error {
			_, err := f.ReadAt(dst, start+int64(i)*int64(size))
			if channelsFirst {
				copy(dst, images.ChannelsLast(dst, shape))
			}
			return err
		},
	})
	return &Images{Shape: shape, Pixels: pixels}, true, err
}
