package train

// stale reports whether the run has had all the patience that it was to have, which its
// state alone decides.
func (r *run) stale() bool {
	if r.Patience == 0 {
		return false
	}
	growing := (r.Beta.settled() - 1) / r.batches() // epochs in which beta grows to the end
	return r.state.Epoch-max(r.state.BestEpoch, growing) >= r.Patience
}
