#!/usr/bin/env bash
# Runs the check values inside ONNX files in every runtime that has a program below
# examples/, and prints a table: scripts/runtimes.sh [FILE...]. Without files these are
# examples/embed/decoder.onnx and those of small models of other kinds, which it trains.
# Programs and packages are built below build/runtimes, beside a log of each.
set -uo pipefail
cd "$(dirname "$0")/.."

build=$PWD/build/runtimes
export CHROMIUM=${CHROMIUM:-$(command -v chromium chromium-browser google-chrome | head -n 1)}

# small NAME SETTING... trains a model and exports all its files to models/NAME.
small() {
  local name=$1 out=$build/models/$1
  shift
  bin/vae-train --quiet --data digits --limit 500 --epochs 1 --out "$out" --force "$@"
  bin/vae-export --model "$out" --out "$out/" >/dev/null
  bin/vae-export --model "$out" --graph elbo --out "$out/" >/dev/null
  bin/vae-infer encode --quiet --decoder "$out/decoder.onnx" --data digits --limit 500 --fit-mixture "$out/mixture.json" --components 4,4
  bin/vae-export --model "$out" --prior "$out/mixture.json" --out "$out/mixture.onnx" >/dev/null
  files+=("$out"/*.onnx)
}

files=()
for file; do
  [ -f "$file" ] || { echo "runtimes: $file: no such file" >&2; exit 1; }
  files+=("$(realpath "$file")")
done
if [ $# = 0 ]; then
  set -e
  files=("$PWD/examples/embed/decoder.onnx")
  small conditional --arch mlp --hidden 64 --latent 8 --conditional # with a sampler
  small hierarchical --arch ladder --width 8 --groups 1,1
  set +e
fi
for file in "${files[@]}"; do echo "${file#"$PWD"/}"; done
echo

mkdir -p "$build"
cp -Rp examples/{python,node,browser,rust,java} "$build"

# What prepare_X builds once, check_X runs on one file.

check_go() { # the overlay embeds this file in place of the example's own
  echo "{\"Replace\": {\"examples/embed/decoder.onnx\": \"$1\"}}" >"$build/overlay.json"
  go run -overlay "$build/overlay.json" ./examples/embed -check
}

check_gopure() { # the engine that needs no library and no C compiler
  export CGO_ENABLED=0
  check_go "$1"
}

prepare_python() {
  cd "$build/python"
  venv/bin/pip --version >/dev/null 2>&1 || python3 -m venv --clear venv # also where the folder was moved
  venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
}

check_python() {
  cd "$build/python"
  venv/bin/python check.py "$1" picture.png
}

prepare_node() {
  cd "$build/node"
  npm install --ignore-scripts
}

check_node() {
  cd "$build/node"
  node main.mjs "$1"
}

prepare_browser() {
  cd "$build/browser"
  npm install --ignore-scripts
}

check_browser() {
  cd "$build/browser"
  node main.mjs "$1" picture.png
}

prepare_rust() {
  cd "$build/rust"
  cargo build --release
}

check_rust() {
  cd "$build/rust"
  cargo run --quiet --release -- "$1"
}

prepare_java() {
  cd "$build/java"
  mvn -q -B compile
}

check_java() {
  cd "$build/java"
  mvn -q -B exec:java -Dexec.args="'$1' picture.png"
}

failed=()

# row NAME TOOL... prints the table's line of one runtime, which needs the tools: the largest
# difference of all files.
row() {
  local name=$1 log=$build/${1,,}.log tool file line status version= result=ok difference=
  shift
  for tool; do
    if ! command -v "$tool" >/dev/null; then
      print "$name" "no $tool" missing ""
      return
    fi
  done
  : >"$log"
  if declare -F "prepare_${name,,}" >/dev/null; then
    (set -e; "prepare_${name,,}") >"$log" 2>&1 </dev/null
    if [ $? != 0 ]; then
      print "$name" "" FAILED ""
      failed+=("$log")
      return
    fi
  fi
  for file in "${files[@]}"; do
    printf '\n%s\n' "$file" >>"$log"
    (set -e; "check_${name,,}" "$file") >"$log.one" 2>&1 </dev/null
    status=$?
    if line=$(grep "largest difference" "$log.one"); then
      line=${line##*$'\e[0m'} # Maven resets the colours even where there are none
      version=${line%%: largest difference *}
      line=${line#*largest difference }
      difference=$(printf '%s\n' "${line%%,*}" $difference | LC_ALL=C sort -g | tail -n 1)
      difference=$(LC_ALL=C printf "%.1e" "$difference")
    fi
    cat "$log.one" >>"$log"
    if [ $status != 0 ] || [ -z "$line" ]; then
      result=FAILED
      failed+=("$log")
      break
    fi
  done
  rm -f "$log.one"
  print "$name" "$version" $result "$difference"
}

print() { printf '| %-7s | %-47s | %-7s | %-18s |\n' "$@"; }

print runtime version result "largest difference"
print ------- ------- ------- ------------------
row Go go
row GoPure go
row Python python3
row Node node npm
row Browser node npm "${CHROMIUM:-chromium}"
row Rust cargo
row Java mvn

for log in ${failed[@]+"${failed[@]}"}; do
  printf '\n%s ends with:\n' "$log" >&2
  tail -n 15 "$log" >&2
done
[ ${#failed[@]} = 0 ]
