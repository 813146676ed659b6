#!/usr/bin/env bash
# make test: installs what is missing, builds, and runs everything: unit and contract tests, house
# rules, the web client's tests, short fuzz runs, benchmarks for an instant, and the browser.
# CTest's summary counts them all.
#   make test ARGS="-R room"      only what matches (see `man ctest`)
source "$(dirname "$0")/lib.sh"

began="$(now_ms)"
scripts/setup.sh test
step "server and tests" build-dev scripts/build.sh dev
step "fuzz targets (clang)" build-fuzz scripts/fuzz.sh build
step "web client" web scripts/web.sh build
results="$ROOT/var/test"
rm -rf "$results"
mkdir -p "$results"
status=0
# shellcheck disable=SC2086  # ARGS is a list of words
GTEST_OUTPUT="xml:$results/" ctest --test-dir build/dev -j "$JOBS" --output-on-failure \
  --output-junit "$results/ctest.xml" ${ARGS:-} || status=$?
cases="$(cat "$results"/*_test.xml 2>/dev/null | grep -c '<testcase ')" || true
say
say "$cases GoogleTest cases among them; $(seconds_since "$began") in all."
exit "$status"
