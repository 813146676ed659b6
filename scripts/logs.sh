#!/usr/bin/env bash
# make logs: follows the log of the running Whoosh; Ctrl-C ends it.
source "$(dirname "$0")/lib.sh"
source scripts/process.sh

[[ -f "$SERVER_LOG" ]] || die "There is no log yet. Start Whoosh with: make up"
exec tail -n 100 -F "$SERVER_LOG"
