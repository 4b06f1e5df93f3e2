#!/usr/bin/env bash
# mpirun.sh N FILE ARGUMENTS: makes N parts of FILE on the machines that mpirun knows, one core
# each, and joins them. More of mpirun, such as "--hostfile hosts", goes into MPIRUN.
set -euo pipefail
n=$1 out=$2
shift 2
# shellcheck disable=SC2086 # MPIRUN is words
${MPIRUN:-mpirun} -n "$n" vae-infer "$@" --out "$out" --shard auto --threads 1
vae-infer join "$out"
