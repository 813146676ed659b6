#!/usr/bin/env bash
# make test: installs what is missing, builds, and runs everything: unit and contract tests, house
# rules, the web client's tests, short fuzz runs, benchmarks for an instant, and the browser.
# CTest's summary counts them all.
# Where up to five suites fail, each runs once more, alone: what fails again is broken and fails the
# run; what passes then leans on an idle machine, which is a defect too, and is named at the end.
#   make test ARGS="-R room"      only what matches (see `man ctest`)
source "$(dirname "$0")/lib.sh"

began="$(now_ms)"
scripts/setup.sh test
step "server and tests" build-dev scripts/build.sh dev
step "fuzz targets (clang)" build-fuzz scripts/fuzz.sh build
step "web client" web scripts/web.sh build
results="$ROOT/var/test"
failed="build/dev/Testing/Temporary/LastTestsFailed.log"
rm -rf "$results" "$failed"
mkdir -p "$results"
status=0
export GTEST_OUTPUT="xml:$results/"
# shellcheck disable=SC2086  # ARGS is a list of words
ctest --test-dir build/dev -j "$JOBS" --output-on-failure \
  --output-junit "$results/ctest.xml" ${ARGS:-} || status=$?
unsteady=""
if [ "$status" != 0 ] && [ -s "$failed" ] && [ "$(wc -l <"$failed")" -le 5 ]; then
  unsteady="$(cut -d: -f2 "$failed" | paste -sd ' ')"
  say
  say "Failed: $unsteady. Once more, alone:"
  status=0
  ctest --test-dir build/dev --rerun-failed -j 1 --output-on-failure \
    --output-junit "$results/ctest-alone.xml" || status=$?
fi
cases="$(cat "$results"/*_test.xml 2>/dev/null | grep -c '<testcase ')" || true
say
say "$cases GoogleTest cases among them; $(seconds_since "$began") in all."
if [ "$status" = 0 ] && [ -n "$unsteady" ]; then
  say "Unsteady: $unsteady failed at first and passed alone. Why is printed above; please mend it."
fi
exit "$status"
