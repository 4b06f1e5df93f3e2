//go:build linux

package onnxruntime

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// An entry is a file to put into an archive.
type entry struct {
	name string
	data []byte
}

func zipArchive(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.Create(e.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tgzArchive makes symbolic links of entries without data.
func tgzArchive(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.data)), Typeflag: tar.TypeReg}
		if e.data == nil {
			h.Typeflag, h.Linkname = tar.TypeSymlink, "/etc/passwd"
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []interface{ Close() error }{w, g} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// bareInstall hides the libraries of this machine and returns the cache's folder.
func bareInstall(t *testing.T) (cache string) {
	t.Helper()
	home := bareMachine(t)
	t.Setenv("TMPDIR", t.TempDir())
	return filepath.Join(home, ".cache", "govae", "onnxruntime")
}

// libraryBytes returns a small library that passes for ONNX Runtime.
func libraryBytes(t *testing.T, version string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "built.so")
	buildLibrary(t, path, entrySymbol, version)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// foreign returns the library as if it were for another processor.
func foreign(library []byte) []byte {
	other := bytes.Clone(library)
	if other[18] = 183; runtime.GOARCH == "arm64" { // EM_AARCH64, in an ELF header
		other[18] = 62
	}
	return other
}

// fakeProgram puts a program first in PATH: a shell script, called with the package
// to hand out as $package. It returns the file to which calls are written.
func fakeProgram(t *testing.T, name string, data []byte, commands string) (calls string) {
	t.Helper()
	dir := t.TempDir()
	calls = filepath.Join(dir, "calls")
	write(t, filepath.Join(dir, "package"), string(data))
	script := "#!/bin/sh\necho \"$@\" >> '" + calls + "'\npackage='" + dir + "/package'\n" + commands + "\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return calls
}

// noRemains checks that no file but the one wanted lies in the cache, and no
// temporary one in TMPDIR.
func noRemains(t *testing.T, cache, want string) {
	t.Helper()
	for _, dir := range []string{cache, os.Getenv("TMPDIR")} {
		filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && path != want {
				t.Errorf("%s is left behind", path)
			}
			return nil
		})
	}
}

// wantError checks that an error is one line with the text.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one line with %q", err, want)
	}
}

func fixed(name, version, path string, err error) way {
	return way{name, version, func(context.Context, string) (string, error) { return path, err }}
}

// TestWays installs by the second of three ways, again, and after damage.
func TestWays(t *testing.T) {
	cache := bareInstall(t)
	built := filepath.Join(t.TempDir(), "any-name")
	write(t, built, string(libraryBytes(t, "1.31.1")))
	target := filepath.Join(cache, "1.31.1", "libonnxruntime.so.1.31.1")
	ways := []way{
		fixed("first", "1.31.1", "", fmt.Errorf("no network")),
		fixed("second", "1.31.1", built, nil),
		fixed("third", "1.30.0", "", fmt.Errorf("must not be tried")),
	}
	var tried []string
	try := func(ways ...way) (Library, error) {
		tried = nil
		return tryWays(t.Context(), ways, func(name string) { tried = append(tried, name) })
	}

	want := Library{target, "1.31.1"}
	if got, err := try(ways...); err != nil || got != want || !slices.Equal(tried, []string{"first", "second"}) {
		t.Errorf("installed %+v (%v) after trying %v; want %+v", got, err, tried, want)
	}
	if found, _, err := Find(""); err != nil || found != want {
		t.Errorf("Find gives %+v, %v", found, err)
	}
	if got, err := try(ways...); err != nil || got != want || len(tried) > 0 {
		t.Errorf("the second time: %+v (%v), tried %v", got, err, tried)
	}
	write(t, target, "damaged")
	if got, err := try(ways...); err != nil || got != want || len(tried) != 2 {
		t.Errorf("after damage: %+v (%v), tried %v", got, err, tried)
	}
	noRemains(t, cache, target)

	os.RemoveAll(cache)
	garbage := filepath.Join(t.TempDir(), "garbage")
	write(t, garbage, "garbage")
	_, err := try(ways[0], fixed("garbage", "1.31.1", garbage, nil))
	wantError(t, err, "first: no network; garbage: not a whole shared library for linux")
	if e, ok := errors.AsType[*InstallError](err); !ok || len(e.Failures) != 2 {
		t.Errorf("error %#v, want an InstallError of two failures", err)
	}
	noRemains(t, cache, "")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tryWays(ctx, ways, nil); err != context.Canceled {
		t.Errorf("cancelled: error %v", err)
	}
}

