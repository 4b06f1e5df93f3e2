#!/usr/bin/env bash
# oneafter.sh N FILE ARGUMENTS: makes N parts of FILE one after the other and joins them.
set -euo pipefail
n=$1 out=$2
shift 2
for ((i = 1; i <= n; i++)); do
  vae-infer "$@" --out "$out" --shard "$i/$n"
done
vae-infer join "$out"
