package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// TestArchives packs files twice and unpacks them.
func TestArchives(t *testing.T) {
	files := []file{{"vae-infer", []byte("program"), 0o755}, {"man/man1/vae-infer.1", []byte(".TH"), 0o644}}
	want := "[x/vae-infer -rwxr-xr-x program 2026-03-01T12:00:00Z x/man/man1/vae-infer.1 -rw-r--r-- .TH 2026-03-01T12:00:00Z]"
	for name, packed := range map[string]func(string, time.Time, []file) ([]byte, error){"tarball": tarball, "zipped": zipped} {
		t.Run(name, func(t *testing.T) {
			data, err := packed("x", noon, files)
			if err != nil {
				t.Fatal(err)
			}
			if again, _ := packed("x", noon, files); !bytes.Equal(data, again) {
				t.Error("packed twice, there are other bytes")
			}
			read := readTar
			if name == "zipped" {
				read = readZip
			}
			if got := fmt.Sprint(read(t, data)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

func readTar(t *testing.T, data []byte) (all []string) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(z)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, h.Name, h.FileInfo().Mode().String(), string(text), h.ModTime.UTC().Format(time.RFC3339))
	}
}

func readZip(t *testing.T, data []byte) (all []string) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f.Name, f.Mode().String(), string(text), f.Modified.UTC().Format(time.RFC3339))
	}
	return all
}

// TestBill reads the bill of this test's own program: every reference leads somewhere, and the
// same files give the same bill.
func TestBill(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	bill, modules, err := billOfMaterials("v1.2.3", "linux/amd64", noon, []file{{"vae-infer", data, 0o755}})
	if err != nil {
		t.Fatal(err)
	}
	if again, _, _ := billOfMaterials("v1.2.3", "linux/amd64", noon, []file{{"vae-infer", data, 0o755}}); !bytes.Equal(bill, again) {
		t.Error("listed twice, there is another bill")
	}
	var b bom
	if err := json.Unmarshal(bill, &b); err != nil {
		t.Fatal(err)
	}
	refs := []string{b.Metadata.Component.Ref}
	for _, c := range b.Components {
		if slices.Contains(refs, c.Ref) {
			t.Errorf("%s is there twice", c.Ref)
		}
		refs = append(refs, c.Ref)
	}
	for _, d := range b.Dependencies {
		for _, ref := range append(d.DependsOn, d.Ref) {
			if !slices.Contains(refs, ref) {
				t.Errorf("%s leads nowhere", ref)
			}
		}
	}
	if b.Format != "CycloneDX" || !slices.ContainsFunc(refs, func(r string) bool { return strings.HasPrefix(r, "pkg:golang/std@") }) || len(modules) == 0 {
		t.Errorf("the bill is\n%s", bill)
	}
	if _, _, err := billOfMaterials("v1", "linux/amd64", noon, []file{{"vae-infer", []byte("no program"), 0o755}}); err == nil || !strings.Contains(err.Error(), "vae-infer: ") {
		t.Errorf("of what is no program: %v", err)
	}
	licences, err := licences(t.Context(), modules)
	if err != nil || !bytes.Contains(licences, []byte("==== std ")) || !bytes.Contains(licences, []byte("Copyright")) {
		t.Errorf("licences %.200q, error %v", licences, err)
	}
}

// TestRefused names what cannot be released, and writes nothing.
func TestRefused(t *testing.T) {
	out := t.TempDir() + "/dist"
	for _, tt := range []struct{ version, target, want string }{
		{"v1", "plan9/amd64", `target "plan9/amd64": want some of linux/amd64,`},
		{"v1/2", "linux/amd64", `version "v1/2": it names files, and may hold neither a slash nor a space`},
	} {
		t.Setenv("SOURCE_DATE_EPOCH", "0")
		if err := release(t.Context(), tt.version, out, []string{tt.target}); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.target, err, tt.want)
		}
	}
	t.Setenv("SOURCE_DATE_EPOCH", "today")
	if err := release(t.Context(), "v1", out, nil); err == nil || err.Error() != "SOURCE_DATE_EPOCH=today: want seconds since 1970" {
		t.Error(err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a folder was made")
	}
}
