package main

import (
	"bytes"
	"runtime"
	"testing"

	"govae/cmd/internal/cli"
)

// TestUsage makes mistakes in the arguments: exit code 2 and one line, which is the
// same in every run where there are several mistakes.
func TestUsage(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--sigma", "0.1abc"}, "--sigma 0.1abc: give a positive number, or learned"},
		{[]string{"--sigma", "0.1 0.2"}, "--sigma 0.1 0.2: give a positive number, or learned"},
		{[]string{"--sigma", "NaN"}, "--sigma NaN: give a positive number, or learned"},
		{[]string{"--sigma", "Inf"}, "--sigma Inf: give a positive number, or learned"},
		{[]string{"--sigma", "0"}, "--sigma 0: give a positive number, or learned"},
		{[]string{"--lr", "Inf"}, "--lr +Inf: out of range"},
		{[]string{"--lr", "NaN"}, "--lr NaN: out of range"},
		{[]string{"--beta", "Inf"}, "--beta +Inf: out of range"},
		{[]string{"--val-fraction", "1"}, "--val-fraction 1: out of range"},
		{[]string{"--val-fraction", "1", "--limit", "-1", "--epochs", "0", "--batch", "0", "--latent", "0"}, "--latent 0: out of range"},
	} {
		args := append([]string{"--data", "nowhere", "--likelihood", "gaussian"}, tt.args...)
		for range 5 {
			var stdout, stderr bytes.Buffer
			code := cli.Run("vae-train", args, &stdout, &stderr, build)
			if want := "vae-train: " + tt.want + "; see 'vae-train --help'\n"; code != 2 || stderr.String() != want {
				t.Fatalf("%q: exit %d, %q; want 2, %q", tt.args, code, &stderr, want)
			}
		}
	}
}
