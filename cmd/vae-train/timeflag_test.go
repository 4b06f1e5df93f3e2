package main

import (
	"testing"
	"time"
)

func TestCountdown(t *testing.T) {
	var c countdown
	start := time.Unix(1e9, 0)
	for _, tt := range []struct {
		seconds, left int
		want          string
	}{{120, 3, ", about 6m0s left"}, {130, 2, ", about 2m10s left"}, {200, 0, ""}, {240, 1, ", about 1m0s left"}, {241, 0, ""}} {
		c.begin(start)
		if got := c.after(start.Add(time.Duration(tt.seconds)*time.Second), tt.left); got != tt.want {
			t.Errorf("after %d s: %q, want %q", tt.seconds, got, tt.want)
		}
		c.begin(start.Add(time.Hour)) // which is known already
	}
}

// TestCountdownWithoutSteps resumes a run that was stopped after the last step of an epoch.
func TestCountdownWithoutSteps(t *testing.T) {
	var c countdown
	start := time.Unix(1e9, 0)
	if got := c.after(start, 1); got != "" {
		t.Errorf("after an epoch without steps: %q, want nothing", got)
	}
	c.begin(start)
	if got, want := c.after(start.Add(2*time.Minute), 1), ", about 2m0s left"; got != want || c.done != 2 {
		t.Errorf("after an epoch of two minutes: %q and %d epochs, want %q and 2", got, c.done, want)
	}
}
