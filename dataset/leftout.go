package dataset

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// leftOut counts what is left out by reason and, within a reason, by kind: the ending of a
// name, or a folder.
type leftOut struct {
	reasons []string // in the order in which they came up
	kinds   map[string]map[string]int
}

func (l *leftOut) add(reason, kind string, n int) {
	if n == 0 {
		return
	}
	if l.kinds == nil {
		l.kinds = map[string]map[string]int{}
	}
	if l.kinds[reason] == nil {
		l.kinds[reason] = map[string]int{}
		l.reasons = append(l.reasons, reason)
	}
	l.kinds[reason][kind] += n
}

// lines returns a text for each reason, such as "3 not images (.txt 2, .json 1)".
func (l *leftOut) lines() (lines []string) {
	for _, reason := range l.reasons {
		kinds, total := l.kinds[reason], 0
		for _, n := range kinds {
			total += n
		}
		line := fmt.Sprintf("%d %s", total, reason)
		if len(kinds) > 1 || kinds[""] == 0 {
			line += " (" + counted(kinds, 4) + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

// counted lists names with their numbers, the largest first, and no more than most.
func counted(n map[string]int, most int) string {
	names := slices.SortedFunc(maps.Keys(n), func(a, b string) int { return cmp.Or(n[b]-n[a], strings.Compare(a, b)) })
	var parts []string
	for i, name := range names {
		if i == most {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, fmt.Sprintf("%s %d", cmp.Or(shown(name), "others"), n[name]))
	}
	return strings.Join(parts, ", ")
}

// shown returns a name as it stands in a line: quoted if it could break it.
func shown(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}
