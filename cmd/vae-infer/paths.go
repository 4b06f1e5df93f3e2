package main

import (
	"fmt"
	"os"
	"path/filepath"

	"govae/internal/cli"
)

// checkOutputs finds files to write that would take the place of one that is read, or
// of each other, or whose folder is missing. Empty names are files that are not wanted.
func (m *modelFlags) checkOutputs(inputs []string, outputs ...string) error {
	inputs = append([]string{m.decoder, m.encoderPath()}, inputs...)
	for i, output := range outputs {
		if output == "" {
			continue
		}
		for _, input := range inputs {
			if input != "" && sameFile(input, output) {
				return fmt.Errorf("%s: is read, and would be overwritten; give another name to write to", output)
			}
		}
		for _, other := range outputs[:i] {
			if other != "" && sameFile(other, output) {
				return cli.Usagef("%s: two files to write have this name; give each one of its own", output)
			}
		}
		folder := filepath.Dir(output)
		if _, err := os.Stat(folder); os.IsNotExist(err) && filepath.Ext(output) != "" {
			return fmt.Errorf("%s: there is no folder %s; make it first", output, folder)
		}
	}
	return nil
}

// sameFile reports whether two names are those of one file.
func sameFile(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && !x.IsDir() && os.SameFile(x, y)
}
