package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manCommand is a hidden command that prints the command's page for man(1): what --help says
// of it and of each command below it.
func manCommand(name string) *cobra.Command {
	return &cobra.Command{
		Use:    "man",
		Short:  "Print the page for man(1)",
		Hidden: true,
		Args:   NoArgs(""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return writeMan(cmd.OutOrStdout(), name, cmd.Root())
		},
	}
}

// writeMan writes the page of a command with all that are below it. It names no date, so that
// the same program prints the same page.
func writeMan(w io.Writer, name string, root *cobra.Command) error {
	var b strings.Builder
	page := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	var below []*cobra.Command
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			below = append(below, c)
		}
	}

	page(".TH %s 1 \"\" govae \"User Commands\"", strings.ToUpper(roff(name)))
	page(".SH NAME\n%s \\- %s", roff(name), roff(root.Short))
	page(".SH SYNOPSIS")
	for _, c := range slices.Concat([]*cobra.Command{root}, below) {
		page(".B %s\n.br", roff(c.UseLine()))
	}
	page(".SH DESCRIPTION\n%s", paragraphs(describe(root)))
	page(".SH OPTIONS")
	root.InitDefaultHelpFlag()
	page("%s.PP\nAll commands share these:\n%s.PP", options(root.LocalNonPersistentFlags()), options(root.PersistentFlags()))
	if len(below) > 0 {
		page(".SH COMMANDS")
	}
	for _, c := range below {
		page(".SS %s\n%s\n%s.PP", roff(c.UseLine()), paragraphs(describe(c)), options(c.LocalNonPersistentFlags()))
		if c.Example != "" {
			page(".nf\n%s\n.fi", roff(c.Example))
		}
	}
	page(".SH EXAMPLES\n.nf\n%s\n.fi", roff(root.Example))
	page(".SH EXIT STATUS\n0 for success, %d for a failure, %d for wrong usage, %d when it was interrupted.", exitFailure, exitUsage, exitInterrupted)
	var others []string
	for _, other := range []string{"vae-train", "vae-export", "vae-infer"} {
		if other != name {
			others = append(others, fmt.Sprintf(".BR %s (1)", roff(other)))
		}
	}
	page(".SH SEE ALSO\n%s", strings.Join(others, ",\n"))
	_, err := io.WriteString(w, b.String())
	return err
}

// describe is a command's text, or its one line where it has no longer one.
func describe(c *cobra.Command) string {
	if c.Long != "" {
		return c.Long
	}
	return c.Short + "."
}

// paragraphs fills a text's paragraphs, but leaves those as they are that have indented lines.
func paragraphs(text string) string {
	var filled []string
	for p := range strings.SplitSeq(text, "\n\n") {
		p = roff(p)
		if strings.HasPrefix(p, " ") || strings.Contains(p, "\n ") {
			p = ".nf\n" + p + "\n.fi"
		}
		filled = append(filled, p)
	}
	return strings.Join(filled, "\n.PP\n")
}

// options lists a set's flags, each with what it takes and its default.
func options(set *pflag.FlagSet) string {
	var lines strings.Builder
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		head := `\fB` + roff("--"+f.Name) + `\fR`
		if f.Shorthand != "" {
			head = `\fB` + roff("-"+f.Shorthand) + `\fR, ` + head
		}
		if value != "" {
			head += ` \fI` + roff(value) + `\fR`
		}
		if !slices.Contains([]string{"", "0", "false", "[]", "0s"}, f.DefValue) && f.Name != "threads" { // the machine's number
			usage += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(&lines, ".TP\n%s\n%s\n", head, roff(usage))
	})
	return lines.String()
}

// roff is a text as roff prints it letter by letter.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	rows := strings.Split(text, "\n")
	for i, line := range rows {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			rows[i] = `\&` + line
		}
	}
	return strings.Join(rows, "\n")
}
