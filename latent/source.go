package latent

import (
	"fmt"
	"path/filepath"
	"strings"

	"govae/internal/option"
)

// Source is what latent points are drawn from.
type Source struct {
	N      int // points that there are; 0 where any number can be drawn
	points func(n int, o SampleOptions) Points
}

// PriorOf is the prior N(0, I) of a space as a source ([Prior]).
func PriorOf(s Space) Source {
	return Source{points: func(n int, o SampleOptions) Points { return Prior(s.Dims, n, o) }}
}

// OpenSource opens a file as a source for a space: a .npy file of points ([OpenPoints]),
// which come as they are and in their order, or a .json file of a [Mixture], near its exemplars if it has some.
func OpenSource(path string, s Space) (Source, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		mixture, err := ReadMixture(path)
		if err != nil {
			return Source{}, err
		}
		if err := mixture.Check(s); err != nil {
			return Source{}, fmt.Errorf("%s: %w", path, err)
		}
		if mixture.Exemplars != nil {
			return Source{points: mixture.NearExemplars}, nil
		}
		return Source{points: mixture.Points}, nil
	case ".npy":
		file, err := OpenPoints(path, s.Dims)
		if err != nil {
			return Source{}, err
		}
		return Source{N: file.N, points: func(n int, o SampleOptions) Points { return Head(n, file.From(o.First)) }}, nil
	}
	return Source{}, fmt.Errorf("%s: is no source of latent points; give a .npy file of points or a .json file of a mixture", path)
}

// Points yields n points, the first being number o.First. A source of N points has no
// more, and neither seed nor temperature: a temperature other than 1 is an error.
func (s Source) Points(n int, o SampleOptions) Points {
	if err := o.check(n); err != nil {
		return fail(err)
	}
	switch {
	case s.N > 0 && o.First+n > s.N:
		return fail(option.Wrong("n", n, fmt.Sprintf("at most the %d points that there are from number %d on", max(0, s.N-o.First), o.First)))
	case s.N > 0 && o.Temperature != 0 && o.Temperature != 1:
		return fail(option.Wrong("Temperature", o.Temperature, "1 for points that are given"))
	}
	return s.points(n, o)
}
