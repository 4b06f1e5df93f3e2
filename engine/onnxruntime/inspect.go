package onnxruntime

import (
	"cmp"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"govae/internal/infile"
)

// OldestVersion is the first version with the C API that the Go binding asks for.
const OldestVersion = "1.24"

// entrySymbol is the function through which ONNX Runtime gives its whole API.
const entrySymbol = "OrtGetApiBase"

// inspect looks at a library file; see [examine].
func inspect(path string) (Library, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return Library{}, &LibraryError{path, infile.Cause(err)}
	}
	version, err := examine(real, filepath.Base(real))
	if err != nil {
		return Library{}, &LibraryError{path, err}
	}
	return Library{Path: real, Version: version}, nil
}

// examine looks at the header and the symbols of a library without loading
// it: loading a damaged one may end the process. It returns the version, which may
// be in the file or else in its proper name. Errors do not name the file.
func examine(path, name string) (version string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", infile.Cause(err)
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("not a file")
	}
	var header libraryHeader
	switch runtime.GOOS {
	case "windows":
		header, err = readPE(path)
	case "darwin":
		header, err = readMachO(path)
	default:
		header, err = readELF(path)
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("not a whole shared library for %s (%v)", runtime.GOOS, err)
	case header.machine != runtime.GOARCH:
		return "", fmt.Errorf("built for %s, but this program runs on %s", header.machine, runtime.GOARCH)
	case header.notORT:
		return "", fmt.Errorf("a library, but not ONNX Runtime: it has no function %s", entrySymbol)
	}
	version = cmp.Or(versionIn(header.version), versionIn(name))
	if version != "" && compareVersions(version, OldestVersion) < 0 {
		return "", fmt.Errorf("ONNX Runtime %s, but %s or newer is needed", version, OldestVersion)
	}
	return version, nil
}

// libraryHeader is what a shared library says about itself.
type libraryHeader struct {
	machine string // as GOARCH
	version string // empty where the format has no place for it
	notORT  bool   // whether it surely is another library
}

// readELF reads a library of Linux and most other systems.
func readELF(path string) (libraryHeader, error) {
	f, err := elf.Open(path)
	if err != nil {
		return libraryHeader{}, err
	}
	defer f.Close()
	info, err := os.Stat(path)
	if err != nil {
		return libraryHeader{}, err
	}
	if f.Type != elf.ET_DYN {
		return libraryHeader{}, fmt.Errorf("ELF type %v", f.Type)
	}
	h := libraryHeader{machine: archName(f.Machine.String(), map[string]string{
		"EM_X86_64": "amd64", "EM_AARCH64": "arm64", "EM_386": "386", "EM_ARM": "arm", "EM_PPC64": "ppc64le", "EM_S390": "s390x", "EM_RISCV": "riscv64",
	}), notORT: true}
	// The loader maps segments without asking whether the file reaches that far.
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && (p.Off > uint64(info.Size()) || p.Filesz > uint64(info.Size())-p.Off) {
			return libraryHeader{}, fmt.Errorf("the file is cut off at %d bytes", info.Size())
		}
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return libraryHeader{}, err
	}
	for _, s := range symbols {
		if s.Name == entrySymbol && s.Section != elf.SHN_UNDEF {
			h.notORT = false
			h.version = strings.TrimPrefix(s.Version, "VERS_") // official builds version their symbols
		}
	}
	return h, nil
}

// readMachO reads a library of macOS.
func readMachO(path string) (libraryHeader, error) {
	f, err := macho.Open(path)
	if err != nil {
		return libraryHeader{}, err
	}
	defer f.Close()
	if f.Type != macho.TypeDylib { // releases hold debugging symbols under the same name
		return libraryHeader{}, fmt.Errorf("Mach-O type %v", f.Type)
	}
	h := libraryHeader{machine: archName(f.Cpu.String(), map[string]string{"CpuAmd64": "amd64", "CpuArm64": "arm64"})}
	if f.Symtab != nil {
		h.notORT = true
		for _, s := range f.Symtab.Syms {
			if s.Name == "_"+entrySymbol {
				h.notORT = false
			}
		}
	}
	return h, nil
}

// readPE reads a library of Windows. Package debug/pe does not read exports.
func readPE(path string) (libraryHeader, error) {
	f, err := pe.Open(path)
	if err != nil {
		return libraryHeader{}, err
	}
	defer f.Close()
	return libraryHeader{machine: archName(strconv.Itoa(int(f.Machine)), map[string]string{
		strconv.Itoa(pe.IMAGE_FILE_MACHINE_AMD64): "amd64", strconv.Itoa(pe.IMAGE_FILE_MACHINE_ARM64): "arm64", strconv.Itoa(pe.IMAGE_FILE_MACHINE_I386): "386",
	})}, nil
}

// archName translates a format's name of a processor to Go's.
func archName(machine string, names map[string]string) string {
	if name, ok := names[machine]; ok {
		return name
	}
	return machine
}

var fileVersion = regexp.MustCompile(`\d+\.\d+(\.\d+)*`)

// versionIn returns the version in a text, such as a library's file name as in
// libonnxruntime.so.1.24.1, or an empty string: one number alone is that of the
// binary interface.
func versionIn(s string) string { return fileVersion.FindString(s) }

// compareVersions compares dotted numbers as cmp.Compare does. What is missing or no number counts as 0.
func compareVersions(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(x), len(y)) {
		if c := cmp.Compare(versionPart(x, i), versionPart(y, i)); c != 0 {
			return c
		}
	}
	return 0
}

func versionPart(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}
