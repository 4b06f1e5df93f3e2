package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/models"
	"govae/train"
)

// TestByHeart is told where the test ELBO has fallen by much since its best epoch, and no
// validation keeps that one.
func TestByHeart(t *testing.T) {
	run := func(validated bool, elbos ...float64) (all []train.Metrics) {
		for i, elbo := range elbos {
			m := train.Metrics{Epoch: i + 1, Test: train.Terms{Reconstruction: -elbo}, Train: train.Terms{Reconstruction: 300 - float64(i)}}
			if validated {
				m.Validation = &m.Test
			}
			all = append(all, m)
		}
		return all
	}
	chance := run(false, -300, -200, -230)
	chance[2].Train = chance[0].Train // which has not learnt more since the second
	for name, tt := range map[string]struct {
		run  []train.Metrics
		want string
	}{
		"none":      {nil, ""},
		"rises":     {run(false, -300, -200, -150), ""},
		"wavers":    {run(false, -300, -200, -210), ""},
		"falls":     {run(false, -300, -200, -230), "was best after epoch 2 (-200.00)"},
		"augmented": {run(false, -300, -200, -230), "heart; try fewer --epochs"},
		"validated": {run(true, -300, -200, -230), ""},
		"by chance": {chance, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := stderrOf(func(app *cli.App) { tellByHeart(app, tt.run, 1000, name == "augmented") })
			if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("%q, want %q in it", got, tt.want)
			}
		})
	}
}

// TestRising is told where the test ELBO of 1,000 dimensions rose by more than 3.47 nats in the last tenth.
func TestRising(t *testing.T) {
	for name, tt := range map[string]struct {
		epochs int
		rise   float64 // by epoch
		lr     train.Schedule
		want   string
	}{
		"rises":   {30, 1.2, train.Course{}, "rose by 3.60 in the last 3 epochs: --resume --epochs 60 goes on"},
		"endless": {30, 1.2, train.Course{Kind: train.InverseSqrt}, "--resume --epochs 60 goes on"},
		"ends":    {30, 1.2, train.Course{Kind: train.Cosine}, "rose by 3.60 in the last 3 epochs: try --epochs 60"},
		"hardly":  {30, 1.1, train.Constant(1), ""},
		"falls":   {30, -2, train.Constant(1), ""},
		"of few":  {9, 100, train.Constant(1), ""},
		"no line": {0, 0, train.Constant(1), ""},
		"gap":     {28, 1.2, train.Constant(1), "in the last 4 epochs: --resume --epochs 60 goes on"},
	} {
		t.Run(name, func(t *testing.T) {
			all := make([]train.Metrics, tt.epochs)
			for i := range all {
				all[i].Epoch = i + 1
				if i > 25 && name == "gap" {
					all[i].Epoch += 2
				}
				all[i].Test.Reconstruction = -tt.rise * float64(all[i].Epoch)
			}
			f := flags{}
			f.train.LR = tt.lr
			got := stderrOf(func(app *cli.App) { f.tellRising(app, all, 1000) })
			if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("%q, want %q in it", got, tt.want)
			}
		})
	}
}

// TestUnused names the groups of a hierarchical model of which no dimension is in use.
func TestUnused(t *testing.T) {
	groups := []models.LatentGroup{{Name: "1x1", Size: 2}, {Name: "4x4", First: 2, Size: 2}}
	for name, tt := range map[string]struct {
		kl     []float64
		groups []models.LatentGroup
		want   string
	}{
		"all used":  {[]float64{0, 1, 1, 0}, groups, ""},
		"one":       {[]float64{0, 1, 0, 0.009}, groups, "variables of 4x4:"},
		"collapsed": {[]float64{0, 0, 0, 0}, groups, ""}, // told by hinter
		"flat":      {[]float64{0, 0, 0, 0}, nil, ""},
		"not told":  {nil, groups, ""}, // in a file of an older version
	} {
		t.Run(name, func(t *testing.T) {
			got := stderrOf(func(app *cli.App) {
				tellUnused(app, []train.Metrics{{Test: train.Terms{KLByDimension: tt.kl}}}, tt.groups)
			})
			if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("%q, want %q in it", got, tt.want)
			}
		})
	}
}

// TestCollapse is told after two epochs in a row, or the last one, that use hardly a dimension.
func TestCollapse(t *testing.T) {
	for name, tt := range map[string]struct {
		active []int // by epoch
		want   string
	}{
		"used":     {[]int{0, 9, 9, 9, 9}, ""},
		"late":     {[]int{0, 0, 0, 9, 9}, "none of the 10 latent dimensions"}, // in the third
		"for once": {[]int{9, 9, 0, 9, 9}, ""},
		"lost":     {[]int{9, 9, 9, 0, 0}, "none of the 10 latent dimensions"},
		"at last":  {[]int{9, 9, 9, 9, 0}, "none of the 10 latent dimensions"},
	} {
		t.Run(name, func(t *testing.T) {
			epochs := len(tt.active)
			got := stderrOf(func(app *cli.App) {
				h := hinter{app: app, epochs: &epochs}
				for i, active := range tt.active {
					h.collapse(train.Metrics{Epoch: i + 1, Step: 100 * (i + 1), ActiveUnits: active, Test: train.Terms{KLByDimension: make([]float64, 10)}})
				}
			})
			if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("%q, want %q in it", got, tt.want)
			}
		})
	}
}

// stderrOf returns what tell notes.
func stderrOf(tell func(*cli.App)) string {
	var stderr bytes.Buffer
	cli.Run("test", nil, new(bytes.Buffer), &stderr, func(app *cli.App) *cobra.Command {
		return &cobra.Command{Run: func(*cobra.Command, []string) { tell(app) }}
	})
	return stderr.String()
}
