#!/usr/bin/env bash
# watch.sh SECONDS: asks Prometheus every fifteen seconds whether players are served, and fails when
# three answers in a row say that they are not: 99th percentile of tick lateness above 250 ms on any
# edge, more than 2 % of REST's answers a 5xx, an edge that ended rooms by a broken rule, a process
# that is not there, or an alarm of the load balancer's about errors (WHOOSH_ALARMS, names with
# blanks between). No answer counts as a bad one: who can't see must not go on. It does not end on a
# bad answer either: the last one before the end is a good one.
set -euo pipefail
seconds="${1:?usage: watch.sh SECONDS}"
PAUSE_S="${PAUSE_S:-15}"
bad=0
looks=0

rate='rate(whoosh_tick_lateness_seconds_bucket{namespace="whoosh"}[2m])'
# shellcheck disable=SC2034  # used by name, in look()
lateness="max(histogram_quantile(0.99, sum($rate) by (le, pod))) > 0.25"
requests='rate(whoosh_http_requests_total{namespace="whoosh"}[2m])'
failed='rate(whoosh_http_requests_total{namespace="whoosh",status="5xx"}[2m])'
# shellcheck disable=SC2034
errors="sum($failed) / sum($requests) > 0.02"
# shellcheck disable=SC2034
broken='sum(increase(whoosh_rooms_broken_total{namespace="whoosh"}[5m])) > 0'
# shellcheck disable=SC2034
gone='min(up{namespace="whoosh"}) < 1'

# ask QUERY: "bad" when it has a result, "good" when it has none; fails when nobody answers.
ask() {
  local answer
  if [[ -n "${WHOOSH_PROMETHEUS:-}" ]]; then
    answer="$(curl -fsS -m 10 --get --data-urlencode "query=$1" \
      "$WHOOSH_PROMETHEUS/api/v1/query")" || return 1
  else
    answer="$(kubectl get --raw "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/$(
      )proxy/api/v1/query?query=$(python3 -c \
        'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$1")")" || return 1
  fi
  python3 -c 'import json, sys
answer = json.load(sys.stdin)
if answer.get("status") != "success": sys.exit(1)
print("bad" if answer["data"]["result"] else "good")' <<<"$answer"
}

look() {  # what is wrong now, in words; nothing when all is well
  local name answer alarms
  if [[ -n "${WHOOSH_ALARMS:-}" ]]; then
    # shellcheck disable=SC2086  # a list of names
    alarms="$(aws cloudwatch describe-alarms --alarm-names $WHOOSH_ALARMS --output text \
      --query "MetricAlarms[?StateValue=='ALARM'].AlarmName")" || alarms='no answer'
    [[ -z "$alarms" ]] || printf 'Alarms: %s. ' "$alarms"
  fi
  for name in lateness errors broken gone; do
    answer="$(ask "${!name}")" || { printf 'Prometheus does not answer. '; return; }
    [[ "$answer" == good ]] || printf '%s: %s. ' "$name" "${!name}"
  done
}

until ((SECONDS >= seconds && looks > 0 && bad == 0)); do
  wrong="$(look)"
  looks=$((looks + 1))
  if [[ -z "$wrong" ]]; then bad=0; else bad=$((bad + 1)); fi
  [[ -z "$wrong" ]] || printf 'watch: %s\n' "$wrong" >&2
  if ((bad >= 3)); then exit 1; fi
  sleep "$PAUSE_S"
done
printf 'watch: players are served.\n'
