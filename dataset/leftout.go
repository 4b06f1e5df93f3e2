package dataset

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"govae/internal/printable"
)

// leftOut counts what is left out by reason and, within a reason, by kind: the ending of a
// name, or a folder.
type leftOut struct {
	reasons []reason // in the order in which they came up
	kinds   map[reason]map[string]int
}

// reason is why things are left out, for one and for many.
type reason struct{ one, many string }

var (
	notImages    = reason{"not an image", "not images"}
	notRead      = reason{"picture in a format that is not read", "pictures in formats that are not read"}
	badFiles     = reason{"image that cannot be read", "images that cannot be read"}
	furtherPages = reason{"file's further pages or frames", "files' further pages or frames"}
	besideClass  = reason{"image beside the class folders", "images beside the class folders"}
	noLabel      = reason{"image without a label", "images without a label"}
	besideTrain  = reason{"image beside the splits", "images beside the splits"}
	modelFolders = reason{"model directory", "model directories"}
	irregular    = reason{"pipe, device or socket", "pipes, devices or sockets"}
	circles      = reason{"link to a folder around it", "links to folders around them"}
	linked       = reason{"link to an image that is there already", "links to images that are there already"}
	tooDeep      = reason{"folder too deep inside others", "folders too deep inside others"}
)

func (l *leftOut) add(why reason, kind string, n int) {
	if n == 0 {
		return
	}
	if l.kinds == nil {
		l.kinds = map[reason]map[string]int{}
	}
	if l.kinds[why] == nil {
		l.kinds[why] = map[string]int{}
		l.reasons = append(l.reasons, why)
	}
	l.kinds[why][kind] += n
}

// lines returns a text for each reason, such as "3 not images (.txt 2, .json 1)".
func (l *leftOut) lines() (lines []string) {
	for _, why := range l.reasons {
		kinds, total := l.kinds[why], 0
		for _, n := range kinds {
			total += n
		}
		line := printable.Count(total, why.one, why.many)
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
		parts = append(parts, fmt.Sprintf("%s %d", cmp.Or(printable.Name(name), "others"), n[name]))
	}
	return strings.Join(parts, ", ")
}
