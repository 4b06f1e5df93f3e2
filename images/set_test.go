package images

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSet(t *testing.T) {
	m := &Set{Shape: Shape{H: 1, W: 2, C: 3}, Pixels: []byte{0, 51, 102, 153, 204, 255, 5, 4, 3, 2, 1, 0}, Labels: []int{7, 8}, Names: []string{"a", "b"}}
	if m.Len() != 2 || m.Shape.String() != "1x2x3" {
		t.Errorf("%d images of %v, want 2 of 1x2x3", m.Len(), m.Shape)
	}
	dst := make([]float32, 12)
	m.Floats(dst, []int{1, 0})
	want := []float32{5. / 255, 4. / 255, 3. / 255, 2. / 255, 1. / 255, 0, 0, 0.2, 0.4, 0.6, 0.8, 1}
	if d := cmp.Diff(want, dst); d != "" {
		t.Errorf("Floats (-want +got):\n%s", d)
	}
	if d := cmp.Diff(&Set{Shape: m.Shape, Pixels: m.Pixels[:6], Labels: []int{7}, Names: []string{"a"}}, m.Head(1)); d != "" {
		t.Errorf("Head (-want +got):\n%s", d)
	}
	if d := cmp.Diff(m, m.Head(9)); d != "" {
		t.Errorf("Head of more (-want +got):\n%s", d)
	}
	s := m.Select([]int{1, 1})
	if d := cmp.Diff(&Set{Shape: m.Shape, Pixels: []byte{5, 4, 3, 2, 1, 0, 5, 4, 3, 2, 1, 0}, Labels: []int{8, 8}, Names: []string{"b", "b"}}, s); d != "" {
		t.Errorf("Select (-want +got):\n%s", d)
	}
	if s.Pixels != nil || &s.At(1)[0] != &m.Pixels[6] {
		t.Error("Select copies")
	}
	all, err := Collect(m.All())
	if d := cmp.Diff(all, m.Batch()); err != nil || d != "" {
		t.Errorf("Batch (-want +got): %v\n%s", err, d)
	}
	if n := testing.AllocsPerRun(10, func() { m.Floats(dst, []int{1, 0}) }); n != 0 {
		t.Errorf("Floats allocates %v times", n)
	}
}

func TestFloatsPanicsOnWrongLength(t *testing.T) {
	defer func() {
		if s, _ := recover().(string); !strings.Contains(s, "dst has length 5, want 12") {
			t.Errorf("panic %q", s)
		}
	}()
	(&Set{Shape: Shape{H: 2, W: 2, C: 3}, Pixels: make([]byte, 36)}).Floats(make([]float32, 5), []int{0})
}

// TestThereAndBack leads a set through numbers and pictures and gathers it again.
func TestThereAndBack(t *testing.T) {
	for _, shape := range []Shape{{H: 2, W: 3, C: 1}, {H: 3, W: 2, C: 3}} {
		m := &Set{Shape: shape}
		for i := range 256 * shape.Len() { // all levels in each place
			m.Pixels = append(m.Pixels, byte(i/shape.Len()+i*31))
		}
		again, err := Gather(m.All())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(m, again); d != "" {
			t.Errorf("gathered (-want +got):\n%s", d)
		}
		batch, err := Collect(m.All())
		if err != nil || batch.Len() != 256 || batch.Shape != shape {
			t.Fatalf("%d images of %v, error %v", batch.Len(), batch.Shape, err)
		}
		for i := range m.Len() {
			picture := batch.At(i).Picture()
			back, err := FromPicture(picture, shape)
			if err != nil || !slices.Equal(back.Pixels, m.Image(i).Pixels) {
				t.Fatalf("image %d came back as %v (%v), want %v", i, back, err, m.Image(i))
			}
			if got, want := picture.At(1, 1), m.Picture(i).At(1, 1); got != want {
				t.Errorf("image %d has the colour %v, in the set %v", i, got, want)
			}
		}
	}
}

func TestFromPictureRefuses(t *testing.T) {
	picture := Image{Shape{H: 2, W: 3, C: 1}, make([]float32, 6)}.Picture()
	for _, s := range []Shape{{H: 3, W: 2, C: 1}, {H: 2, W: 3}, {H: 2, W: 3, C: 2}, {H: 2, W: 3, C: -1}} {
		if _, err := FromPicture(picture, s); err == nil {
			t.Errorf("a picture of 2x3 as %v: no error", s)
		}
	}
}

func TestGatherErrors(t *testing.T) {
	broken := errors.New("broken")
	one := Image{Shape{H: 1, W: 1, C: 1}, []float32{1}}
	for _, tt := range []struct {
		last Image
		err  error
		want string
	}{
		{Image{}, broken, "broken"},
		{Image{Shape{H: 1, W: 2, C: 1}, make([]float32, 2)}, nil, "image 1 of a stream is 1x2x1, but the first is 1x1x1"},
		{Image{one.Shape, make([]float32, 3)}, nil, "image 1 of a stream is 1x1x1 and has 3 values: give 1"},
	} {
		stream := func(yield func(Image, error) bool) { _ = yield(one, nil) && yield(tt.last, tt.err) }
		_, err := Gather(stream)
		_, err2 := Collect(stream)
		for _, err := range []error{err, err2} {
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		}
	}
	if m, err := Gather(Batch{}.All()); err != nil || m.Len() != 0 {
		t.Errorf("no images: %v, error %v", m, err)
	}
}

// TestFromAllClasses takes classes in turns.
func TestFromAllClasses(t *testing.T) {
	for name, tt := range map[string]struct {
		labels []int
		n      int
		want   []int
	}{
		"no labels":  {nil, 3, []int{0, 2, 4}},
		"none":       {nil, 0, []int{}},
		"in order":   {[]int{0, 0, 0, 1, 1, 2}, 5, []int{0, 3, 5, 1, 4}},
		"from all":   {[]int{1, 1, 1, 1, 0, 0}, 4, []int{4, 0, 5, 2}},
		"mixed":      {[]int{2, 0, 2, 1, 0, 2}, 6, []int{1, 3, 0, 4, 2, 5}},
		"only three": {[]int{5, 5, 1, 1, 1, 1}, 9, []int{2, 0, 3, 1, 4, 5}},
	} {
		m := &Set{Shape: Shape{H: 1, W: 1, C: 1}, Pixels: make([]byte, 6), Labels: tt.labels}
		if got := m.FromAllClasses(tt.n); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func BenchmarkFloats(b *testing.B) {
	m := &Set{Shape: Shape{H: 28, W: 28, C: 1}, Pixels: make([]byte, 1000*28*28)}
	index := make([]int, 128)
	for i := range index {
		index[i] = i * 389 % 1000
	}
	dst := make([]float32, len(index)*m.Shape.Len())
	b.SetBytes(int64(len(dst)))
	for b.Loop() {
		m.Floats(dst, index)
	}
}
