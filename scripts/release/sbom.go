package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// bom is a bill of materials in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/).
type bom struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Serial       string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version,omitempty"`
	PURL       string     `json:"purl,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// billOfMaterials lists what is in the commands of a target, as the linker has written it into
// them: their modules, Go's own library, and the settings of the build. The serial number is a
// function of the files.
func billOfMaterials(version, target string, when time.Time, binaries []file) (bill []byte, modules []*debug.Module, err error) {
	root := component{Type: "application", Ref: "govae", Name: "govae", Version: version, Properties: []property{{"govae:target", target}}}
	b := bom{Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: metadata{when.Format(time.RFC3339), root}}
	all := map[string]*debug.Module{}
	identity := sha256.New()
	fmt.Fprintln(identity, version, target)
	top := dependency{Ref: root.Ref}
	for _, f := range binaries {
		info, err := buildinfo.Read(bytes.NewReader(f.data))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.name, err)
		}
		sum := sha256.Sum256(f.data)
		identity.Write(sum[:])
		c := component{Type: "application", Ref: f.name, Name: f.name, Version: version, Hashes: []hash{{"SHA-256", fmt.Sprintf("%x", sum)}}}
		for _, s := range info.Settings {
			c.Properties = append(c.Properties, property{"go:build:" + s.Key, s.Value})
		}
		b.Components = append(b.Components, c)
		top.DependsOn = append(top.DependsOn, c.Ref)
		on := dependency{Ref: c.Ref}
		for _, m := range append(info.Deps, &debug.Module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}) {
			if m.Replace != nil {
				m = m.Replace
			}
			all[purl(m)] = m
			on.DependsOn = append(on.DependsOn, purl(m))
		}
		slices.Sort(on.DependsOn)
		b.Dependencies = append(b.Dependencies, on)
	}
	b.Dependencies = append([]dependency{top}, b.Dependencies...)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		m := all[key]
		c := component{Type: "library", Ref: key, Name: m.Path, Version: m.Version, PURL: key}
		if m.Sum != "" {
			c.Properties = []property{{"go:sum", m.Sum}}
		}
		b.Components = append(b.Components, c)
		b.Dependencies = append(b.Dependencies, dependency{Ref: key})
		modules = append(modules, m)
	}
	id := identity.Sum(nil)
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // a UUID of version 8 (RFC 9562)
	b.Serial = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:16])
	bill, err = json.MarshalIndent(b, "", "  ")
	return append(bill, '\n'), modules, err
}

// purl is a module's package URL (https://github.com/package-url/purl-spec).
func purl(m *debug.Module) string { return "pkg:golang/" + strings.ToLower(m.Path) + "@" + m.Version }

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)`)

// licences joins the licences of modules, which have to go wherever their code goes.
func licences(ctx context.Context, modules []*debug.Module) ([]byte, error) {
	var b bytes.Buffer
	for _, m := range modules {
		what := []string{"list", "-m", "-f", "{{.Dir}}", m.Path}
		if m.Path == "std" {
			what = []string{"env", "GOROOT"}
		}
		dir, err := output(ctx, nil, "go", what...)
		if err != nil {
			return nil, err
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		found := false
		for _, e := range entries {
			if !licenceFile.MatchString(e.Name()) || e.IsDir() {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			found = true
			fmt.Fprintf(&b, "==== %s %s: %s\n\n%s\n\n", m.Path, m.Version, e.Name(), bytes.TrimSpace(text))
		}
		if !found {
			fmt.Fprintf(&b, "==== %s %s: no licence file\n\n", m.Path, m.Version)
		}
	}
	return b.Bytes(), nil
}
