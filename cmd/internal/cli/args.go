package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// NoArgs takes no arguments but flags, for [cobra.Command.Args]. flag, such as "--data", is the flag
// that an argument was probably meant for, or "". For a command with subcommands, the argument may be
// a mistyped one of those.
func NoArgs(flag string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		var names []string
		for _, c := range cmd.Commands() {
			if !c.Hidden {
				names = append(names, c.Name())
			}
		}
		switch {
		case len(args) == 0:
			return nil
		case Nearest(args[0], names) != "" || names != nil && flag == "":
			return fmt.Errorf("unknown command %q%s", args[0], DidYouMean(args[0], "", names))
		case flag != "":
			return fmt.Errorf("unknown argument %q: did you mean %s %[1]s?", args[0], flag)
		}
		return fmt.Errorf("unknown argument %q: only flags are taken", args[0])
	}
}

// OneArg takes one argument beside flags, for [cobra.Command.Args].
func OneArg(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return fmt.Errorf("%d arguments: want one, as in '%s'", len(args), strings.TrimSuffix(cmd.UseLine(), " [flags]"))
}

// UpToOneArg takes one argument beside flags, or none, for [cobra.Command.Args].
func UpToOneArg(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return OneArg(cmd, args)
}
