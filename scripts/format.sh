# shellcheck shell=bash
# Which files clang-format looks after, and which clang-format: another version formats differently.
# Sourced after lib.sh.
# shellcheck disable=SC2034

CLANG_FORMAT_VERSION=14
CLANG_FORMAT_MISSING="Formatting needs clang-format $CLANG_FORMAT_VERSION, which is not here."

cpp_files() { git ls-files -z -- '*.h' '*.cpp'; }

find_clang_format() {
  local name
  for name in "clang-format-$CLANG_FORMAT_VERSION" clang-format; do
    if have "$name" && [[ "$("$name" --version)" == *"version $CLANG_FORMAT_VERSION."* ]]; then
      say "$name"
      return 0
    fi
  done
  return 1
}
