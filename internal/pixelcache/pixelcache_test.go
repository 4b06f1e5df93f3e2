package pixelcache

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// three are images of five bytes, and count how often one is drawn.
func three(drawn *atomic.Int32) Images {
	return Images{N: 3, Size: 5,
		Draw: func(i int, dst []byte) error {
			drawn.Add(1)
			if i != 1 { // which stays zero
				copy(dst, bytes.Repeat([]byte{byte(i + 7)}, 5))
			}
			return nil
		},
		Note: func() ([]byte, error) { return []byte("note"), nil },
	}
}

var threePixels = []byte{7, 7, 7, 7, 7, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9}

func check(t *testing.T, pixels, note []byte, err error) {
	t.Helper()
	if err != nil || !bytes.Equal(pixels, threePixels) || string(note) != "note" {
		t.Fatalf("pixels %v, note %q, error %v", pixels, note, err)
	}
}

// files returns the names of what a folder holds.
func files(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestStore(t *testing.T) {
	ctx, s := t.Context(), Store{Dir: filepath.Join(t.TempDir(), "a", "b")}
	if _, _, ok, err := s.Get(ctx, "key"); ok || err != nil {
		t.Fatalf("an empty store has a key: %v, error %v", ok, err)
	}
	var drawn atomic.Int32
	images, steps := three(&drawn), []int(nil)
	images.Progress = func(done, total int) { steps = append(steps, done, total) }
	pixels, note, err := s.Make(ctx, "key", images)
	check(t, pixels, note, err)
	if !slices.Equal(steps, []int{1, 3, 2, 3, 3, 3}) {
		t.Errorf("progress %v", steps)
	}
	pixels, note, ok, err := s.Get(ctx, "key")
	check(t, pixels, note, err)
	pixels, note, err = s.Make(ctx, "key", images)
	check(t, pixels, note, err)
	if !ok || drawn.Load() != 3 {
		t.Errorf("%d images drawn, want 3", drawn.Load())
	}
	if names := files(t, s.Dir); !slices.Equal(names, []string{"key.pixels"}) {
		t.Errorf("the folder holds %v", names)
	}
	pixels, note, err = InMemory(ctx, three(&drawn))
	check(t, pixels, note, err)
}

// TestDamage changes each byte of a file, cuts it anywhere and makes it longer.
func TestDamage(t *testing.T) {
	ctx, s := t.Context(), Store{Dir: t.TempDir()}
	var drawn atomic.Int32
	if _, _, err := s.Make(ctx, "key", three(&drawn)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.Dir, "key.pixels")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := [][]byte{append(slices.Clone(whole), 0)}
	for i := range whole {
		flipped := slices.Clone(whole)
		flipped[i] ^= 0x10
		damaged = append(damaged, flipped, whole[:i])
	}
	for _, data := range damaged {
		os.Remove(path) // as those that are mapped must not change
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, ok, err := s.Get(ctx, "key"); ok || err != nil {
			t.Fatalf("%x: read, or error %v; want it to be missing", data, err)
		}
	}
	drawn.Store(0)
	pixels, note, err := s.Make(ctx, "key", three(&drawn))
	if check(t, pixels, note, err); drawn.Load() != 3 {
		t.Error("the damaged file was not made anew")
	}
}

// TestFailures leave nothing.
func TestFailures(t *testing.T) {
	broken := errors.New("broken")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	fine := func(int, []byte) error { return nil }
	for name, tt := range map[string]struct {
		ctx    context.Context
		images Images
		want   error
	}{
		"draw":    {t.Context(), Images{N: 2, Size: 3, Draw: func(i int, _ []byte) error { return broken }}, broken},
		"note":    {t.Context(), Images{N: 2, Size: 3, Draw: fine, Note: func() ([]byte, error) { return nil, broken }}, broken},
		"stopped": {stopped, Images{N: 2, Size: 3, Draw: fine}, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			s := Store{Dir: t.TempDir()}
			if _, _, err := s.Make(tt.ctx, "key", tt.images); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if names := files(t, s.Dir); len(names) > 0 {
				t.Errorf("%v is left", names)
			}
			if _, _, err := InMemory(tt.ctx, tt.images); !errors.Is(err, tt.want) {
				t.Errorf("in memory: error %v, want %v", err, tt.want)
			}
		})
	}
}

// TestUnwritable tells the folder and the reason.
func TestUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var drawn atomic.Int32
	dir := filepath.Join(file, "images")
	_, _, err := Store{Dir: dir}.Make(t.Context(), "key", three(&drawn))
	if e, ok := errors.AsType[*UnwritableError](err); !ok || e.Dir != dir || strings.Count(err.Error(), file) != 1 {
		t.Errorf("error %v", err)
	}
	if drawn.Load() > 0 {
		t.Error("images were drawn for nothing")
	}
}

// TestMakersAtOnce draws each image once.
func TestMakersAtOnce(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	var drawn atomic.Int32
	var makers sync.WaitGroup
	for range 4 {
		makers.Go(func() {
			pixels, _, err := s.Make(t.Context(), "key", three(&drawn))
			if err != nil || !bytes.Equal(pixels, threePixels) {
				t.Errorf("pixels %v, error %v", pixels, err)
			}
		})
	}
	makers.Wait()
	if n := drawn.Load(); n != 3 {
		t.Errorf("%d images drawn, want 3", n)
	}
}

// TestBounded removes what was not used for the longest time, and what crashes left.
func TestBounded(t *testing.T) {
	ctx, s := t.Context(), Store{Dir: t.TempDir(), Limit: 200} // two files of 71 bytes
	write := func(name string, age time.Duration) {
		path, then := filepath.Join(s.Dir, name), time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, []byte("left"), 0o644), os.Chtimes(path, then, then)); err != nil {
			t.Fatal(err)
		}
	}
	write("other.1.part", 48*time.Hour)
	write("other.2.part", time.Hour)
	write("c.3.part", 0)
	write("foreign", 48*time.Hour)
	var drawn atomic.Int32
	for i, key := range []string{"a", "b", "c"} {
		if _, _, err := s.Make(ctx, key, three(&drawn)); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(time.Duration(i-10) * time.Hour)
		if err := os.Chtimes(s.path(key), then, then); err != nil {
			t.Fatal(err)
		}
		if _, _, ok, err := s.Get(ctx, "a"); !ok || err != nil { // used again: b is the oldest
			t.Fatalf("a is gone after %s (%v)", key, err)
		}
	}
	if names := files(t, s.Dir); !slices.Equal(names, []string{"a.pixels", "c.pixels", "foreign", "other.2.part"}) {
		t.Errorf("the folder holds %v", names)
	}
	s.Limit = 1
	if _, _, err := s.Make(ctx, "d", three(&drawn)); err != nil {
		t.Fatal(err)
	}
	if names := files(t, s.Dir); !slices.Equal(names, []string{"d.pixels", "foreign", "other.2.part"}) {
		t.Errorf("the folder holds %v", names)
	}
}

// FuzzOpen: no file makes a program read where nothing is.
func FuzzOpen(f *testing.F) {
	s := Store{Dir: f.TempDir()}
	var drawn atomic.Int32
	if _, _, err := s.Make(f.Context(), "key", three(&drawn)); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(s.path("key"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:headerSize])
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if pixels, note, err := open(t.Context(), path); err == nil {
			var sum int
			for _, b := range slices.Concat(pixels, note) {
				sum += int(b)
			}
		}
	})
}
