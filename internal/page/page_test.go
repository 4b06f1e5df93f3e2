package page

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestServe: pages are served to this machine by its own names, with the policy, until the end.
func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	urls, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- Serve(ctx, 0, http.FileServerFS(Shared()), func(url string) { urls <- url })
	}()
	url := <-urls
	response, err := http.Get(url + "page.css")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || response.StatusCode != 200 || !strings.Contains(string(body), "--accent") {
		t.Errorf("%d, %v", response.StatusCode, err)
	}
	if p := response.Header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none';") || strings.Contains(p, "unsafe-inline") {
		t.Errorf("policy %q", p)
	}
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Errorf("the address is %s", url)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestOtherNamesAreRefused(t *testing.T) {
	h := secured(http.FileServerFS(Shared()))
	for host, want := range map[string]int{
		"127.0.0.1:80": 200, "localhost:8080": 200, "[::1]:80": 200, "localhost": 200,
		"example.org": 403, "10.0.0.1:80": 403, "127.0.0.1.example.org:80": 403, "": 403,
	} {
		r, w := httptest.NewRequest("GET", "/page.js", nil), httptest.NewRecorder()
		r.Host = host
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %q: %d, want %d", host, w.Code, want)
		}
	}
}
