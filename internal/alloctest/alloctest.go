// Package alloctest checks that what runs for every batch allocates nothing.
package alloctest

import "testing"

// None fails where f still allocates once it has run for some time. How many of a kernel's
// buffers are in use at a time depends on when its workers run, so the first calls may
// allocate, and late ones of a busy machine: one round of calls without is enough.
func None(t testing.TB, name string, f func()) {
	t.Helper()
	got := 1.0
	for round := 0; round < 20 && got > 0; round++ {
		got = testing.AllocsPerRun(5, f)
	}
	if got > 0 {
		t.Errorf("%s: %v allocations in each call, want 0", name, got)
	}
}
