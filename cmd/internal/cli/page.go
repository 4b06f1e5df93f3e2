package cli

import (
	"context"
	"net/http"

	"govae/internal/page"
)

// ShowPage serves a page to this machine and opens it in the browser, until ctx is done, as by
// Ctrl-C, which is its regular end.
func (a *App) ShowPage(ctx context.Context, port int, h http.Handler) error {
	return page.Serve(ctx, port, h, func(url string) {
		a.Printf("%s shows it, to this machine alone, until Ctrl-C", url)
		if err := page.OpenBrowser(url); err != nil {
			a.Notef("no browser can be opened (%v): open the address in one", err)
		}
	})
}
