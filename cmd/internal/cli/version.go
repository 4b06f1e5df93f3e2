package cli

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
)

// errVersion ends a command that was asked for its version. Cobra would print it by a
// template, and a template calls methods by name: the linker then has to keep every exported
// method of every type, a third of the code.
var errVersion = errors.New("version")

// version is what a release stamps into the binary by -ldflags -X.
var version string

// Version returns the version of a release, or else the module version that the Go tool
// stamped into the binary, with the Go version and the platform it was built for.
func Version() string {
	v := version
	if v == "" {
		v = "(devel)"
		if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
			v = info.Main.Version
		}
	}
	return fmt.Sprintf("%s (%s %s/%s)", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
