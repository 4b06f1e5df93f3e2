// Package printable makes names of files and classes fit for a line on a terminal.
package printable

import (
	"strconv"
	"strings"
	"unicode"
)

// Name returns a name as it stands in a line: quoted if it could break it.
func Name(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}

// Names returns names with commas between them, cut off where they get long.
func Names(names []string) string {
	const most = 200
	var b strings.Builder
	for i, name := range names {
		if b.Len() > most {
			return b.String() + ", …"
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(Name(name))
	}
	return b.String()
}
