#!/usr/bin/env bash
# observe.sh metrics: writes docs/METRICS.md from running processes (the built `whoosh`).
# observe.sh dashboards: writes Grafana's dashboards from tools/observe/boards_*.py.
# observe.sh rules: writes the Prometheus Operator's object out of alerts.yml.
# observe.sh picture [FOLDER]: plays on a cluster, and draws every dashboard from what a real
# Prometheus saw of it (default var/dashboards; docs/images has one of them).
source "$(dirname "$0")/lib.sh"

program="${WHOOSH_BIN:-${WHOOSH_BUILD:-$ROOT/build/dev}/services/whoosh}"
case "${1:-}" in
  metrics) python3 tools/observe/metrics.py --write --program "$program" ;;
  dashboards) python3 tools/observe/dashboards.py --write ;;
  rules) python3 tools/observe/alerts.py --write ;;
  picture)
    mkdir -p "${2:-var/dashboards}"
    python3 tools/observe/prometheus_test.py --program "$program" \
      --picture "${2:-var/dashboards}"
    ;;
  *) die "usage: observe.sh metrics|dashboards|rules|picture [FOLDER]" ;;
esac
