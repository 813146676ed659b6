#!/usr/bin/env bash
# bench-api.sh: Service A on both stores against a Django REST framework service, in one run (the
# programs are in bench/api/). About a quarter of an hour; the databases take 6 GB and are removed
# at the end. The figures as a table, and as JSON in var/bench/api.json.
#   make bench-api ARGS="--operations me,login --rounds 5 --data FOLDER"   (bench.py --help)
# bench-api.sh smoke BUILD: all of it with two thousand people and thirty answers each, to see that
# it still runs and every answer is right; the Django service takes part where it is installed.
source "$(dirname "$0")/lib.sh"

python=/usr/bin/python3 # the one that Debian's packages belong to
[[ -x "$python" ]] || python=python3

measure() {
  scripts/setup.sh bench
  step "configure" build-release scripts/build.sh release build.ninja
  step "server and tools (release)" build-release \
    scripts/build.sh release whoosh api_seed api_load
  mkdir -p var/bench
  # shellcheck disable=SC2086  # ARGS is a list of words
  exec "$python" bench/api/bench.py --build build/release --out var/bench/api.json ${ARGS:-}
}

case "${1:-}" in
  smoke)
    exec "$python" bench/api/bench.py --smoke --build "${2:?a build folder}"
    ;;
  '') measure ;;
  *) die "usage: bench-api.sh [smoke BUILD]" ;;
esac
