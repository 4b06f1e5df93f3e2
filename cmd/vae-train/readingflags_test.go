package main

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"govae/dataset"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/train"
)

// TestWaitingHint comes once, and only where waiting takes much of a long time.
func TestWaitingHint(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var stderr bytes.Buffer
	cli.Run("test", nil, new(bytes.Buffer), &stderr, func(app *cli.App) *cobra.Command {
		return &cobra.Command{Run: func(*cobra.Command, []string) {
			hint := new(flags).waitingHint(app)
			for _, e := range []train.Metrics{{Seconds: 100, Waiting: 0.05}, {Seconds: 5, Waiting: 0.15}, {Seconds: 100, Waiting: 0.25}, {Seconds: 100, Waiting: 0.5}} {
				hint(e)
			}
		}}
	})
	if got := stderr.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "waited for their images 25 % of the time") || strings.Contains(got, "--augment") {
		t.Errorf("%q", got)
	}
}

// TestChooseAugment: images without a label count, as the model trains on them too.
func TestChooseAugment(t *testing.T) {
	of := func(n int) *dataset.Images {
		return &dataset.Images{Shape: dataset.Shape{H: 1, W: 1, C: 1}, Pixels: make([]byte, n)}
	}
	for _, tt := range []struct {
		data *dataset.Data
		want string
	}{
		{&dataset.Data{Train: of(400)}, "shift"},
		{&dataset.Data{Train: of(400), Unlabelled: of(100)}, "nudge"},
		{&dataset.Data{Train: of(15000), Unlabelled: of(5000)}, ""},
	} {
		f := flags{augment: augment{auto: true}}
		f.chooseAugment(tt.data, true, false)
		if got := f.train.Augment.String(); got != tt.want {
			t.Errorf("%d images: %q, want %q", tt.data.Training(), got, tt.want)
		}
	}
}
