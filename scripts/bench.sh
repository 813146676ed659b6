#!/usr/bin/env bash
# bench.sh [smoke BUILD]: every *_bench.cpp. Without an argument: built for release and measured
# properly, the results as JSON in var/bench/. `smoke BUILD`: those of that build folder, an instant
# each, to see that they still run.
#   make bench TARGET=room_bench
source "$(dirname "$0")/lib.sh"

targets() {  # targets BUILD
  if [[ -n "${TARGET:-}" ]]; then say "$TARGET"; else tr ';' '\n' <"$1/benches.txt"; fi
}

find_binary() { find "$1" -name "$2" -type f -perm -u+x | head -n 1; }

smoke() {
  local build="$1" target binary
  for target in $(targets "$build"); do
    binary="$(find_binary "$build" "$target")"
    say "$target"
    "$binary" --benchmark_min_time=0.001 >/dev/null
  done
}

measure() {
  local target commit model names
  scripts/setup.sh test
  step "configure" build-release scripts/build.sh release build.ninja
  mapfile -t names < <(targets build/release)
  ((${#names[@]} > 0)) || die "There is no benchmark."
  step "benchmarks (release build)" build-release scripts/build.sh release "${names[@]}"
  commit="$(git rev-parse --short HEAD)"
  model="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
  mkdir -p var/bench
  for target in "${names[@]}"; do
    say
    say "${BOLD}$target${PLAIN}  commit $commit, $(nproc) cores, $model"
    "$(find_binary build/release "$target")" --benchmark_out="var/bench/$target.json" \
      --benchmark_context=commit="$commit" 2>/dev/null
  done
}

case "${1:-}" in
  smoke) smoke "${2:?usage: bench.sh smoke BUILD}" ;;
  '') measure ;;
  *) die "usage: bench.sh [smoke BUILD]" ;;
esac