// TestInstallOptions asks for ways that there are not.
func TestInstallOptions(t *testing.T) {
	bareInstall(t)
	t.Setenv("PATH", t.TempDir())
	for _, tt := range []struct {
		o    InstallOptions
		want string
	}{
		{InstallOptions{Via: "pip"}, "pip: no python3 in PATH"},
		{InstallOptions{Via: "npm"}, "npm: no npm in PATH"},
		{InstallOptions{Via: "pigeon"}, `no way called "pigeon"`},
		{InstallOptions{Via: "npm", From: "x"}, "give either"},
		{InstallOptions{From: "nowhere.so"}, "nowhere.so: no such file"},
		{InstallOptions{From: "."}, ".: not a file"},
	} {
		_, err := Install(t.Context(), tt.o)
		wantError(t, err, tt.want)
	}
}

// TestUnpack finds the library in every form it comes in, past what is no library.
func TestUnpack(t *testing.T) {
	good := libraryBytes(t, "1.31.1")
	other := foreign(good)
	release := []entry{
		{"onnxruntime-linux-x64-1.31.1/include/onnxruntime_c_api.h", []byte("text")},
		{"onnxruntime-linux-x64-1.31.1/lib/libonnxruntime.so", nil}, // a link
		{"onnxruntime-linux-x64-1.31.1/lib/libonnxruntime_providers_shared.so", good},
		{"onnxruntime-linux-x64-1.31.1/lib/libonnxruntime.so.1.31.1", good},
	}
	npm := []entry{{"package/bin/napi-v6/linux/x/libonnxruntime.so.1", other}, {"package/bin/napi-v6/linux/y/libonnxruntime.so.1", good}}
	for name, data := range map[string][]byte{
		"wheel":            zipArchive(t, entry{"onnxruntime/capi/onnxruntime_pybind11_state.so", good}, entry{"onnxruntime/capi/libonnxruntime.so.1.31.1", good}),
		"release .tgz":     tgzArchive(t, release...),
		"npm package":      tgzArchive(t, npm...),
		"zip":              zipArchive(t, npm...),
		"leads elsewhere":  tgzArchive(t, entry{"../../../libonnxruntime.so.1", good}),
		"zip as well":      zipArchive(t, entry{`/etc/../libonnxruntime.so.1`, good}),
		"the library only": good,
	} {
		t.Run(name, func(t *testing.T) {
			cache := bareInstall(t)
			from := filepath.Join(t.TempDir(), "given")
			write(t, from, string(data))
			library, err := Install(t.Context(), InstallOptions{From: from})
			target := filepath.Join(cache, "1.31.1", "libonnxruntime.so.1.31.1")
			if err != nil || library.Path != target {
				t.Fatalf("installed %+v, %v", library, err)
			}
			noRemains(t, cache, target)
		})
	}

	old := libraryBytes(t, "1.20.0")
	unversioned := bytes.ReplaceAll(libraryBytes(t, "abcdefghi"), []byte("abcdefghi"), []byte("/../../.."))
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "neither a library nor an archive: it has 0 bytes"},
		{"text", []byte("<html>"), "not a whole shared library for linux"},
		{"cut tgz", tgzArchive(t, release...)[:150], "not a whole archive"},
		{"cut zip", zipArchive(t, npm...)[:150], "not a whole archive"},
		{"gzip of no tar", gzipped(t, []byte(strings.Repeat("x", 2000))), "not a whole archive"},
		{"other files", zipArchive(t, entry{"README", []byte("text")}), "holds no libonnxruntime.so*"},
		{"links only", tgzArchive(t, entry{"lib/libonnxruntime.so", nil}), "holds no libonnxruntime.so*"},
		{"other processor", tgzArchive(t, npm[0]), `"package/bin/napi-v6/linux/x/libonnxruntime.so.1" in it is built for`},
		{"old", zipArchive(t, entry{"lib/libonnxruntime.so", old}), "ONNX Runtime 1.20.0, but 1.24 or newer is needed"},
		{"large", hugeClaim(t), "more than the 268435456 allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cache := bareInstall(t)
			from := filepath.Join(t.TempDir(), "given")
			write(t, from, string(tt.data))
			_, err := Install(t.Context(), InstallOptions{From: from})
			wantError(t, err, tt.want)
			wantError(t, err, from+": ")
			noRemains(t, cache, "")
		})
	}

	t.Run("no version but in the file's name", func(t *testing.T) {
		cache := bareInstall(t)
		for name, want := range map[string]string{
			"onnxruntime.so":             "unversioned/libonnxruntime.so",
			"onnxruntime-x64-1.31.1.zip": "1.31.1/libonnxruntime.so.1.31.1",
		} {
			from := filepath.Join(t.TempDir(), name)
			write(t, from, string(unversioned))
			if library, err := Install(t.Context(), InstallOptions{From: from}); err != nil || library.Path != filepath.Join(cache, want) {
				t.Errorf("installed %+v, %v", library, err)
			}
		}
	})
}

