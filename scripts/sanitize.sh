#!/usr/bin/env bash
# sanitize.sh asan|tsan: the C++ tests in a build of their own under that sanitizer. ARGS go to
# ctest:
#   make asan ARGS="-R room"
source "$(dirname "$0")/lib.sh"

preset="${1:?usage: sanitize.sh asan|tsan}"
scripts/setup.sh test
step "build ($preset)" "build-$preset" scripts/build.sh "$preset"
export ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1:check_initialization_order=1"
export UBSAN_OPTIONS="print_stacktrace=1"
export TSAN_OPTIONS="suppressions=$ROOT/scripts/tsan.supp:halt_on_error=1:second_deadlock_stack=1"
# shellcheck disable=SC2086  # ARGS is a list of words
ctest --test-dir "build/$preset" -LE check -j "$JOBS" --output-on-failure --timeout 600 ${ARGS:-}
