#!/usr/bin/env bash
# Tries the ways of this folder that this machine has, with vae-infer on the PATH:
#   examples/cluster/try.sh decoder.onnx [SAMPLES [N]]
# Some parts are killed and some made twice; all ways must give the bytes of one process.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
decoder=$(realpath "$1") samples=${2:-20000} n=${3:-8}
export PATH="$here:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
job=(--decoder "$decoder" --samples "$samples" --seed 7 --quiet)

same() { # WAY FILE
  cmp whole.npy "$2"
  echo "$1: the bytes of one process"
  rm -f "$2" ./*.shard-*
}

vae-infer "${job[@]}" --threads 1 --out whole.npy

oneafter.sh "$n" new.npy "${job[@]}" > /dev/null
same "one part after the other" new.npy

# Each part is killed once, at some time, and then made twice at the same time.
for ((i = 1; i <= n; i++)); do
  timeout -s KILL "0.$((RANDOM % 9 + 1))" vae-infer "${job[@]}" --out new.npy --shard "$i/$n" > /dev/null 2>&1 || true
  vae-infer "${job[@]}" --out new.npy --shard "$i/$n" > /dev/null 2>&1 &
  vae-infer "${job[@]}" --out new.npy --shard "$i/$n" > /dev/null 2>&1 || true
  wait
done 2> /dev/null
vae-infer join new.npy --quiet
same "parts killed, and made twice" new.npy

if command -v mpirun > /dev/null; then
  MPIRUN="mpirun --oversubscribe $([ "$(id -u)" != 0 ] || echo --allow-run-as-root)" mpirun.sh "$n" new.npy "${job[@]}" > /dev/null
  same "MPI" new.npy
else
  echo "MPI: not here"
fi

if python3 -c 'import pyspark' 2> /dev/null; then
  # Two workers of one core; one of them is killed in the middle.
  PYSPARK_SUBMIT_ARGS="--master local-cluster[2,1,1024] pyspark-shell" \
    python3 "$here/shards.py" "$n" "$work/new.npy" "${job[@]}" > spark.log 2>&1 &
  spark=$!
  for _ in $(seq 300); do
    worker=$(pgrep -f "CoarseGrainedExecutorBackend.*--executor-id 0 " | head -n 1 || true)
    if [ -n "$worker" ] && ls ./*.shard-*.json > /dev/null 2>&1; then
      kill -KILL "$worker" && echo "Spark: a worker killed after $(ls ./*.shard-*.json | wc -l) of $n parts"
      break
    fi
    kill -0 "$spark" 2> /dev/null || break
    sleep 0.1
  done
  wait "$spark" || { tail -n 40 spark.log; exit 1; }
  same "Spark" new.npy
else
  echo "Spark: not here (pip install pyspark, and Java)"
fi
