#!/usr/bin/env bash
# make down: asks the process that `make up` started to stop, and waits for it. Touches no other
# process.
source "$(dirname "$0")/lib.sh"
source scripts/process.sh

if ! pid="$(running_pid)"; then
  rm -f "$PID_FILE"
  say "Whoosh is not running here (nothing to stop)."
  exit 0
fi
kill -TERM "$pid"
began="$(now_ms)"
while running_pid >/dev/null; do
  if (($(now_ms) - began > 30000)); then
    die "Whoosh (process $pid) has not stopped within 30 s; it still finishes something." \
      "Look at: make logs"
  fi
  sleep 0.05
done
rm -f "$PID_FILE"
say "Stopped after $(seconds_since "$began"). Accounts and history stay in $DATA/."
