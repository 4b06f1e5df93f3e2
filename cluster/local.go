package cluster

import "sync"

// Local returns the engines of some ranks that are goroutines of this process.
func Local(ranks int) []Engine {
	hub := &hub{size: ranks, x: make([][]float32, ranks)}
	hub.turn.L = &hub.mu
	all := make([]Engine, ranks)
	for i := range all {
		all[i] = &local{hub, i}
	}
	return all
}

// hub is where local ranks meet.
type hub struct {
	mu      sync.Mutex
	turn    sync.Cond
	size    int
	arrived int
	round   int
	x       [][]float32
}

// meet returns when all ranks have come.
func (h *hub) meet() {
	h.mu.Lock()
	defer h.mu.Unlock()
	round := h.round
	if h.arrived++; h.arrived == h.size {
		h.arrived = 0
		h.round++
		h.turn.Broadcast()
	}
	for h.round == round {
		h.turn.Wait()
	}
}

type local struct {
	*hub
	rank int
}

func (l *local) Rank() int { return l.rank }
func (l *local) Size() int { return l.size }

func (l *local) Spread(pieces, x []float32, bounds []int) error {
	l.x[l.rank] = x
	l.meet()
	own := bounds[l.rank+1] - bounds[l.rank]
	for rank, from := range l.x {
		if rank != l.rank {
			copy(pieces[rank*own:], from[bounds[l.rank]:bounds[l.rank+1]])
		}
	}
	l.meet()
	return nil
}

func (l *local) Gather(x []float32, bounds []int) error {
	l.x[l.rank] = x
	l.meet()
	for rank, from := range l.x {
		if rank != l.rank {
			copy(x[bounds[rank]:bounds[rank+1]], from[bounds[rank]:bounds[rank+1]])
		}
	}
	l.meet()
	return nil
}
