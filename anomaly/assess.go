package anomaly

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"govae/internal/printable"
)

// Assessment tells how well scores tell odd pictures from normal ones.
type Assessment struct {
	Normal      int     // pictures that are
	FalseAlarms float64 // the share of them that is called odd
	// Odd are all odd pictures first, whose class is empty, and then those of each class,
	// in the order of their names, beside all normal ones.
	Odd []Quality
}

// Quality tells how well odd pictures are told from normal ones.
type Quality struct {
	Class                   string
	Pictures                int
	AUROC, AveragePrecision float64
	Found                   float64 // the share of them that is called odd
	Curve                   []Rate  // the receiver operating characteristic
}

// Assess compares the scores of pictures with their classes, some of which are normal.
// Pictures at or above the threshold are called odd. Where all pictures are normal, or
// none, there is nothing to compare, which is an error.
func Assess(scores []float64, classes, normal []string, threshold float64) (Assessment, error) {
	if len(scores) != len(classes) {
		return Assessment{}, fmt.Errorf("%d scores and %d classes: want one of each for a picture", len(scores), len(classes))
	}
	var usual, odd []float64
	byClass := map[string][]float64{}
	for i, class := range classes {
		if slices.Contains(normal, class) {
			usual = append(usual, scores[i])
			continue
		}
		odd = append(odd, scores[i])
		byClass[class] = append(byClass[class], scores[i])
	}
	if len(usual) == 0 || len(odd) == 0 {
		return Assessment{}, fmt.Errorf("%d pictures of the normal classes (%s) and %d of others: want some of both", len(usual), printable.Names(normal), len(odd))
	}
	above := func(scores []float64) float64 {
		n := 0
		for _, s := range scores {
			if s >= threshold {
				n++
			}
		}
		return float64(n) / float64(len(scores))
	}
	quality := func(class string, odd []float64) Quality {
		return Quality{class, len(odd), AUROC(usual, odd), AveragePrecision(usual, odd), above(odd), ROC(usual, odd)}
	}
	a := Assessment{Normal: len(usual), FalseAlarms: above(usual), Odd: []Quality{quality("", odd)}}
	for _, class := range slices.Sorted(maps.Keys(byClass)) {
		a.Odd = append(a.Odd, quality(class, byClass[class]))
	}
	return a, nil
}

// NormalClasses chooses, of the classes that pictures have, those that are normal: those of
// known that are among them, or else one whose name says so, such as good. It is nil where
// none does.
func NormalClasses(classes, known []string) []string {
	var normal []string
	for _, class := range classes {
		if slices.Contains(known, class) {
			normal = append(normal, class)
		}
	}
	if normal != nil {
		return normal
	}
	for _, class := range classes {
		switch strings.ToLower(class) {
		case "good", "normal", "ok":
			normal = append(normal, class)
		}
	}
	return normal
}
