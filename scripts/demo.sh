#!/usr/bin/env bash
# make demo: eight bots play one whole match of Suspect with time sped up, in a process of its own.
source "$(dirname "$0")/lib.sh"

scripts/setup.sh build
step "server (release build)" build-run scripts/build.sh run whoosh
build/run/services/whoosh demo "$@"
