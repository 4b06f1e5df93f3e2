package main

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govae/train"
)

// TestUsed puts what a run has chosen in the place of what left it to choose, and keeps
// what was given.
func TestUsed(t *testing.T) {
	number := func(text string) json.Number { return json.Number(text) }
	for name, tt := range map[string]struct {
		note map[string]string
		used map[string]any
		want map[string]string
	}{
		"given": {
			map[string]string{"arch": "mlp", "latent": "3", "hidden": "8,4", "data": "photos", "sigma": "0.1", "size": "32", "limit": "0", "beta": "0"},
			map[string]any{"arch": "mlp", "latent": number("3"), "hidden": []any{number("8"), number("4")}, "data": "a fingerprint",
				"image": map[string]any{"height": number("32"), "width": number("32")}, "beta": number("0")},
			map[string]string{"arch": "mlp", "latent": "3", "hidden": "8,4", "data": "photos", "sigma": "0.1", "size": "32", "limit": "0", "beta": "0"},
		},
		"chosen": {
			map[string]string{"arch": "auto", "augment": "auto", "latent": "0", "lr": "0", "size": ""},
			map[string]any{"arch": "residual", "latent": number("64"), "lr": number("0.002"), "image": map[string]any{"height": number("48"), "width": number("64")}},
			map[string]string{"arch": "residual", "augment": "none", "latent": "64", "lr": "0.002", "size": "48x64"},
		},
		"chosen rate":       {map[string]string{"schedule": "auto"}, map[string]any{"lr": map[string]any{"kind": "inverse-sqrt"}}, map[string]string{"schedule": "inverse-sqrt"}},
		"a rate that stays": {map[string]string{"schedule": "auto"}, map[string]any{"lr": json.Number("0.001")}, map[string]string{"schedule": "constant"}},
		"chosen changes":    {map[string]string{"augment": "auto"}, map[string]any{"augment": "shift"}, map[string]string{"augment": "shift"}},
		"sigma goes with the likelihood": {
			map[string]string{"likelihood": "auto", "sigma": "0.1"},
			map[string]any{"likelihood": "gaussian", "optimal_sigma": true},
			map[string]string{"likelihood": "gaussian", "sigma": "optimal"},
		},
		"a learned sigma": {
			map[string]string{"likelihood": "gaussian", "sigma": "learned"},
			map[string]any{"likelihood": "gaussian", "learn_sigma": true, "sigma": number("0.1")},
			map[string]string{"likelihood": "gaussian", "sigma": "learned"},
		},
		"timed": {
			map[string]string{"time": "10m0s", "epochs": "30"},
			map[string]any{"time": "10m0s", "epochs": number("17")},
			map[string]string{"epochs": "17"},
		},
		"timed, but not yet": {
			map[string]string{"time": "10m0s", "epochs": "30"},
			map[string]any{"time": "10m0s", "epochs": number("0")},
			map[string]string{"time": "10m0s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := used(&train.Started{Note: tt.note, Used: tt.used})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got, err := used(&train.Started{Used: map[string]any{"optimal_sigma": true}}); err == nil {
		t.Errorf("a run that a program has started has the settings %v", got)
	}
}

func FuzzParseSettings(f *testing.F) {
	for _, seed := range []string{`{}`, `{"latent": 3}`, `{"hidden": [1, 2], "data": "x"}`, `{"a":{}}`, `[`, `{"a"`, `{"a":1,}`, "{\n\"a\": 1\n}x", ``} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := parseSettings(data)
		if valid := json.Valid(data); err == nil && !valid {
			t.Errorf("%d settings are read of what is no JSON", len(all))
		}
		for _, s := range all {
			if !json.Valid(s.json) {
				t.Errorf("%s has the value %q", s.name, s.json)
			}
		}
	})
}
