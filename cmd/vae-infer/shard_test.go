package main

import (
	"testing"

	"govae/sink"
)

// TestReadShard finds the shard that a launcher's variables mean.
func TestReadShard(t *testing.T) {
	mpi := map[string]string{"OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "4"}
	array := map[string]string{"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_STEP": "2", "SLURM_ARRAY_TASK_COUNT": "5", "SLURM_PROCID": "0", "SLURM_NTASKS": "1"}
	for _, tt := range []struct {
		text string
		env  map[string]string
		want sink.Shard
		err  string
	}{
		{"3/8", mpi, sink.Shard{I: 3, N: 8}, ""},
		{"auto", mpi, sink.Shard{I: 3, N: 4}, ""},
		{"auto/4", mpi, sink.Shard{I: 3, N: 4}, ""},
		{"auto", map[string]string{"PMI_RANK": "0", "PMI_SIZE": "1"}, sink.Shard{I: 1, N: 1}, ""},
		{"auto", array, sink.Shard{I: 3, N: 5}, ""},
		{"auto", map[string]string{"SLURM_PROCID": "1", "SLURM_NTASKS": "2"}, sink.Shard{I: 2, N: 2}, ""},
		{"auto/8", map[string]string{"JOB_COMPLETION_INDEX": "7"}, sink.Shard{I: 8, N: 8}, ""},
		{"auto", map[string]string{"JOB_COMPLETION_INDEX": "7"}, sink.Shard{}, "--shard auto: Kubernetes does not tell how many shards there are; give auto/N"},
		{"auto/8", map[string]string{"JOB_COMPLETION_INDEX": "8"}, sink.Shard{}, "--shard auto/8: JOB_COMPLETION_INDEX is 8, which is none of 8 shards"},
		{"auto/8", mpi, sink.Shard{}, "--shard auto/8: Open MPI has started 4"},
		{"auto", map[string]string{"PMI_RANK": "one"}, sink.Shard{}, `--shard auto: PMI_RANK is "one", which is no number`},
		{"auto", map[string]string{"SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_STEP": "2", "SLURM_ARRAY_TASK_COUNT": "5"}, sink.Shard{}, "--shard auto: number 4 of Slurm's array is none of those from 3 in steps of 2"},
		{"1/0", nil, sink.Shard{}, "--shard 1/0: want a number of shards from 1 to 1000000"},
		{"9/8", nil, sink.Shard{}, "--shard 9/8: want a shard from 1/8 to 8/8"},
		{"8", nil, sink.Shard{}, "--shard 8: want I/N such as 3/8, auto, or auto/N"},
	} {
		got, err := readShard(tt.text, func(name string) string { return tt.env[name] })
		if tt.err != "" {
			if err == nil || err.Error() != tt.err {
				t.Errorf("%s of %v: error %v, want %s", tt.text, tt.env, err, tt.err)
			}
		} else if err != nil || got != tt.want {
			t.Errorf("%s of %v: %v, error %v; want %v", tt.text, tt.env, got, err, tt.want)
		}
	}
}
