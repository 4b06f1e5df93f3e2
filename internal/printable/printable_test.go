package printable

import (
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	if got, want := Names([]string{"roses", "Löwen zahn", "a\nb", "\x1b[31m"}), `roses, Löwen zahn, "a\nb", "\x1b[31m"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := Names(slices.Repeat([]string{"class"}, 1000)); len(got) > 220 || !strings.HasSuffix(got, ", …") {
		t.Errorf("a thousand names are %d bytes that end in %q", len(got), got[len(got)-8:])
	}
}
