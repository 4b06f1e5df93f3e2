package goengine

import (
	"slices"
	"sync"
)

// state is the memory of one run: a slice for each memory, of floats or of ints.
type state struct {
	floats [][]float32
	ints   [][]int64
}

func (s *state) f(v *value) []float32 { return s.floats[v.mem.id] }
func (s *state) i(v *value) []int64   { return s.ints[v.mem.id] }

func (s *state) clone() *state {
	return &state{slices.Clone(s.floats), slices.Clone(s.ints)}
}

// grow makes room for n memories.
func (s *state) grow(n int) {
	s.floats = append(s.floats, make([][]float32, n-len(s.floats))...)
	s.ints = append(s.ints, make([][]int64, n-len(s.ints))...)
}

// allocate gives a memory its own elements.
func (s *state) allocate(m *memory) {
	if m.ints {
		s.ints[m.id] = make([]int64, m.n)
	} else {
		s.floats[m.id] = make([]float32, m.n)
	}
}

// program computes a model for inputs of certain shapes.
type program struct {
	steps           []step
	inputs, outputs []*value
	known           *state   // what is the same in every run
	places          []place  // of all other memories but the outputs
	floats, ints    int      // elements of the buffers that these take
	states          freelist // not in use
}

// place is where a memory lies in its buffer of a state, that of floats or that of integers.
type place struct {
	mem *memory
	at  int
}

// run does the steps. The last ones write into the data of outputs.
func (p *program) run(inputs [][]float32, outputs []Tensor) {
	s := p.states.get()
	if s == nil {
		s = p.newState()
	}
	for i, v := range p.inputs {
		s.floats[v.mem.id] = inputs[i]
	}
	for i, v := range p.outputs {
		s.floats[v.mem.id] = outputs[i].Data
	}
	for i := range p.steps {
		p.steps[i].run(s)
	}
	for _, v := range slices.Concat(p.inputs, p.outputs) {
		s.floats[v.mem.id] = nil
	}
	p.states.put(s)
}

func (p *program) newState() *state {
	s := p.known.clone()
	floats, ints := make([]float32, p.floats), make([]int64, p.ints)
	for _, l := range p.places {
		if end := l.at + l.mem.n; l.mem.ints {
			s.ints[l.mem.id] = ints[l.at:end:end]
		} else {
			s.floats[l.mem.id] = floats[l.at:end:end]
		}
	}
	return s
}

// freelist keeps states for reuse. Unlike a sync.Pool it is not emptied by the
// garbage collector.
type freelist struct {
	mu     sync.Mutex
	states []*state
}

func (l *freelist) get() *state {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.states) == 0 {
		return nil
	}
	s := l.states[len(l.states)-1]
	l.states = l.states[:len(l.states)-1]
	return s
}

func (l *freelist) put(s *state) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.states = append(l.states, s)
}

// dropDead removes the steps whose results nobody reads.
func (p *program) dropDead() {
	needed := map[*memory]bool{}
	for _, v := range p.outputs {
		needed[v.mem] = true
	}
	var kept []step
	for _, s := range slices.Backward(p.steps) {
		if slices.ContainsFunc(s.writes, func(m *memory) bool { return needed[m] }) {
			for _, m := range s.reads {
				needed[m] = true
			}
			kept = append(kept, s)
		}
	}
	slices.Reverse(kept)
	p.steps = kept
}

// assignPlaces lays the memories that steps write into a buffer of floats and one of
// integers. Two may share elements if the one is read for the last time before the
// other is written.
func (p *program) assignPlaces() {
	elsewhere := map[*memory]bool{} // inputs and outputs
	for _, v := range slices.Concat(p.inputs, p.outputs) {
		elsewhere[v.mem] = true
	}
	last := map[*memory]int{} // step that reads it
	for i, s := range p.steps {
		for _, m := range slices.Concat(s.writes, s.reads) {
			last[m] = i
		}
	}
	var live []place
	placed := map[*memory]bool{}
	for i, s := range p.steps {
		for j, m := range s.writes {
			if elsewhere[m] || placed[m] {
				continue
			}
			at := -1
			if s.inPlace && j == 0 {
				at = reusable(live, s.reads[0], m, last[s.reads[0]] == i)
			}
			if at >= 0 {
				live = slices.DeleteFunc(live, func(l place) bool { return l.mem == s.reads[0] })
			} else {
				at = gap(live, m)
			}
			placed[m] = true
			live = append(live, place{m, at})
			p.places = append(p.places, place{m, at})
			if m.ints {
				p.ints = max(p.ints, at+m.n)
			} else {
				p.floats = max(p.floats, at+m.n)
			}
		}
		live = slices.DeleteFunc(live, func(l place) bool { return last[l.mem] <= i })
	}
}

// reusable returns where from lies if to may take its elements over, else -1.
func reusable(live []place, from, to *memory, dies bool) int {
	for _, l := range live {
		if l.mem == from && dies && from.n == to.n && from.ints == to.ints {
			return l.at
		}
	}
	return -1
}

// gap returns the first place where m does not overlap what is live. Places are
// multiples of a cache line.
func gap(live []place, m *memory) int {
	const line = 16
	slices.SortFunc(live, func(a, b place) int { return a.at - b.at })
	at := 0
	for _, l := range live {
		if l.mem.ints != m.ints {
			continue
		}
		if at+m.n <= l.at {
			break
		}
		at = max(at, (l.at+l.mem.n+line-1)/line*line)
	}
	return at
}
