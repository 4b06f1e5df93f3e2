package nn

import "slices"

// memory is a piece of memory that a pass needs from one of its steps to another, both
// included. Steps count from 0 through the forward pass and on through the backward one.
type memory struct {
	size     int // values per image
	from, to int
	data     []float32 // (batch, size)
}

// layOut allocates the memories for a batch. Those whose steps do not overlap may share a slot, so
// that a pass of many layers needs the memory of a few. It returns the number of values per image.
func layOut(memories []*memory, batch int) (size int) {
	slices.SortStableFunc(memories, func(a, b *memory) int { return a.from - b.from })
	type slot struct {
		size, until int
		users       []*memory
	}
	var slots []*slot
	for _, m := range memories {
		if m.size == 0 {
			continue
		}
		var best *slot
		for _, s := range slots {
			if s.until < m.from && (best == nil || fit(s.size, m.size) < fit(best.size, m.size)) {
				best = s
			}
		}
		if best == nil {
			best = &slot{}
			slots = append(slots, best)
		}
		best.size, best.until = max(best.size, m.size), m.to
		best.users = append(best.users, m)
	}
	for _, s := range slots {
		size += s.size
		data := make([]float32, batch*s.size)
		for _, m := range s.users {
			m.data = data[:batch*m.size]
		}
	}
	return size
}

// fit is the cost of placing want values in a slot of have: the values that stay unused, or, which
// is worse, those by which the slot must grow.
func fit(have, want int) int {
	const growing = 1 << 30
	if have >= want {
		return have - want
	}
	return growing + want - have
}
