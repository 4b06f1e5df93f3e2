package cli

import (
	"errors"
	"testing"
)

func TestWant(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string // empty for none
	}{
		{Want(true, "never"), ""},
		{Want(false, "--z %d: no", 3), "--z 3: no"},
		{When(false, Want(false, "never")), ""},
		{When(true, Want(false, "--z: no")), "--z: no"},
		{When(true, nil), ""},
		{Between("--steps", 2, 2, 9), ""},
		{Between("--steps", 9, 2, 9), ""},
		{Between("--steps", 1, 2, 9), "--steps 1: want a number from 2 to 9"},
		{OneOf("--split", "test", "test", "train", "all"), ""},
		{OneOf("--split", "half", "test", "train", "all"), "--split half: want test, train or all"},
		{OneOf("--pace", "", "image", "latent"), "--pace : want image or latent"},
	} {
		var usage *usageError
		if tt.want == "" && tt.err != nil || tt.want != "" && (!errors.As(tt.err, &usage) || tt.err.Error() != tt.want) {
			t.Errorf("error %v, want %q", tt.err, tt.want)
		}
	}
}
