package anomaly

import (
	"cmp"
	"slices"
)

// Rate is a point of a receiver operating characteristic: what a threshold costs and gives.
type Rate struct {
	Threshold   float64 // scores at or above it are called odd
	FalseAlarms float64 // the share of normal pictures that are called odd
	Found       float64 // the share of odd pictures that are
}

// ROC returns the receiver operating characteristic of scores, which are high for odd
// pictures: one point for each value that occurs, from the highest to the lowest. A first
// point, at which nothing is called odd, is left out. Both kinds must have a score.
func ROC(normal, odd []float64) []Rate {
	rates := make([]Rate, 0, len(normal)+len(odd))
	var alarms, found int
	for threshold, group := range descending(normal, odd) {
		alarms, found = alarms+group[0], found+group[1]
		rates = append(rates, Rate{threshold, float64(alarms) / float64(len(normal)), float64(found) / float64(len(odd))})
	}
	return rates
}

// AUROC returns the area under the receiver operating characteristic: the probability that
// an odd picture has a higher score than a normal one, where equal scores count one half
// (J. Hanley and B. McNeil, "The Meaning and Use of the Area under a ROC Curve", 1982).
// Both kinds must have a score.
func AUROC(normal, odd []float64) float64 {
	var won float64 // pairs in which the odd one is higher
	seen := 0       // odd ones above
	for _, group := range descending(normal, odd) {
		won += float64(group[0]) * (float64(seen) + float64(group[1])/2)
		seen += group[1]
	}
	return won / float64(len(normal)) / float64(len(odd))
}

// AveragePrecision returns the mean of the precision over the odd pictures found: the sum
// over all thresholds of (R_n - R_n-1) P_n, where P is the share of odd pictures among those
// called odd and R the share of them that is found. Unlike the area under an interpolated
// curve it does not flatter (C. Manning, P. Raghavan and H. Schütze, "Introduction to
// Information Retrieval", 2008, section 8.4). Equal scores share one threshold. Both kinds
// must have a score.
func AveragePrecision(normal, odd []float64) float64 {
	var sum float64
	called, found := 0, 0
	for _, group := range descending(normal, odd) {
		called, found = called+group[0]+group[1], found+group[1]
		sum += float64(group[1]) * float64(found) / float64(called)
	}
	return sum / float64(len(odd))
}

// descending yields each value that occurs among scores, from the highest on, with how
// many normal and how many odd pictures have it.
func descending(normal, odd []float64) func(yield func(float64, [2]int) bool) {
	type score struct {
		value float64
		kind  int
	}
	all := make([]score, 0, len(normal)+len(odd))
	for kind, scores := range [][]float64{normal, odd} {
		for _, v := range scores {
			all = append(all, score{v, kind})
		}
	}
	slices.SortFunc(all, func(a, b score) int { return cmp.Compare(b.value, a.value) })
	return func(yield func(float64, [2]int) bool) {
		for i := 0; i < len(all); {
			var group [2]int
			value := all[i].value
			for ; i < len(all) && cmp.Compare(all[i].value, value) == 0; i++ { // NaN, too, is like itself
				group[all[i].kind]++
			}
			if !yield(value, group) {
				return
			}
		}
	}
}
