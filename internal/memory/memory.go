// Package memory tells how much memory is left.
package memory

import (
	"bufio"
	"bytes"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// Available returns how many bytes this process may still use before the system has none,
// swap space included, or its control group forbids it. ok is false where that is not known,
// as on all systems but Linux.
func Available() (n int64, ok bool) { return available(os.DirFS("/")) }

func available(root fs.FS) (n int64, ok bool) {
	system := numbers(root, "proc/meminfo")
	free, ok := system["MemAvailable:"] // proc(5), in kB
	if !ok {
		return 0, false
	}
	swap := system["SwapFree:"] << 10
	n = free<<10 + swap
	groups, _ := fs.ReadFile(root, "proc/self/cgroup")
	for line := range strings.Lines(string(groups)) {
		name, second := strings.CutPrefix(strings.TrimSpace(line), "0::") // version 2 of cgroups(7)
		for dir := path.Join("sys/fs/cgroup", name); second && strings.HasPrefix(dir, "sys/fs/cgroup"); dir = path.Dir(dir) {
			most, limited := number(root, path.Join(dir, "memory.max"))
			used, known := number(root, path.Join(dir, "memory.current"))
			if limited && known {
				// Pages of files count as used, but are given up.
				n = min(n, most-used+numbers(root, path.Join(dir, "memory.stat"))["file"]+swap)
			}
		}
	}
	return max(0, n), true
}

// number reads a file that holds one, unless it holds a word such as max.
func number(root fs.FS, name string) (n int64, ok bool) {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	n, err = strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	return n, err == nil
}

// numbers reads a file whose lines are a name and a number, with or without a unit.
func numbers(root fs.FS, name string) map[string]int64 {
	all := map[string]int64{}
	data, _ := fs.ReadFile(root, name)
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		if fields := strings.Fields(s.Text()); len(fields) >= 2 {
			if n, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				all[fields[0]] = n
			}
		}
	}
	return all
}
