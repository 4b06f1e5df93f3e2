#!/usr/bin/env bash
# The NEON kernels under emulation: the tests of the kernels, layers and networks, and a
# training whose result agrees with this machine's. Needs Go and python3; qemu-user is
# installed through apt where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v qemu-aarch64 >/dev/null; then
  (apt-get update && apt-get install -y --no-install-recommends qemu-user) >/dev/null 2>&1 || true
fi
if ! command -v qemu-aarch64 >/dev/null; then
  echo "not run: qemu-aarch64 is missing, and apt-get install qemu-user failed"
  [ -z "${CI:-}" ]; exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

arm64() { CI= GOARCH=arm64 CGO_ENABLED=0 "$@"; } # ONNX Runtime cannot be loaded and need not be
# The portable kernel is the same Go on every processor; its tests need not be repeated.
export VAE_KERNEL=neon
# Tests that train the larger networks would take hours here and are left out.
arm64 go test -short -timeout 8m -exec qemu-aarch64 ./internal/kernel ./internal/nn
arm64 go test -short -timeout 8m -exec qemu-aarch64 -skip 'TestStart|TestStages' ./models
arm64 go test -short -timeout 8m -exec qemu-aarch64 -run 'ELBOByHand|TimeResumed|ResumeFromPredecessor|ClassifierResumes' ./train

arm64 go build -o "$work/arm64" ./cmd/vae-train
go build -o "$work/here" ./cmd/vae-train
settings=(--quiet --data digits --arch mlp --hidden 32 --limit 1024 --epochs 1)
qemu-aarch64 "$work/arm64" "${settings[@]}" --out "$work/model-arm64"
VAE_KERNEL= "$work/here" "${settings[@]}" --out "$work/model-here"
# Sums are added in another order: the rounding may show, no more.
python3 - "$work"/model-{arm64,here}/metrics.jsonl <<'PYTHON'
import json, sys
arm64, here = ([json.loads(line)["test"]["elbo"] for line in open(path)] for path in sys.argv[1:])
print("test ELBO:", *arm64, "on arm64,", *here, "here")
sys.exit(any(abs(a - b) > 1e-3 for a, b in zip(arm64, here, strict=True)))
PYTHON
