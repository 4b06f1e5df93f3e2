#!/usr/bin/env bash
# Runs the check values inside a decoder in every runtime that has a program below
# examples/, and prints a table: scripts/runtimes.sh [decoder.onnx]
# Programs and packages are built below build/runtimes, beside a log of each.
set -uo pipefail
cd "$(dirname "$0")/.."

decoder=${1:-examples/embed/decoder.onnx}
[ -f "$decoder" ] || { echo "runtimes: $decoder: no such file" >&2; exit 1; }
decoder=$(realpath "$decoder")
build=$PWD/build/runtimes
export CHROMIUM=${CHROMIUM:-$(command -v chromium chromium-browser google-chrome | head -n 1)}

mkdir -p "$build"
cp -Rp examples/{python,node,browser,rust,java} "$build"

# Each of these builds one program and runs it.

check_go() { # the overlay embeds this decoder in place of the example's own
  echo "{\"Replace\": {\"examples/embed/decoder.onnx\": \"$decoder\"}}" >"$build/overlay.json"
  go run -overlay "$build/overlay.json" ./examples/embed -check
}

check_gopure() { # the engine that needs no library and no C compiler
  export CGO_ENABLED=0
  check_go
}

check_python() {
  cd "$build/python"
  venv/bin/pip --version >/dev/null 2>&1 || python3 -m venv --clear venv # also where the folder was moved
  venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
  venv/bin/python check.py "$decoder" picture.png
}

check_node() {
  cd "$build/node"
  npm install --ignore-scripts
  node main.mjs "$decoder"
}

check_browser() {
  cd "$build/browser"
  npm install --ignore-scripts
  node main.mjs "$decoder" picture.png
}

check_rust() {
  cd "$build/rust"
  cargo run --release -- "$decoder"
}

check_java() {
  cd "$build/java"
  mvn -q -B compile exec:java -Dexec.args="'$decoder' picture.png"
}

failed=()

# row NAME TOOL... prints the table's line of one runtime, which needs the tools.
row() {
  local name=$1 log=$build/${1,,}.log tool line status version= result=ok difference=
  shift
  for tool; do
    if ! command -v "$tool" >/dev/null; then
      print "$name" "no $tool" missing ""
      return
    fi
  done
  (set -e; "check_${name,,}") >"$log" 2>&1 </dev/null
  status=$?
  if line=$(grep "largest difference" "$log"); then
    line=${line##*$'\e[0m'} # Maven resets the colours even where there are none
    version=${line%%: largest difference *}
    difference=${line#*largest difference }
    difference=$(LC_ALL=C printf "%.1e" "${difference%%,*}")
  fi
  if [ $status != 0 ] || [ -z "$line" ]; then
    result=FAILED
    failed+=("$log")
  fi
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
