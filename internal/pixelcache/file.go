package pixelcache

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"govae/internal/infile"
	"govae/internal/parallel"
)

// A file is a header, the images, the CRC-32C of each, and the note.
type header struct {
	Magic         [8]byte
	N, Size, Note int64  // images, bytes of an image, bytes of the note
	Sum           uint64 // CRC-32C of the above, of the images' sums and of the note
}

// headerSize is where the images begin.
const headerSize = 40

const (
	ending     = ".pixels"
	partEnding = ".part"
)

var (
	magic      = [8]byte{'g', 'o', 'v', 'a', 'e', 'p', 'x', '1'}
	castagnoli = crc32.MakeTable(crc32.Castagnoli) // for which processors have an instruction
)

// sum returns the header's own checksum.
func (h header) sum(rest []byte) uint64 {
	h.Sum = 0
	return uint64(crc32.Update(crc32.Checksum(h.bytes(), castagnoli), castagnoli, rest))
}

func (h header) bytes() []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, h) // which never fails
	return b.Bytes()
}

// write makes the file of a key. It is not synced, which would take most of the time: what
// a crash of the machine leaves has wrong sums, and is made again.
func (s Store) write(ctx context.Context, key string, from Images) (err error) {
	f, err := os.CreateTemp(s.Dir, key+".*"+partEnding)
	if err != nil {
		return &UnwritableError{s.Dir, infile.Cause(err)}
	}
	complete := false
	defer func() {
		if !complete {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	store := func(data []byte, at int64) error {
		if _, err := f.WriteAt(data, at); err != nil {
			return &UnwritableError{s.Dir, infile.Cause(err)}
		}
		return nil
	}
	sums := make([]byte, 4*from.N)
	buffers := sync.Pool{New: func() any { x := make([]byte, from.Size); return &x }}
	note, err := from.draw(ctx, func(i int, draw func([]byte) error) error {
		buffer := buffers.Get().(*[]byte)
		defer buffers.Put(buffer)
		x := *buffer
		clear(x)
		if err := draw(x); err != nil {
			return err
		}
		binary.LittleEndian.PutUint32(sums[4*i:], crc32.Checksum(x, castagnoli))
		return store(x, headerSize+int64(i)*int64(from.Size))
	})
	if err != nil {
		return err
	}
	rest := slices.Concat(sums, note)
	h := header{Magic: magic, N: int64(from.N), Size: int64(from.Size), Note: int64(len(note))}
	h.Sum = h.sum(rest)
	if err := errors.Join(store(rest, headerSize+h.N*h.Size), store(h.bytes(), 0)); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return &UnwritableError{s.Dir, infile.Cause(err)}
	}
	if err := os.Rename(f.Name(), s.path(key)); err != nil {
		return &UnwritableError{s.Dir, infile.Cause(err)}
	}
	complete = true
	return nil
}

var errDamaged = errors.New("the file is not as it was written")

// open maps a file after checking that it is whole.
func open(ctx context.Context, path string) (pixels, note []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	var h header
	length := info.Size() - headerSize
	head := io.NewSectionReader(f, 0, headerSize)
	if err := binary.Read(head, binary.LittleEndian, &h); err != nil || h.Magic != magic ||
		h.N < 0 || h.Size < 1 || h.Note < 0 || h.Size > length || h.N > length/(h.Size+4) || length != h.N*(h.Size+4)+h.Note ||
		length > math.MaxInt-headerSize {
		return nil, nil, errDamaged
	}
	data, unmap, err := mapFile(f, info.Size())
	if err != nil {
		return nil, nil, err
	}
	pixels, rest := data[headerSize:headerSize+h.N*h.Size:headerSize+h.N*h.Size], data[headerSize+h.N*h.Size:]
	if err := verify(ctx, h, pixels, rest); err != nil {
		unmap()
		return nil, nil, err
	}
	return pixels, bytes.Clone(rest[4*h.N:]), nil
}

// verify compares all with its checksums.
func verify(ctx context.Context, h header, pixels, rest []byte) error {
	if h.sum(rest) != h.Sum {
		return errDamaged
	}
	n, size := int(h.N), int(h.Size)
	const piece = 64 // images
	return parallel.For(ctx, (n+piece-1)/piece, 0, func(p int) error {
		for i := p * piece; i < min((p+1)*piece, n); i++ {
			if crc32.Checksum(pixels[i*size:(i+1)*size], castagnoli) != binary.LittleEndian.Uint32(rest[4*i:]) {
				return errDamaged
			}
		}
		return nil
	})
}

// removeParts removes what processes have left that were killed while they made the
// images of a key, which is locked.
func (s Store) removeParts(key string) {
	entries, _ := os.ReadDir(s.Dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), key+".") && filepath.Ext(e.Name()) == partEnding {
			os.Remove(filepath.Join(s.Dir, e.Name()))
		}
	}
}

// trim removes files until they have no more bytes than the limit, first those that were
// not used for the longest time. keep stays. Programs that have a file mapped go on with
// it; where the system does not let it go, it stays.
func (s Store) trim(keep string) {
	limit := s.Limit
	if limit == 0 {
		limit = Limit
	}
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		return
	}
	var files []os.FileInfo
	var total int64
	for _, e := range entries {
		info, err := e.Info()
		switch ext := filepath.Ext(e.Name()); {
		case err != nil || !info.Mode().IsRegular():
			continue
		case ext == partEnding && time.Since(info.ModTime()) > 24*time.Hour: // left by a crash
			os.Remove(filepath.Join(s.Dir, e.Name()))
		case ext == ending:
			total += info.Size()
			files = append(files, info)
		}
	}
	slices.SortStableFunc(files, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, info := range files {
		if total <= limit {
			return
		}
		path := filepath.Join(s.Dir, info.Name())
		if path != keep && os.Remove(path) == nil {
			total -= info.Size()
		}
	}
}
