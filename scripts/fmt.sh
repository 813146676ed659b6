#!/usr/bin/env bash
# make fmt: clang-format over our C++, prettier over the client and the SDK, in place. FILES="a.cpp
# b.h" formats only these C++ files.
source "$(dirname "$0")/lib.sh"
source scripts/format.sh

scripts/setup.sh lint
clang_format="$(find_clang_format)" || die "$CLANG_FORMAT_MISSING"
if [[ -n "${FILES:-}" ]]; then
  # shellcheck disable=SC2086  # a list of names
  "$clang_format" -i $FILES
else
  cpp_files | xargs -0 "$clang_format" -i
  scripts/web.sh install services/web
  (cd services/web && npm run --silent fmt)
  scripts/web.sh install sdk/typescript
  (cd sdk/typescript && npm run --silent fmt)
fi
git diff --stat -- libs services games tools tests bench sdk
