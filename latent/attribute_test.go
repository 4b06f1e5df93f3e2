package latent_test

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"govae/latent"
)

func TestLearnAttribute(t *testing.T) {
	s := latent.Space{Name: "model", ModelID: "abc", Dims: 2}
	points := func() [][]float32 { return [][]float32{{0, 0}, {2, 2}, {10, 0}, {10, 4}, {0, 7}} }
	labels := []int{0, 0, 1, 1, 3}
	for _, tt := range []struct {
		toward, awayFrom int
		want             []float32
		err              string
	}{
		{1, 0, []float32{9, 1}, ""},
		{0, 1, []float32{-9, -1}, ""},
		{3, latent.Others, []float32{-5.5, 5.5}, ""},
		{2, 0, nil, "none of 5 images has the label 2"},
		{0, 2, nil, "none of 5 images has the label 2"},
	} {
		got, err := latent.LearnAttribute(s, latent.Of(points()...), labels, tt.toward, tt.awayFrom)
		if err == nil && got.ModelID != s.ModelID {
			t.Errorf("the attribute of model %s has the id %s", s.ModelID, got.ModelID)
		}
		if !slices.Equal(got.Direction, tt.want) || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("toward %d from %d: %v, error %v; want %v, %q", tt.toward, tt.awayFrom, got.Direction, err, tt.want, tt.err)
		}
	}
	if _, err := latent.LearnAttribute(s, latent.Of(points()...), []int{4, 4, 4, 4, 4}, 4, latent.Others); err == nil || !strings.Contains(err.Error(), "all 5 images") {
		t.Errorf("one class alone: error %v", err)
	}
	if _, err := latent.LearnAttribute(s, latent.Of(points()...), labels[:4], 1, 0); err == nil || !strings.Contains(err.Error(), "more points than the 4 labels") {
		t.Errorf("too few labels: error %v", err)
	}
	if _, err := latent.LearnAttribute(s, latent.Of(points()[:4]...), labels, 1, 0); err == nil || !strings.Contains(err.Error(), "4 points, and 5 labels") {
		t.Errorf("too many labels: error %v", err)
	}
	if _, err := latent.LearnAttribute(s, latent.Of([]float32{1}, []float32{2}), []int{0, 1}, 0, 1); err == nil || !strings.Contains(err.Error(), "a point has 1 latent dimensions, and model 2") {
		t.Errorf("points of another model: error %v", err)
	}
	failure := errors.New("no more")
	broken := func(yield func([]float32, error) bool) { yield(nil, failure) }
	if _, err := latent.LearnAttribute(s, broken, labels, 1, 0); err != failure {
		t.Errorf("error %v, want that of the input", err)
	}
}

func TestClassMeans(t *testing.T) {
	got, err := latent.ClassMeans(latent.Of([]float32{1, 2}, []float32{5, 6}, []float32{3, 4}), []int{2, 0, 2})
	if want := [][]float32{{5, 6}, nil, {2, 3}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("means %v (%v), want %v", got, err, want)
	}
	for _, tt := range []struct {
		points [][]float32
		labels []int
		want   string
	}{
		{[][]float32{{1}, {2}}, []int{0, -1}, "label 1 is -1"},
		{[][]float32{{1}}, []int{math.MinInt}, "label 0 is -9223372036854775808"},
		{[][]float32{{1}}, []int{math.MaxInt}, "label 0 is 9223372036854775807"},
		{[][]float32{{1}, {2, 3}}, []int{0, 0}, "latent point 1 has 2 values, want 1"},
		{[][]float32{{1, 2}, {3}}, []int{0, 1}, "latent point 1 has 1 values, want 2"},
	} {
		if got, err := latent.ClassMeans(latent.Of(tt.points...), tt.labels); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v of the labels %v: %v, error %v, want %q", tt.points, tt.labels, got, err, tt.want)
		}
	}
}

func TestAttributeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "smile.json")
	want := latent.Attribute{Toward: "smiling", AwayFrom: "not", ModelID: "aaaaaaaaaaaaaaaa", Direction: []float32{0.1, -3e-8}}
	if err := want.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	got, err := latent.ReadAttribute(path)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v (%v), want %+v", got, err, want)
	}
	want.Direction[1] = float32(math.Inf(1))
	if err := want.WriteFile(path); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("an infinite direction: error %v", err)
	}
	if err := (latent.Attribute{Direction: make([]float32, 1<<20)}).WriteFile(path); err == nil || !strings.Contains(err.Error(), "more than the 1048576 that are read") {
		t.Errorf("an attribute that could not be read again: error %v", err)
	}
	if _, err := latent.ReadAttribute(path); err != nil {
		t.Errorf("the old file is gone: %v", err)
	}
	if again, err := latent.OpenAttribute(path, latent.Space{ModelID: got.ModelID, Dims: len(got.Direction)}); err != nil || !reflect.DeepEqual(again, got) {
		t.Errorf("in its space: %+v, %v", again, err)
	}
	if _, err := latent.OpenAttribute(path, latent.Space{ModelID: got.ModelID, Dims: 99}); !errors.As(err, new(*latent.SpaceError)) || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("in another space: error %v", err)
	}
	if _, err := latent.ReadAttribute(path + "x"); err == nil || !strings.Contains(err.Error(), "no such file") || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
	if err := os.WriteFile(path, make([]byte, 1<<20+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := latent.ReadAttribute(path); err == nil || !strings.Contains(err.Error(), "more than the 1048576 of such a file") {
		t.Errorf("a large file: error %v", err)
	}
}

func TestAttributeBelongsToAModel(t *testing.T) {
	s := latent.Space{Name: "model", ModelID: "aaaaaaaaaaaaaaaa", Dims: 2}
	nameless := latent.Space{Name: "model", Dims: 2}
	for _, tt := range []struct {
		space latent.Space
		a     latent.Attribute
		want  string
	}{
		{s, latent.Attribute{ModelID: "aaaaaaaaaaaaaaaa", Direction: make([]float32, 2)}, ""},
		{s, latent.Attribute{Direction: make([]float32, 2)}, ""},
		{nameless, latent.Attribute{ModelID: "b", Direction: make([]float32, 2)}, ""},
		{s, latent.Attribute{ModelID: "b", Direction: make([]float32, 2)}, "the attribute and model come from different models (vae.model_id b… and aaaaaaaa…)"},
		{s, latent.Attribute{Direction: make([]float32, 3)}, "3 latent dimensions"},
	} {
		if err := tt.a.Check(tt.space); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want %q", tt.a, err, tt.want)
		}
	}
}

func FuzzParseAttribute(f *testing.F) {
	f.Add([]byte(`{"toward":"7","away_from":"1","model_id":"aa","direction":[0.5,-1]}`))
	f.Add([]byte(`{"direction":[]}`))
	f.Add([]byte(`{"direction":[1e99]}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := latent.ParseAttribute(data)
		if err != nil {
			return
		}
		path := filepath.Join(t.TempDir(), "a.json")
		if err := a.WriteFile(path); err != nil {
			t.Fatalf("%+v was read but cannot be written: %v", a, err)
		}
		if again, err := latent.ReadAttribute(path); len(data) < 1000 && (err != nil || !reflect.DeepEqual(again, a)) {
			t.Fatalf("%+v became %+v (%v)", a, again, err)
		}
	})
}
