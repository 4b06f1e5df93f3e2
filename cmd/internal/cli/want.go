package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Want is a usage error unless the arguments are right, as [Usagef] of the rest:
//
//	err := cmp.Or(
//		cli.Want(scale > 0, "--scale %g: want a positive number", scale),
//		cli.Between("--steps", steps, 2, 1000),
//	)
func Want(right bool, format string, args ...any) error {
	if right {
		return nil
	}
	return Usagef(format, args...)
}

// Ending wants the name of a file to write to have one of these endings, of which "" is none, unless it is
// empty or that of a device or a pipe.
func Ending(flag, path string, endings ...string) error {
	info, err := os.Stat(path)
	ending := strings.ToLower(filepath.Ext(path))
	return Want(path == "" || err == nil && !info.Mode().IsRegular() && !info.IsDir() || slices.Contains(endings, ending),
		"%s %s: want a %s file", flag, path, strings.TrimPrefix(strings.Join(endings, " or "), " or "))
}

// Given returns the first of some flags that was given, as in --flag, or "".
func Given(given *pflag.FlagSet, flags ...string) string {
	for _, flag := range flags {
		if given.Changed(flag) {
			return "--" + flag
		}
	}
	return ""
}

// Belong refuses flags that were given where they would do nothing: unless there is also what they
// belong to.
func Belong(given *pflag.FlagSet, there bool, to string, flags ...string) error {
	flag := Given(given, flags...)
	return Want(there || flag == "", "%s belongs to %s", flag, to)
}

// When returns the mistake err, which may be nil, where the condition is met: a check of
// arguments that matter only then.
func When(condition bool, err error) error {
	if condition {
		return err
	}
	return nil
}

// Between wants the value of a flag in a range.
func Between(flag string, value, least, most int) error {
	return Want(least <= value && value <= most, "%s %d: want a number from %d to %d", flag, value, least, most)
}

// OneOf wants one of two or more words as the value of a flag.
func OneOf[S ~string](flag string, value S, words ...S) error {
	var names []string
	for _, w := range words {
		names = append(names, string(w))
	}
	last := len(names) - 1
	return Want(slices.Contains(words, value), "%s %s: want %s or %s", flag, value, strings.Join(names[:last], ", "), names[last])
}
