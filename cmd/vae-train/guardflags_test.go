package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/train"
)

// TestByHeart is told where the test ELBO has fallen by much since its best epoch, and no
// validation keeps that one.
func TestByHeart(t *testing.T) {
	run := func(validated bool, elbos ...float64) (all []train.Metrics) {
		for i, elbo := range elbos {
			m := train.Metrics{Epoch: i + 1, Test: train.Terms{Reconstruction: -elbo}}
			if validated {
				m.Validation = &m.Test
			}
			all = append(all, m)
		}
		return all
	}
	for name, tt := range map[string]struct {
		run  []train.Metrics
		want string
	}{
		"none":      {nil, ""},
		"rises":     {run(false, -300, -200, -150), ""},
		"wavers":    {run(false, -300, -200, -210), ""},
		"falls":     {run(false, -300, -200, -230), "was best after epoch 2 (-200.00)"},
		"validated": {run(true, -300, -200, -230), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			cli.Run("test", nil, new(bytes.Buffer), &stderr, func(app *cli.App) *cobra.Command {
				return &cobra.Command{Run: func(*cobra.Command, []string) { tellByHeart(app, tt.run, 1000) }}
			})
			if got := stderr.String(); !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("%q, want %q in it", got, tt.want)
			}
		})
	}
}
