// Package cli is what the three commands share: the flags --quiet, --threads, --debug
// and --version, exit codes, errors of one line, Ctrl-C and progress.
//
// Exit codes are 0 for success, 1 for a failure, 2 for wrong usage and 130 when
// the user (SIGINT) or the system (SIGTERM) asked the command to stop.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"govae/internal/atomicfile"
)

const (
	exitFailure     = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// maxThreads is more than any machine makes use of and far less than Go dies of.
const maxThreads = 1024

// App is one run of a command.
type App struct {
	Quiet   bool // --quiet: print nothing but results and errors
	Threads int  // --threads: how many cores the command may use
	Debug   bool // --debug: print the stack of a bug
	// Configure, if not nil, completes the flags that were given, those of this package too,
	// before any is looked at.
	Configure func(cmd *cobra.Command) error

	out, err *terminal
	noted    sync.Map // what Notef has printed
}

// Main runs the command that build makes with the process's arguments and
// exits. Subcommands must not set PersistentPreRunE, in which the shared flags
// are checked.
func Main(name string, build func(*App) *cobra.Command) {
	os.Exit(Run(name, os.Args[1:], os.Stdout, os.Stderr, build))
}

// Run is [Main] with everything passed in; it returns the exit code.
func Run(name string, args []string, stdout, stderr io.Writer, build func(*App) *cobra.Command) (code int) {
	screen := &line{}
	a := &App{out: screen.terminal(stdout), err: screen.terminal(stderr)}
	defer func() {
		if p := recover(); p != nil {
			a.fail(name, a.bug(name, args, p))
			code = exitFailure
		}
	}()

	// After the first signal the usual handling is back, so that a second one kills at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	started := false // whether the arguments were right
	root := build(a)
	root.Use = strings.Replace(root.Use, root.Name(), name, 1)
	root.SilenceErrors, root.SilenceUsage, root.DisableSuggestions = true, true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(manCommand(name))
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	flags := root.PersistentFlags()
	flags.BoolVar(&a.Quiet, "quiet", false, "print nothing but results and errors")
	flags.IntVar(&a.Threads, "threads", min(runtime.GOMAXPROCS(0), maxThreads), "number of processor cores to use")
	flags.BoolVar(&a.Debug, "debug", false, "print where an internal error happened, instead of writing it to a file")
	root.SetFlagErrorFunc(flagError)
	version := root.Flags().BoolP("version", "v", false, "print the version of "+name)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if *version {
			return errVersion
		}
		if a.Configure != nil {
			if err := a.Configure(cmd); err != nil {
				started = true
				return err
			}
		}
		if a.Threads < 1 || a.Threads > maxThreads {
			return Usagef("--threads %d: want a number from 1 to %d", a.Threads, maxThreads)
		}
		runtime.GOMAXPROCS(a.Threads)
		started = true
		return nil
	}

	cmd, err := root.ExecuteContextC(ctx)
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case err == errVersion:
		fmt.Fprintln(a.out, name, Version())
		return 0
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		const word = "interrupted"
		text := strings.NewReplacer(ctx.Err().Error(), word, context.Cause(ctx).Error(), word).Replace(err.Error())
		a.fail(name, errors.New(text))
		return exitInterrupted
	case !started || errors.As(err, &usage):
		a.fail(name, fmt.Errorf("%w; see '%s --help'", err, cmd.CommandPath()))
		return exitUsage
	}
	a.fail(name, err)
	return exitFailure
}

// usageError is a mistake in the arguments, not in what they name.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// Usagef returns an error about the arguments, which makes the command exit with code 2.
func Usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// fail prints an error as one line.
func (a *App) fail(name string, err error) {
	a.err.line.free()
	fmt.Fprintf(a.err, "%s: %s\n", name, strings.Join(strings.Fields(err.Error()), " "))
}

// Printf prints a message for people to standard output, unless --quiet is
// given. A newline is added. Results that were asked for go to
// [cobra.Command.OutOrStdout] instead.
func (a *App) Printf(format string, args ...any) {
	if !a.Quiet {
		fmt.Fprintf(a.out, format+"\n", args...)
	}
}

// Wrotef prints a message about a file that was written as Printf does, or as Notef if the file is
// the standard output.
func (a *App) Wrotef(path, format string, args ...any) {
	if atomicfile.IsStdout(path) {
		a.Notef(format, args...)
		return
	}
	a.Printf(format, args...)
}

// Notef prints a note that is no result, such as a changed setting, to standard
// error, unless --quiet is given. A newline is added. What was noted before, such as of images
// that are read twice, is not said again.
func (a *App) Notef(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if _, again := a.noted.LoadOrStore(text, true); !again && !a.Quiet {
		fmt.Fprintln(a.err, text)
	}
}
