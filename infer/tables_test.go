package infer_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"govae/infer"
)

// counted names images by their numbers.
type counted struct{}

func (counted) Name(i int) string  { return "image " + strconv.Itoa(i) }
func (counted) Class(i int) string { return string(rune('a' + i)) }

func TestTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	var problem error
	scores := func(yield func(infer.Score, error) bool) {
		for i := range 2 {
			if !yield(infer.Score{ELBO: -3, Reconstruction: 2.5, KL: 0.5, Bound: -float64(i)}, nil) {
				return
			}
		}
		if problem != nil {
			yield(infer.Score{}, problem)
		}
	}
	is := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("table %q, %v; want %q", got, err, want)
		}
	}
	if all, err := infer.WriteScores(path, counted{}, scores, false); err != nil || len(all) != 2 || all[1].Bound != -1 {
		t.Errorf("scores %v, %v", all, err)
	}
	is("image,label,elbo,reconstruction,kl\nimage 0,a,-3,2.5,0.5\nimage 1,b,-3,2.5,0.5\n")
	if _, err := infer.WriteScores(path, counted{}, scores, true); err != nil {
		t.Error(err)
	}
	const bounds = "image,label,elbo,reconstruction,kl,bound\nimage 0,a,-3,2.5,0.5,-0\nimage 1,b,-3,2.5,0.5,-1\n"
	is(bounds)
	problem = errors.New("broken")
	if _, err := infer.WriteScores(path, counted{}, scores, false); !errors.Is(err, problem) {
		t.Errorf("error %v, want %v", err, problem)
	}
	is(bounds)

	if err := infer.WriteErrors(path, counted{}, []float64{0.25}, nil); err != nil {
		t.Error(err)
	}
	is("image,label,squared_error\nimage 0,a,0.25\n")
	problem = nil
	nats := func(yield func(float64, error) bool) { _ = yield(80, problem) && yield(90, nil) }
	if err := infer.WriteErrors(path, counted{}, []float64{0.25, 0.5}, nats); err != nil {
		t.Error(err)
	}
	want := "image,label,squared_error,nats\nimage 0,a,0.25,80\nimage 1,b,0.5,90\n"
	is(want)
	for _, n := range []int{1, 3} {
		if err := infer.WriteErrors(path, counted{}, make([]float64, n), nats); err == nil {
			t.Errorf("no error for %d squared errors and two log-likelihoods", n)
		}
	}
	problem = errors.New("no more")
	if err := infer.WriteErrors(path, counted{}, []float64{0.25, 0.5}, nats); !errors.Is(err, problem) {
		t.Errorf("error %v, want %v", err, problem)
	}
	is(want)
}
