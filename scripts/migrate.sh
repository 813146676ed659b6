#!/usr/bin/env bash
# make migrate: the schema of the database in $DATA, to the newest version. Does nothing when it is
# that already.
source "$(dirname "$0")/lib.sh"

scripts/setup.sh build
step "server (release build)" build-run scripts/build.sh run whoosh
build/run/services/whoosh migrate --data "$DATA"
