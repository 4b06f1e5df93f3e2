// Package show shows a page in the user's browser. It is apart from package cli so that
// commands without pages hold no web server.
package show

import (
	"context"
	"net/http"

	"govae/cmd/internal/cli"
	"govae/internal/page"
)

// Page serves a page to this machine and opens it in the browser, until ctx is done, which is
// its regular end.
func Page(ctx context.Context, a *cli.App, port int, h http.Handler) error {
	return page.Serve(ctx, port, h, func(url string) {
		a.Printf("%s shows it, to this machine alone", url)
		if err := page.OpenBrowser(url); err != nil {
			a.Notef("no browser can be opened (%v): open the address in one", err)
		}
	})
}
