#!/usr/bin/env bash
# observe.sh metrics: writes docs/METRICS.md from running processes (the built `whoosh`).
source "$(dirname "$0")/lib.sh"

[[ "${1:-}" == metrics ]] || die "usage: observe.sh metrics"
python3 tools/observe/metrics.py --write \
  --program "${WHOOSH_BIN:-${WHOOSH_BUILD:-$ROOT/build/dev}/services/whoosh}"
