package cli

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"data", "out", "arch", "hidden", "latent", "sigma", "beta", "epochs", "batch", "lr", "val-fraction"}
	for text, want := range map[string]string{
		"latent": "latent", "lattent": "latent", "lat": "latent", "sigam": "sigma", "Epoch": "epochs", "val_fraction": "val-fraction",
		"batch-size": "batch", "latent-dim": "latent", "num-epochs": "epochs", "output": "out", "dataset": "data", "rl": "",
		"learning-rate": "", "xyzzy": "", "": "",
	} {
		if got := Nearest(text, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"same", "same", 0}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	for name, want := range map[string]string{"sigma": ": did you mean --sigma?", "sigma\x1b": `: did you mean --"sigma\x1b"?`, "beta": ""} {
		if got := DidYouMean("sigam", "--", []string{name}); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
