#!/usr/bin/env bash
# bench-deflate.sh [--matches N]: what permessage-deflate would save and cost on matches of Suspect
# (docs/adr/0011-no-permessage-deflate.md decides by it). Built for release.
source "$(dirname "$0")/lib.sh"

scripts/setup.sh test
step "configure" build-release scripts/build.sh release build.ninja
step "benchmark (release build)" build-release scripts/build.sh release deflate
model="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
say "commit $(git rev-parse --short HEAD), $(nproc) cores, $model"
build/release/bench/deflate "$@"
