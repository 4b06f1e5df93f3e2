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
