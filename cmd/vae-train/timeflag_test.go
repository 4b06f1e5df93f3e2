package main

import (
	"testing"
	"time"
)

func TestCountdown(t *testing.T) {
	c := countdown{start: time.Now().Add(-2 * time.Minute)}
	if got := c.after(3); got != ", about 6m0s left" {
		t.Errorf("after one of four epochs: %q", got)
	}
	if got := c.after(0); got != "" {
		t.Errorf("after the last: %q", got)
	}
	if got := (&countdown{start: time.Now()}).after(100); got != "" {
		t.Errorf("of a short run: %q", got)
	}
}
