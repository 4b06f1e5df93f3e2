package memory

import (
	"testing"
	"testing/fstest"
)

func TestAvailable(t *testing.T) {
	const system = "MemTotal:  9000 kB\nMemAvailable:  5000 kB\nSwapFree:  1000 kB\n"
	for name, tt := range map[string]struct {
		files map[string]string
		want  int64
		ok    bool
	}{
		"unknown":  {nil, 0, false},
		"a system": {map[string]string{"proc/meminfo": system}, 6000 << 10, true},
		"a group without a limit": {map[string]string{"proc/meminfo": system, "proc/self/cgroup": "0::/a/b\n",
			"sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/b/memory.current": "77\n"}, 6000 << 10, true},
		"a group": {map[string]string{"proc/meminfo": system, "proc/self/cgroup": "1:cpu:/\n0::/a/b\n",
			"sys/fs/cgroup/a/memory.max": "2048000\n", "sys/fs/cgroup/a/memory.current": "1024000\n", "sys/fs/cgroup/a/memory.stat": "anon 1\nfile 512000\n"}, 1500<<10 + 1000<<10, true},
		"nothing left": {map[string]string{"proc/meminfo": "MemAvailable: 5000 kB\n", "proc/self/cgroup": "0::/\n",
			"sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "2000\n"}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			root := fstest.MapFS{}
			for file, data := range tt.files {
				root[file] = &fstest.MapFile{Data: []byte(data)}
			}
			if n, ok := available(root); n != tt.want || ok != tt.ok {
				t.Errorf("%d bytes, %v; want %d, %v", n, ok, tt.want, tt.ok)
			}
		})
	}
	if n, ok := Available(); ok && n == 0 {
		t.Error("this machine has no memory left")
	}
}
