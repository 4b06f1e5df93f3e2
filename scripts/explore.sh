#!/usr/bin/env bash
# Tests the pages of vae-infer explore and vae-train --watch in headless Chromium: scripts/explore.sh [SCREENSHOTS].
# It trains small models of all kinds on the built-in digits, makes their pages, and what
# vae-infer makes of the same points and images, below build/explore. Chromium is
# installed from Debian's packages where it is missing and that is possible.
set -euo pipefail
cd "$(dirname "$0")/.."
# Each test has limits of its own; this one is for all that is around them.
if [ -z "${LIMITED:-}" ] && command -v timeout >/dev/null; then LIMITED=1 exec timeout --foreground --kill-after=10 1800 scripts/explore.sh "$@"; fi
SECONDS=0
screenshots=${1:-}
root=$PWD
work=$root/build/explore
infer=$root/bin/vae-infer

found() { command -v chromium chromium-browser google-chrome | head -n 1; }
if [ -z "${CHROMIUM:-$(found || true)}" ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "installing Chromium"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || true
fi
export CHROMIUM=${CHROMIUM:-$(found || true)}
if [ -z "$CHROMIUM" ] || ! command -v npm >/dev/null; then
  echo "explore: the page was not tested: no Chromium or no npm here (apt-get install chromium npm)" >&2
  [ -z "${CI:-}" ]
  exit
fi
(cd explore/browser && npm ci --silent --ignore-scripts)

# page NAME SETTING... trains a model, and makes its page and what the test compares it with.
page() {
  local name=$1 dir=$work/$1
  shift
  bin/vae-train --quiet --data digits --limit 500 --epochs 1 --out "$dir/model" --force "$@"
  bin/vae-export --model "$dir/model" --out "$dir/model/" >/dev/null
  cd "$dir"
  local run=("--quiet" --decoder "$dir/model/decoder.onnx") class=()
  case $name in
    conditional) class=(--label 0) ;; # scored by its likelihood
    conv) $infer score "${run[@]}" --calibrate --data digits --split all --limit 400 ;;
    ladder) $infer score "${run[@]}" --calibrate --draws 3 --data digits --split all --limit 400 ;;
  esac
  $infer sample "${run[@]}" --from prior --seed 0 --out samples.npy
  $infer sample "${run[@]}" --from prior --seed 18446744073709551615 --samples 20 --temperature 0.7 --out cold.npy
  if [ -f model/sampler.onnx ]; then $infer sample --quiet --decoder model/sampler.onnx --seed 0 --out learned.npy; fi
  node --input-type=module - "$($infer info model/decoder.onnx | awk '$2 == "vae.latent" { print $3 }')" >zero.npy <<END
    import { write } from "$root/explore/site/npy.js";
    const n = Number(process.argv[2]);
    process.stdout.write(Buffer.from(await write(new Float32Array(n), [1, n]).arrayBuffer()));
END
  $infer decode "${run[@]}" "${class[@]}" zero.npy --out centre.npy
  if [ "$name" = conditional ]; then
    $infer decode "${run[@]}" --label 7 zero.npy --out centre-7.npy
  fi
  $infer encode "${run[@]}" --data digits --limit 500 --fit-mixture mixture.json --components 2,2
  $infer sample "${run[@]}" --from mixture.json --seed 0 --samples 20 --temperature 0.7 --out mixture.npy
  $infer edit "${run[@]}" --labelled digits --toward 7 --away-from 1 --save-attribute attribute.json
  rm -rf one
  $infer decode "${run[@]}" "${class[@]}" zero.npy --out one/
  mv one/*.png one.png
  $infer encode "${run[@]}" "${class[@]}" one.png --out code.npy
  $infer reconstruct "${run[@]}" "${class[@]}" one.png --out reconstruction.npy
  $infer score "${run[@]}" "${class[@]}" one.png --out scores.csv
  $infer explore "${run[@]}" --data digits --limit 300 --mixture mixture.json --attribute attribute.json --out page --title "Digits: $name"
  cd - >/dev/null
  node explore/browser/test.mjs "$dir/page" "$dir" ${screenshots:+"$screenshots/$name"}
}

mkdir -p "$work"
page conv
page conditional --arch mlp --hidden 64 --latent 8 --conditional
page ladder --arch ladder --width 8 --groups 1,1
node explore/browser/watch.mjs bin/vae-train "$work/watched" ${screenshots:+"$screenshots/watch"}
echo "explore: all pages passed in $SECONDS s"
