package images

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// five are images 10, 11 and so on, of two pixels.
func five() *Set {
	m := &Set{Shape: Shape{H: 1, W: 2, C: 1}}
	for i := range 5 {
		m.Pixels = append(m.Pixels, byte(10+i), byte(20+i))
		m.Labels = append(m.Labels, i%2)
		m.Names = append(m.Names, string(rune('a'+i)))
	}
	return m
}

// TestViews makes views of views: each holds what was chosen, and copies nothing.
func TestViews(t *testing.T) {
	m := five()
	odd := m.Select([]int{3, 1})
	for name, tt := range map[string]struct {
		view *Set
		want []int
	}{
		"choice":             {odd, []int{3, 1}},
		"none":               {m.Select(nil), nil},
		"part":               {odd.Slice(1, 2), []int{1}},
		"no part":            {odd.Slice(1, 1), nil},
		"head":               {odd.Head(1), []int{3}},
		"choice of a choice": {odd.Select([]int{1, 1, 0}), []int{1, 1, 3}},
		"choice of a part":   {m.Slice(1, 4).Select([]int{2, 0}), []int{3, 1}},
		"joined choices":     {Join(odd, m.Select([]int{4})), []int{3, 1, 4}},
		"joined parts":       {Join(m.Head(2), m.Slice(2, 4)), []int{0, 1, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			want := &Set{Shape: m.Shape}
			for _, i := range tt.want {
				want.Pixels = append(want.Pixels, m.At(i)...)
				want.Labels = append(want.Labels, m.Labels[i])
				want.Names = append(want.Names, m.Names[i])
			}
			if d := cmp.Diff(want, tt.view); d != "" {
				t.Fatalf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff(want.Batch(), tt.view.Batch()); d != "" {
				t.Errorf("batch (-want +got):\n%s", d)
			}
			x, y := make([]float32, 2*len(tt.want)), make([]float32, 2*len(tt.want))
			index := []int{0, 1, 2, 3}[:len(tt.want)]
			tt.view.Floats(x, index)
			if want.Floats(y, index); !slices.Equal(x, y) {
				t.Errorf("floats %v, want %v", x, y)
			}
			for j, i := range tt.want {
				if &tt.view.At(j)[0] != &m.At(i)[0] {
					t.Errorf("image %d is a copy", j)
				}
			}
		})
	}
}

// TestJoinViewWithNext shares the memory of a choice and of what lies behind the whole.
func TestJoinViewWithNext(t *testing.T) {
	m := five()
	got := Join(m.Head(3).Select([]int{2, 0}), m.Slice(3, 5))
	if want := m.Select([]int{2, 0, 3, 4}); !got.Equal(want) || &got.At(3)[0] != &m.At(4)[0] {
		t.Errorf("joined %v, want %v", got, want)
	}
}

// TestJoinOthers copies what does not lie side by side.
func TestJoinOthers(t *testing.T) {
	m := five()
	for _, tt := range [][2]*Set{
		{m.Slice(2, 4), m.Head(2)}, {m.Head(2), five().Slice(2, 4)}, {m.Select([]int{0}), m.Slice(1, 3)},
		{m.Select([]int{0}), five().Select([]int{1})}, {m.Head(0), m.Head(0)}, {m, m.Head(0)}, {m, five()},
	} {
		got := Join(tt[0], tt[1])
		if got.Len() != tt[0].Len()+tt[1].Len() || !got.Head(tt[0].Len()).Equal(tt[0]) || !got.Slice(tt[0].Len(), got.Len()).Equal(tt[1]) {
			t.Errorf("%v and %v make %v", tt[0], tt[1], got)
		}
	}
	if got := Join(m, m.Head(1)); got.Equal(m) || len(m.Pixels) != 10 {
		t.Errorf("joined %v", got)
	}
}

func TestEqual(t *testing.T) {
	m, other := five(), five()
	if !m.Equal(other) || m.Equal(nil) || !(*Set)(nil).Equal(nil) || m.Equal(m.Head(4)) {
		t.Error("Equal is wrong about whole sets")
	}
	for _, change := range []func(){func() { other.Pixels[9]++ }, func() { other.Labels[0]++ }, func() { other.Names[1] = "" }, func() { other.Shape = Shape{H: 2, W: 1, C: 1} }} {
		other = five()
		if change(); m.Equal(other) {
			t.Errorf("%v is equal to %v", other, m)
		}
	}
}

// TestSelectPanicsAtOnce: not when somebody looks at the image.
func TestSelectPanicsAtOnce(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a choice of an image that is not there")
		}
	}()
	five().Select([]int{5})
}
