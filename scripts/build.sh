#!/usr/bin/env bash
# build.sh PRESET [TARGET…]: configures build/PRESET when needed and builds; prints what ninja
# prints.
source "$(dirname "$0")/lib.sh"

# Beast needs 1.3 GB of memory for one file: fewer jobs on a small machine than it has cores.
jobs_that_fit() {
  local kib fits
  kib="$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)"
  fits=$((kib / 1400000))
  ((fits >= 1)) || fits=1
  if ((fits < JOBS)); then say "$fits"; else say "$JOBS"; fi
}

preset="${1:?usage: build.sh PRESET [TARGET…]}"
shift
dir="build/$preset"
# ninja repeats the configuration by itself when a CMake file changes; the presets it doesn't know.
if [[ ! -f "$dir/build.ninja" || CMakePresets.json -nt "$dir/.configured" ]]; then
  cmake --preset "$preset"
  touch "$dir/.configured"
fi
# The same object whatever the folder is called: presets and fresh clones share what was compiled.
export CCACHE_NOHASHDIR=1
ninja -C "$dir" -j "$(jobs_that_fit)" "$@"
