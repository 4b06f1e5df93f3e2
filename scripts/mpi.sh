#!/usr/bin/env bash
# Trains by several ranks under every MPI that is here, and wants the same bits as of one
# process, also where a rank was killed and others went on. Open MPI and MPICH are Debian's,
# which root may install here; MPICH 5, which has the MPI-5 interface, comes from its wheel
# into build/. KILLS is how often a rank is killed under each (2). CI=true makes it an error to
# find none.
set -euo pipefail
cd "$(dirname "$0")/.."
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
train=bin/vae-train
settings=(--data "${MNIST_DIR:-digits}" --limit "${LIMIT:-600}" --epochs 2 --threads 1 --quiet)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! command -v mpirun.openmpi mpiexec.mpich > /dev/null && [ "$(id -u)" = 0 ]; then
  { apt-get update && apt-get install -y --no-install-recommends openmpi-bin mpich; } > "$work/apt" 2>&1 || tail -3 "$work/apt"
fi
wheel=build/mpich/mpich-5.0.2.data/data
if [ ! -d $wheel ]; then
  { mkdir -p build && python3 -m pip download --no-deps -d "$work" mpich==5.0.2 && python3 -m zipfile -e "$work"/mpich-*.whl build/mpich && chmod +x $wheel/bin/*; } > "$work/pip" 2>&1 || tail -3 "$work/pip"
fi

go test -c -o "$work/mpi.test" ./cluster/mpi

hash() { sha256sum "$1/model.safetensors" | cut -d' ' -f1; }
"$train" "${settings[@]}" --out "$work/alone"
want=$(hash "$work/alone")

# check NAME LIBRARY LAUNCHER...: 1 to 4 ranks, then killed ones.
check() {
  local name=$1 library=$2; shift 2
  export VAE_MPI_LIBRARY=$library
  timeout 60 "$@" -n 2 "$work/mpi.test" # the sum of a gradient, beside MPI_Allreduce
  for n in 1 2 3 4; do
    timeout 300 "$@" -n $n $train "${settings[@]}" --mpi --force --out "$work/$name"
    [ "$(hash "$work/$name")" = "$want" ] || { echo "$name: $n ranks give other weights than one process"; exit 1; }
  done
  for kill in $(seq "${KILLS:-2}"); do
    rm -rf "$work/$name"
    timeout 300 "$@" -n 3 $train "${settings[@]}" --out "$work/$name" > "$work/log" 2>&1 & job=$!
    until pgrep -f "$train.*--out $work/$name" > /dev/null; do sleep 0.1; done
    sleep $((RANDOM % 3)).$((RANDOM % 10))
    kill -9 "$(pgrep -f "^$train.*--out $work/$name" | shuf -n 1)" 2> /dev/null || true # it may have ended
    local before=$SECONDS
    wait $job || true
    [ $((SECONDS - before)) -le 20 ] || { echo "$name: the job went on for $((SECONDS - before)) s without a rank"; exit 1; }
    timeout 300 "$@" -n $((kill % 4 + 1)) $train "${settings[@]}" --mpi --resume --out "$work/$name"
    [ "$(hash "$work/$name")" = "$want" ] || { echo "$name: a run that lost a rank ends with other weights"; exit 1; }
  done
  echo "$name: 1, 2, 3, 4 ranks and ${KILLS:-2} killed runs give the weights of one process"
  found=$((found + 1))
}

found=0
if command -v mpirun.openmpi > /dev/null; then check openmpi "" mpirun.openmpi; fi
if command -v mpiexec.mpich > /dev/null; then check mpich "" mpiexec.mpich; fi
if [ -x $wheel/bin/mpiexec.hydra ]; then check mpi5 $PWD/$wheel/lib/libmpi_abi.so.1 env LD_LIBRARY_PATH=$PWD/$wheel/lib PATH=$PWD/$wheel/bin:$PATH $wheel/bin/mpiexec.hydra; fi
if [ $found = 0 ]; then echo "no MPI was found"; [ "${CI:-}" != true ]; fi
