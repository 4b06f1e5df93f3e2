package main

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/train"
)

// TestUsage makes mistakes in the arguments: exit code 2 and one line, which is the
// same in every run where there are several mistakes.
func TestUsage(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--sigma", "0.1abc"}, "--sigma 0.1abc: give a positive number, optimal or learned"},
		{[]string{"--sigma", "0.1 0.2"}, "--sigma 0.1 0.2: give a positive number, optimal or learned"},
		{[]string{"--sigma", "NaN"}, "--sigma NaN: give a positive number, optimal or learned"},
		{[]string{"--sigma", "Inf"}, "--sigma Inf: give a positive number, optimal or learned"},
		{[]string{"--sigma", "0"}, "--sigma 0: give a positive number, optimal or learned"},
		{[]string{"--lr", "Inf"}, "--lr +Inf: out of range"},
		{[]string{"--lr", "NaN"}, "--lr NaN: out of range"},
		{[]string{"--beta", "Inf"}, "--beta +Inf: out of range"},
		{[]string{"--patience", "-1"}, "--patience -1: out of range"},
		{[]string{"--val-fraction", "1"}, "--val-fraction 1: out of range"},
		{[]string{"--val-fraction", "1", "--limit", "-1", "--epochs", "0", "--batch", "0", "--latent", "0"}, "--latent 0: out of range"},
	} {
		args := append([]string{"--data", "nowhere", "--likelihood", "gaussian"}, tt.args...)
		for range 5 {
			var stdout, stderr bytes.Buffer
			code := cli.Run("vae-train", args, &stdout, &stderr, build)
			line, end := "vae-train: "+tt.want, "; see 'vae-train --help'\n"
			if text := stderr.String(); code != 2 || !strings.HasPrefix(text, line) || !strings.HasSuffix(text, end) || strings.Count(text, "\n") != 1 {
				t.Fatalf("%q: exit %d, %q; want 2, %q…%q", tt.args, code, text, line, end)
			}
		}
	}
}

// TestMeterOfSeveralFiles begins anew with each file, which has its own total or tells none.
func TestMeterOfSeveralFiles(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	shown := false
	code := cli.Run("test", []string{"--quiet"}, new(bytes.Buffer), new(bytes.Buffer), func(app *cli.App) *cobra.Command {
		return &cobra.Command{Run: func(*cobra.Command, []string) {
			defer func() { shown = true }()
			m := meter{app: app, unit: "bytes"}
			for _, tt := range []struct {
				done, total int
				want        string
			}{{10, 10, "10 of 10 bytes"}, {30, 40, "30 of 40 bytes"}, {5, 40, "5 of 40 bytes"}, {50, -1, "50 bytes"}, {6, -1, "6 bytes"}} {
				m.show(tt.done, tt.total, "download")
				if got, _, _ := strings.Cut(m.bar.String(), ","); got != "download: "+tt.want {
					t.Errorf("%q, want %q", got, tt.want)
				}
			}
		}}
	})
	if code != 0 || !shown {
		t.Errorf("exit %d", code)
	}
}

// TestKept tells that a run was stopped and which epoch was kept, whatever lines its metrics lack.
func TestKept(t *testing.T) {
	v := func(elbo float64) *train.Terms { return &train.Terms{Reconstruction: -elbo} }
	for _, tt := range []struct {
		patience int
		metrics  []train.Metrics
		want     string
	}{
		{0, []train.Metrics{{Epoch: 3}}, ""},
		{2, []train.Metrics{{Epoch: 3}}, ""},
		{2, []train.Metrics{{Epoch: 1, Validation: v(-5)}, {Epoch: 2}, {Epoch: 3, Validation: v(-6)}},
			"stopped after epoch 3 of 4 (--patience 2): no better validation elbo since epoch 1\nkept the weights of epoch 1: validation elbo -5.00, test elbo -0.00\n"},
		{2, []train.Metrics{{Epoch: 1, Validation: v(-5), Test: *v(-7)}, {Epoch: 4, Validation: v(-6)}}, "kept the weights of epoch 1: validation elbo -5.00, test elbo -7.00\n"},
		{0, []train.Metrics{{Epoch: 1, Validation: v(-5)}, {Epoch: 4, Validation: v(-4)}}, ""},
	} {
		var stdout bytes.Buffer
		cli.Run("test", nil, &stdout, new(bytes.Buffer), func(app *cli.App) *cobra.Command {
			return &cobra.Command{Run: func(*cobra.Command, []string) {
				f := flags{}
				f.train.Epochs, f.train.Patience = 4, tt.patience
				f.tellKept(app, tt.metrics)
			}}
		})
		if stdout.String() != tt.want {
			t.Errorf("%d metrics, patience %d: %q, want %q", len(tt.metrics), tt.patience, stdout.String(), tt.want)
		}
	}
}
