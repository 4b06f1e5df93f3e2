package table

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	broken := errors.New("broken")
	for _, problem := range []error{nil, broken} { // the second file does not take the first one's place
		err := Write(path, []string{"name", "value"}, func(yield func([]string, error) bool) {
			_ = yield([]string{"a,b", Number(-1.0 / 3)}, nil) && problem != nil && yield(nil, problem)
		})
		if !errors.Is(err, problem) {
			t.Errorf("error %v, want %v", err, problem)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != "name,value\n\"a,b\",-0.333333\n" {
			t.Errorf("%q, %v", got, err)
		}
	}
}