// hugeClaim is the start of an archive with a library beyond all limits.
func hugeClaim(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tar.NewWriter(&b).WriteHeader(&tar.Header{Name: "lib/libonnxruntime.so", Size: 1 << 40, Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	return gzipped(t, b.Bytes())
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	if _, err := g.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzUnpack feeds archives of any content: only an error may come of them.
func FuzzUnpack(f *testing.F) {
	members := []entry{{"a/libonnxruntime.so.1", []byte("\x7fELF")}, {"b", []byte("text")}}
	f.Add(zipArchive(f, members...))
	f.Add(tgzArchive(f, members...))
	f.Add([]byte("\x7fELF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		archive := filepath.Join(dir, "archive")
		if err := os.WriteFile(archive, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if file, _, err := unpackLibrary(context.Background(), archive, dir); err == nil && filepath.Dir(file) != dir {
			t.Errorf("the library is at %s", file)
		}
	})
}

// TestGitHub runs a server in place of GitHub's.
func TestGitHub(t *testing.T) {
	const asset = "onnxruntime-test.tgz"
	library := libraryBytes(t, InstallVersion)
	archive := tgzArchive(t, entry{"lib/libonnxruntime.so." + InstallVersion, library})
	answer := `{"tag_name": "v1", "assets": [{"name": "other.zip", "digest": null}, {"name": "` + asset + `", "digest": "sha256:%x", "browser_download_url": "%s/file"}]}`
	for _, tt := range []struct {
		name   string
		answer func(w http.ResponseWriter, url string) // of the API
		file   func(w http.ResponseWriter)
		want   string
	}{
		{"good", nil, nil, ""},
		{"other content", nil, func(w http.ResponseWriter) { w.Write(archive[1:]) }, "but the release says"},
		{"cut off", nil, func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(len(archive)))
			w.Write(archive[:100])
		}, "unexpected EOF"},
		{"file missing", nil, func(w http.ResponseWriter) { w.WriteHeader(404) }, "answers 404 Not Found"},
		{"rate limit", func(w http.ResponseWriter, _ string) { w.WriteHeader(403) }, nil, "answers 403 Forbidden"},
		{"no such asset", func(w http.ResponseWriter, _ string) { fmt.Fprint(w, `{"assets": []}`) }, nil, "release " + InstallVersion + " has no " + asset},
		{"no digest", func(w http.ResponseWriter, url string) {
			fmt.Fprint(w, strings.Replace(fmt.Sprintf(answer, sha256.Sum256(archive), url), "sha256:", "md5:", 1))
		}, nil, "no SHA-256"},
		{"no JSON", func(w http.ResponseWriter, _ string) { fmt.Fprint(w, "<html>") }, nil, "the answer cannot be read"},
		{"endless", func(w http.ResponseWriter, _ string) { w.Write(bytes.Repeat([]byte(" "), 9<<20)) }, nil, "more data than allowed"},
		{"slow", nil, nil, "no answer within"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cache := bareInstall(t)
			mux := http.NewServeMux()
			server := httptest.NewServer(mux)
			defer server.Close()
			mux.HandleFunc("GET /repos/microsoft/onnxruntime/releases/tags/v"+InstallVersion, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case tt.name == "slow":
					<-r.Context().Done()
					return
				case tt.answer != nil:
					tt.answer(w, server.URL)
					return
				}
				fmt.Fprintf(w, answer, sha256.Sum256(archive), server.URL)
			})
			mux.HandleFunc("GET /file", func(w http.ResponseWriter, _ *http.Request) {
				if tt.file != nil {
					tt.file(w)
					return
				}
				w.Write(archive)
			})
			g := githubRelease{server.URL, asset, 10 * time.Second}
			if tt.name == "slow" {
				g.patience = 50 * time.Millisecond
			}
			got, err := tryWays(t.Context(), []way{{"github", InstallVersion, g.fetch}}, nil)
			target := filepath.Join(cache, InstallVersion, "libonnxruntime.so."+InstallVersion)
			if tt.want == "" {
				if err != nil || got.Path != target {
					t.Errorf("installed %+v, %v", got, err)
				}
				noRemains(t, cache, target)
				return
			}
			wantError(t, err, tt.want)
			noRemains(t, cache, "")
		})
	}

	t.Run("given address", func(t *testing.T) {
		cache := bareInstall(t)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(archive) }))
		from := server.URL + "/some/ort.tgz"
		got, err := Install(t.Context(), InstallOptions{From: from})
		if err != nil || got.Version != InstallVersion {
			t.Errorf("installed %+v, %v", got, err)
		}
		noRemains(t, cache, got.Path)
		server.Close()
		_, err = Install(t.Context(), InstallOptions{From: from})
		wantError(t, err, "connection refused")
	})
}

