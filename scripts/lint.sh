#!/usr/bin/env bash
# make lint: every check that needs no running server. CLANG_TIDY=1 adds clang-tidy, which takes
# minutes.
source "$(dirname "$0")/lib.sh"

scripts/setup.sh test
failed=0
check() { step "$1" "check-$2" scripts/check.sh "$2" || failed=$((failed + 1)); }

check "house rules" rules
check "house rules: their own tests" rules-test
check "C++ format" format
check "shell scripts" shell
step "wiregen and headers" build-lint scripts/build.sh dev wiregen headers || failed=$((failed + 1))
check "generated types are fresh" types
check "web client: types" web-types
check "web client: format" web-format
check "OpenAPI document" openapi
if [[ -n "${CLANG_TIDY:-}" ]]; then check "clang-tidy" clang-tidy; fi
if ((failed > 0)); then die "$failed checks failed."; fi
say "All clean."
