package onnxruntime

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"govae/internal/web"
)

const (
	githubAPI = "https://api.github.com"
	// githubPatience is short, as there are other ways to the library.
	githubPatience = 10 * time.Second
	// downloadTime is the longest time that a download may take.
	downloadTime = 15 * time.Minute
)

// githubRelease is an archive among ONNX Runtime's releases on GitHub.
type githubRelease struct {
	api      string        // the address of GitHub's API
	asset    string        // the archive's name
	patience time.Duration // how long to wait for the API's answer
}

// fetch downloads the archive and compares it with the SHA-256 that the release
// publishes; see "Get a release by tag name" in GitHub's REST API documentation.
func (g githubRelease) fetch(ctx context.Context, dir string) (string, error) {
	location, sum, err := g.find(ctx)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "archive")
	got, err := download(ctx, location, file)
	if err != nil {
		return "", err
	}
	if got != sum {
		return "", fmt.Errorf("%s has SHA-256 %s, but the release says %s: damaged or not the official file", g.asset, got, sum)
	}
	return file, nil
}

// find asks the API for the archive's address and SHA-256.
func (g githubRelease) find(ctx context.Context) (location, sum string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, g.patience, fmt.Errorf("no answer within %v", g.patience))
	defer cancel()
	body, err := web.Get(ctx, g.api+"/repos/microsoft/onnxruntime/releases/tags/v"+InstallVersion)
	if err != nil {
		return "", "", err
	}
	defer body.Close()
	var release struct {
		Assets []struct {
			Name     string
			Digest   string // as in "sha256:0123…"
			Location string `json:"browser_download_url"`
		}
	}
	const maxAnswer = 8 << 20 // bytes
	if err := json.NewDecoder(&limited{body, maxAnswer}).Decode(&release); err != nil {
		return "", "", fmt.Errorf("the answer cannot be read (%w)", web.Failure(ctx, err))
	}
	for _, a := range release.Assets {
		if a.Name != g.asset {
			continue
		}
		sum, ok := strings.CutPrefix(strings.ToLower(a.Digest), "sha256:")
		if !ok || len(sum) != 2*sha256.Size {
			return "", "", fmt.Errorf("the release has no SHA-256 of %s", g.asset)
		}
		return a.Location, sum, nil
	}
	return "", "", fmt.Errorf("release %s has no %s", InstallVersion, g.asset)
}

// download writes what an address holds to a file and returns its SHA-256 in hex.
func download(ctx context.Context, address, file string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, downloadTime, fmt.Errorf("the download takes more than %v", downloadTime))
	defer cancel()
	body, err := web.Get(ctx, address)
	if err != nil {
		return "", err
	}
	defer body.Close()
	h := sha256.New()
	if _, err := saveFile(file, io.TeeReader(&limited{body, maxArchive}, h)); err != nil {
		return "", web.Failure(ctx, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// fromGiven is the way to a file or an address that the user gives.
func fromGiven(from string) way {
	return way{name: from, fetch: func(ctx context.Context, dir string) (string, error) {
		if !strings.HasPrefix(from, "http://") && !strings.HasPrefix(from, "https://") {
			return from, nil
		}
		file := filepath.Join(dir, "archive")
		_, err := download(ctx, from, file)
		return file, err
	}}
}