// TestPackageManagers has scripts in place of pip and npm.
func TestPackageManagers(t *testing.T) {
	library := libraryBytes(t, "1.31.1")
	whl := zipArchive(t, entry{"onnxruntime/capi/libonnxruntime.so.1.31.1", library})
	tgz := tgzArchive(t, entry{"package/bin/napi-v6/linux/x64/libonnxruntime.so.1", library})
	pip := way{"pip", "1.31.1", wheel{"test_platform", fmt.Sprintf("%x", sha256.Sum256(whl))}.fetch}
	npm := way{"npm", "1.31.1", npmPackage{fmt.Sprintf("%x", sha512.Sum512(tgz))}.fetch}
	for _, tt := range []struct {
		name     string
		way      way
		data     []byte
		commands string
		want     string
	}{
		{"pip", pip, whl, `cp "$package" x.whl`, ""},
		{"pip fails", pip, whl, "echo first; echo 'ERROR: No matching distribution found' >&2; exit 1", "pip: cannot download onnxruntime 1.31.1 (ERROR: No matching distribution found)"},
		{"pip is silent", pip, whl, "exit 3", "(exit status 3)"},
		{"pip leaves nothing", pip, whl, "exit 0", "there are 0 packages"},
		{"pip gives another file", pip, tgz, `cp "$package" x.whl`, "not the official package"},
		{"npm", npm, tgz, `cp "$package" x.tgz`, ""},
		{"npm fails", npm, tgz, `echo '{"error": {"code": "E", "summary": "no such version"}}'; exit 1`, "npm: cannot download onnxruntime-node " + npmVersion + " (no such version)"},
		{"npm is no npm", npm, tgz, `echo hello; exit 1`, "(exit status 1)"},
		{"npm leaves nothing", npm, tgz, "exit 0", "there are 0 packages"},
		{"npm gives another file", npm, whl, `cp "$package" x.tgz`, "not the official package"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cache := bareInstall(t)
			program, asked := "python3", []string{"-m pip download", "--no-deps", "--only-binary=:all:", "--platform test_platform", "onnxruntime==" + InstallVersion}
			if tt.way.name == "npm" {
				program, asked = "npm", []string{"pack --ignore-scripts", "onnxruntime-node@" + npmVersion}
			}
			calls := fakeProgram(t, program, tt.data, tt.commands)
			got, err := tryWays(t.Context(), []way{tt.way}, nil)
			if tt.want == "" {
				if err != nil || got.Version != "1.31.1" {
					t.Errorf("installed %+v, %v", got, err)
				}
				noRemains(t, cache, got.Path)
			} else {
				wantError(t, err, tt.want)
				noRemains(t, cache, "")
			}
			call, _ := os.ReadFile(calls)
			for _, text := range asked {
				if !strings.Contains(string(call), text) {
					t.Errorf("%s is called as %q, without %q", program, call, text)
				}
			}
		})
	}

	t.Run("cancelled", func(t *testing.T) {
		cache := bareInstall(t)
		fakeProgram(t, "npm", nil, "exec sleep 60")
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := tryWays(ctx, []way{npm, pip}, nil); err != context.DeadlineExceeded {
			t.Errorf("error %v", err)
		}
		noRemains(t, cache, "")
	})
}

// TestInstallTables looks for typing errors in what is pinned.
func TestInstallTables(t *testing.T) {
	for target, p := range platforms {
		if len(p.wheelSHA256) != 64 || !strings.Contains(p.asset, InstallVersion) {
			t.Errorf("%s: %+v", target, p)
		}
		if ways := installWays(target); len(ways) != 3 {
			t.Errorf("%s: %d ways", target, len(ways))
		}
	}
	if len(npmSHA512) != 128 {
		t.Errorf("npm's SHA-512 has %d digits", len(npmSHA512))
	}
	for goos := range map[string]bool{"linux": true, "darwin": true, "windows": true} {
		for _, version := range []string{"", "1.31.1"} {
			if ok, _ := filepath.Match(libraryPattern(goos), libraryName(goos, version)); !ok {
				t.Errorf("%s: %s is not found again", goos, libraryName(goos, version))
			}
		}
	}
}
