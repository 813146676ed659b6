#!/usr/bin/env bash
# make clean: removes what builds have made; data, keys and the running process stay.
source "$(dirname "$0")/lib.sh"
source scripts/process.sh

if running_pid >/dev/null; then die "Whoosh is running from build/. Stop it first: make down"; fi
rm -rf build services/web/dist
say "build/ and services/web/dist are gone; accounts and keys in $DATA/ are still there."
