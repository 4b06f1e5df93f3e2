package cli

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"govae/internal/parallel"
)

// bug returns the error of a panic, whose stack goes to standard error under --debug
// and else to a file that the error names.
func (a *App) bug(name string, args []string, value any) error {
	var origin []byte
	if p, ok := value.(*parallel.Panic); ok { // carried here from another goroutine
		value, origin = p.Value, append(p.Stack, '\n')
	}
	report := fmt.Sprintf("%s %s\narguments %q\npanic: %v\n\n%s%s", name, Version(), args, value, origin, debug.Stack())
	err := fmt.Errorf("internal error: %v; this is a bug, please report it", value)
	if a.Debug {
		a.err.line.free()
		fmt.Fprint(a.err, report)
		return err
	}
	path, problem := writeReport(name, report)
	if problem != nil {
		return fmt.Errorf("%w; --debug shows its stack", err)
	}
	return fmt.Errorf("%w; the stack is in %s", err, path)
}

// writeReport writes a report to a new file among the temporary ones.
func writeReport(name, report string) (path string, err error) {
	f, err := os.CreateTemp("", name+"-bug-*.txt")
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, err = strings.NewReader(report).WriteTo(f)
	return f.Name(), err
}
