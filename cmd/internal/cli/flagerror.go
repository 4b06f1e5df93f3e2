package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError says what is wrong with the flags of a command line.
func flagError(cmd *cobra.Command, err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		dash, name := "--", e.GetSpecifiedName()
		if letters := e.GetSpecifiedShortnames(); letters != "" { // -name for --name, too
			dash, name = "-", letters
		}
		return fmt.Errorf("unknown flag %s%s%s", dash, name, DidYouMean(name, "--", FlagNames(cmd.Flags())))
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		value := e.GetValue()
		if value == "" {
			value = `""`
		}
		return fmt.Errorf("--%s %s: %w", e.GetFlag().Name, value, Unfit(e.GetFlag(), e.Unwrap()))
	}
	return err
}

// FlagNames are the names of all flags.
func FlagNames(p *pflag.FlagSet) (names []string) {
	p.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// wants say what flags take, by their types.
var wants = map[string]string{
	"bool":         "true or false",
	"int":          "a whole number",
	"int64":        "a whole number",
	"uint64":       "a whole number that is not negative",
	"float64":      "a number",
	"duration":     "a time with its unit, such as 90s, 10m or 1h30m",
	"intSlice":     "whole numbers with commas between them",
	"float64Slice": "numbers with commas between them",
}

// Unfit says what the flag takes, and by err why a value does not fit.
func Unfit(f *pflag.Flag, err error) error {
	if want := wants[f.Value.Type()]; want != "" {
		return fmt.Errorf("want %s", want)
	}
	return cmp.Or(err, errors.New("want a text"))
}

// FlagText is the value of a flag in the form that it takes.
func FlagText(f *pflag.Flag) string { return taken(f, f.Value.String()) }

// FlagDefault is the default of a flag in the form that it takes.
func FlagDefault(f *pflag.Flag) string { return taken(f, f.DefValue) }

// taken is a value of a flag, as it prints it, in the form that it takes: lists without brackets.
func taken(f *pflag.Flag, text string) string {
	if _, list := f.Value.(pflag.SliceValue); list {
		return strings.Trim(text, "[]")
	}
	return text
}
