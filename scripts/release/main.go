// Command release builds what people download: for each system an archive of the three
// commands with their pages for man(1), completions for shells, the licences of all that is
// linked in and a bill of materials; and SHA256SUMS of all archives.
//
//	go run ./scripts/release --version v1.2.3 --out dist
//
// The same sources, Go version and C compiler give the same bytes: files carry the time of the
// last commit, or SOURCE_DATE_EPOCH where that is set.
//
// vae-infer loads ONNX Runtime through cgo, which needs a C compiler of the target. For the
// machine's own system that is Go's choice; for another one CC_linux_arm64, say, names it (such
// as aarch64-linux-gnu-gcc or "zig cc -target aarch64-linux-gnu"). A target without one is built
// without cgo and has the pure-Go engine alone; its archive's README says so.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

var commands = []string{"vae-train", "vae-export", "vae-infer"}

const allTargets = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64"

func main() {
	version := flag.String("version", "", "version to stamp (default: what git describe says)")
	out := flag.String("out", "dist", "folder to write, which is made")
	targets := flag.String("targets", allTargets, "systems to build for, with commas between them")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := release(ctx, *version, *out, strings.Split(*targets, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release builds into out, one archive after the other; SHA256SUMS comes last.
func release(ctx context.Context, version, out string, targets []string) (err error) {
	for _, t := range targets {
		if !slices.Contains(strings.Split(allTargets, ","), t) {
			return fmt.Errorf("target %q: want some of %s", t, allTargets)
		}
	}
	when, err := commitTime(ctx)
	if err != nil {
		return err
	}
	if version == "" {
		if version, err = output(ctx, nil, "git", "describe", "--tags", "--always", "--dirty"); err != nil {
			return err
		}
	}
	if strings.ContainsAny(version, `/\ `) {
		return fmt.Errorf("version %q: it names files, and may hold neither a slash nor a space", version)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(out, "build-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	own := filepath.Join(work, "own") // runs here, whatever the targets are
	if err := build(ctx, version, own, runtime.GOOS+"/"+runtime.GOARCH, true); err != nil {
		return err
	}
	shared, err := documents(ctx, own)
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, t := range targets {
		name := "govae-" + version + "-" + strings.ReplaceAll(t, "/", "-")
		files, bill, err := contents(ctx, version, filepath.Join(work, name), t, when)
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		packed, ending := tarball, ".tar.gz"
		if strings.HasPrefix(t, "windows/") {
			packed, ending = zipped, ".zip"
		}
		data, err := packed(name, when, append(files, shared...))
		if err != nil {
			return err
		}
		for _, f := range []file{{name + ending, data, 0o644}, {name + ".cdx.json", bill, 0o644}} {
			if err := os.WriteFile(filepath.Join(out, f.name), f.data, 0o644); err != nil {
				return err
			}
			fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(f.data), f.name)
			fmt.Printf("%s: %.1f MB\n", filepath.Join(out, f.name), float64(len(f.data))/1e6)
		}
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

// contents builds the commands for a target and returns what its archive has that others do
// not, and the bill of materials.
func contents(ctx context.Context, version, dir, target string, when time.Time) (files []file, bill []byte, err error) {
	cgo := compiler(target) != "" || target == runtime.GOOS+"/"+runtime.GOARCH
	if err := build(ctx, version, dir, target, cgo); err != nil {
		return nil, nil, err
	}
	readme := "The documentation is at README.md of the sources.\n"
	if !cgo {
		readme = "vae-infer of this archive was built without a C compiler: it runs models by its\npure-Go engine and cannot load ONNX Runtime.\n" + readme
		fmt.Printf("%s: without ONNX Runtime, as CC_%s names no C compiler\n", target, strings.ReplaceAll(target, "/", "_"))
	}
	licence, err := os.ReadFile("LICENSE")
	if err != nil {
		return nil, nil, err
	}
	files = append(files, file{"LICENSE", licence, 0o644}, file{"README", []byte("govae " + version + " for " + target + "\n\n" + readme), 0o644})
	for _, name := range commands {
		if strings.HasPrefix(target, "windows/") {
			name += ".exe"
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, nil, err
		}
		files = append(files, file{name, data, 0o755})
	}
	bill, modules, err := billOfMaterials(version, target, when, files[2:])
	if err != nil {
		return nil, nil, err
	}
	others, err := licences(ctx, modules)
	if err != nil {
		return nil, nil, err
	}
	return append(files, file{"LICENSES.txt", others, 0o644}, file{"sbom.cdx.json", bill, 0o644}), bill, nil
}

// build builds the commands for a target into a folder. Symbols for debuggers are left out;
// stack traces need none.
func build(ctx context.Context, version, dir, target string, cgo bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	system, processor, _ := strings.Cut(target, "/")
	env := []string{"GOOS=" + system, "GOARCH=" + processor, "CGO_ENABLED=0", "GOFLAGS=-trimpath -buildvcs=false", "GOAMD64=v1"}
	if cgo {
		env = append(env, "CGO_ENABLED=1")
		if cc := compiler(target); cc != "" {
			env = append(env, "CC="+cc)
		}
	}
	_, err := output(ctx, env, "go", "build", "-ldflags", "-s -w -X govae/cmd/internal/cli.version="+version, "-o", dir+string(filepath.Separator), "./cmd/...")
	return err
}

// compiler is the C compiler that the environment names for a target, if any.
func compiler(target string) string { return os.Getenv("CC_" + strings.ReplaceAll(target, "/", "_")) }

// documents are the files that the commands print about themselves.
func documents(ctx context.Context, dir string) (files []file, err error) {
	for _, name := range commands {
		for _, p := range []struct {
			file string
			args []string
		}{
			{path.Join("man/man1", name+".1"), []string{"man"}},
			{path.Join("completions/bash", name), []string{"completion", "bash"}},
			{path.Join("completions/zsh", "_"+name), []string{"completion", "zsh"}},
			{path.Join("completions/fish", name+".fish"), []string{"completion", "fish"}},
			{path.Join("completions/powershell", name+".ps1"), []string{"completion", "powershell"}},
		} {
			text, err := output(ctx, nil, filepath.Join(dir, name), p.args...)
			if err != nil {
				return nil, err
			}
			files = append(files, file{p.file, []byte(text + "\n"), 0o644})
		}
	}
	return files, nil
}

// commitTime is when the sources were last changed.
func commitTime(ctx context.Context) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		var err error
		if text, err = output(ctx, nil, "git", "log", "-1", "--format=%ct"); err != nil {
			return time.Time{}, err
		}
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH=%s: want seconds since 1970", text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// output runs a program with additions to the environment and returns what it prints.
func output(ctx context.Context, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, &errs)
	}
	return strings.TrimSpace(string(out)), nil
}
