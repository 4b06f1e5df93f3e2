package cli

import (
	"fmt"
	"strings"

	"govae/internal/printable"
)

// Nearest returns the name that text was probably meant to be, or "" if none comes close: one that
// differs in few letters, or one that contains text or is contained in it, best at the beginning, as
// "batch" is in "batch-size".
func Nearest(text string, names []string) string {
	const part = 3 // letters that are no accident
	nearest, least := "", len(text)/3+2
	for _, name := range names {
		d := distance(text, name)
		if len(name) >= part && strings.Contains(text, name) || len(text) >= part && strings.Contains(name, text) {
			d = min(d, 1)
			if strings.HasPrefix(text, name) || strings.HasPrefix(name, text) {
				d = 0
			}
		}
		if d < least {
			nearest, least = name, d
		}
	}
	return nearest
}

// distance is that of Levenshtein 1966: how many bytes must be inserted, deleted or replaced
// to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // of the bytes of a so far to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// DidYouMean is the end of a line about an unknown name: the nearest of the names after
// a prefix, or nothing.
func DidYouMean(text, prefix string, names []string) string {
	if name := Nearest(text, names); name != "" {
		return fmt.Sprintf(": did you mean %s%s?", prefix, printable.Name(name))
	}
	return ""
}
