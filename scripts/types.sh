#!/usr/bin/env bash
# make types: the TypeScript types of the SDK, written from the C++ structs (tools/wiregen).
source "$(dirname "$0")/lib.sh"

scripts/setup.sh test
step "wiregen" build-wiregen scripts/build.sh dev wiregen
build/dev/tools/wiregen --root .
git status --short -- sdk/typescript/src
