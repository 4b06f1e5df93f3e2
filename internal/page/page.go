// Package page is what the pages of this project share: their style and helpers ([Shared]), and
// how they are served to this machine alone ([Serve]).
package page

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"time"
)

//go:embed shared
var shared embed.FS

// Shared returns the files that every page has beside its own: page.css, page.js and icon.svg.
func Shared() fs.FS { return Sub(shared, "shared") }

// Sub returns the files of an embedded folder.
func Sub(files embed.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the name is a constant
	}
	return sub
}

// policy is the content security policy of the pages, which stands in their HTML too, for
// servers that send none: scripts and data from the page's own server alone, none inside the
// HTML, and WebAssembly.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; " +
	"img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'"

// secured answers as h does, for requests to this machine by one of its own names, so that no
// page from elsewhere reads what is served here (DNS rebinding).
func secured(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "only for this machine", http.StatusForbidden)
			return
		}
		header := w.Header()
		header.Set("Content-Security-Policy", policy+"; frame-ancestors 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-cache")
		h.ServeHTTP(w, r)
	})
}

// Serve answers requests to a port of this machine, 0 being any that is free, until ctx is
// done. Nobody else can reach it. ready is called with the page's address.
func Serve(ctx context.Context, port int, h http.Handler, ready func(url string)) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return fmt.Errorf("the page cannot be served: %w", err)
	}
	server := &http.Server{Handler: secured(h), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	ready("http://" + listener.Addr().String() + "/")
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// OpenBrowser asks the system to show an address.
func OpenBrowser(url string) error {
	command := map[string][]string{
		"darwin":  {"open"},
		"windows": {"rundll32", "url.dll,FileProtocolHandler"},
	}[runtime.GOOS]
	if command == nil {
		command = []string{"xdg-open"}
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	cmd := exec.Command(path, append(command[1:], url)...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait() // so that it does not stay behind as a zombie
	return nil
}
