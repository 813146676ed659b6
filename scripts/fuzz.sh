#!/usr/bin/env bash
# fuzz.sh [build|run]: libFuzzer on every *_fuzz.cpp, FUZZ_SECONDS each (60). Without an argument:
# both. Seeds are tests/corpus/<target>/; what a run finds goes to var/fuzz/<target>/, a crash to
# var/fuzz/crashes/.
#   make fuzz TARGET=net_http_fuzz FUZZ_SECONDS=600
source "$(dirname "$0")/lib.sh"

FUZZ_SECONDS="${FUZZ_SECONDS:-60}"
BUILD="$ROOT/build/fuzz"

targets() {
  if [[ -n "${TARGET:-}" ]]; then say "$TARGET"; else tr ';' '\n' <"$BUILD/fuzzers.txt"; fi
}

build_all() {
  scripts/build.sh fuzz build.ninja
  local names
  mapfile -t names < <(targets)
  ((${#names[@]} > 0)) || die "There is no fuzz target."
  scripts/build.sh fuzz "${names[@]}"
}

run_one() {  # run_one TARGET: its seeds, then new inputs for FUZZ_SECONDS
  local target="$1" binary found seeds=()
  binary="$(find "$BUILD" -name "$target" -type f -perm -u+x | head -n 1)"
  [[ -n "$binary" ]] || die "no fuzz target is called $target"
  found="var/fuzz/$target"
  mkdir -p "$found" var/fuzz/crashes
  [[ ! -d "tests/corpus/$target" ]] || seeds=("tests/corpus/$target")
  UBSAN_OPTIONS=print_stacktrace=1 "$binary" -max_total_time="$FUZZ_SECONDS" \
    -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="var/fuzz/crashes/$target-" "$found" "${seeds[@]}"
}

run_all() {
  local target log failed=0 runs
  for target in $(targets); do
    log="$LOG_DIR/fuzz-$target.log"
    if run_one "$target" >"$log" 2>&1 </dev/null; then
      runs="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
      say "ok      $target: $runs inputs"
    else
      failed=$((failed + 1))
      say "FAILED  $target"
      tail -n 40 "$log"
      say "all of it: $log"
    fi
  done
  ((failed == 0)) || die "$failed fuzz targets failed; the inputs are in var/fuzz/crashes/"
}

case "${1:-}" in
  build) build_all ;;
  run) run_all ;;
  '')
    scripts/setup.sh test
    step "fuzz targets (clang)" build-fuzz "$0" build
    run_all
    ;;
  *) die "usage: fuzz.sh [build|run]" ;;
esac
