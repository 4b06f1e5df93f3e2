package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Version returns the module version that the Go tool stamped into the binary,
// with the Go version and the platform it was built for.
func Version() string {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	return fmt.Sprintf("%s (%s %s/%s)", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
