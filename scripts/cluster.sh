#!/usr/bin/env bash
# make cluster: a whole cluster on this machine to try: PostgreSQL and Redis of its own in a
# temporary folder, three edges, two APIs, two matchmakers. Ctrl-C ends and removes everything.
# Settings: HTTP_PORT=8000 (the first API; the second has the next), EDGE_PORT=8080 (and the two
# after it), OPS_PORT=9090 (one after the other), TICK_MS=1000.
source "$(dirname "$0")/lib.sh"

WHOOSH="$ROOT/build/run/services/whoosh"
TICK_MS="${TICK_MS:-1000}"
INTERNAL_PORT="${INTERNAL_PORT:-9200}"
REDIS_PORT="${REDIS_PORT:-16379}"
EDGES=3
APIS=2
MATCHMAKERS=2
READY_S=60
pids=()
folder=''

# PostgreSQL refuses root.
as_postgres() {
  if ((EUID == 0)); then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

postgres_programs() {
  local newest
  newest="$(find /usr/lib/postgresql -maxdepth 1 -mindepth 1 -printf '%f\n' 2>/dev/null |
    sort -n | tail -n 1)"
  [[ -n "$newest" ]] || die "PostgreSQL is not installed: scripts/setup.sh test"
  printf '/usr/lib/postgresql/%s/bin' "$newest"
}

redis_program() {
  local name
  for name in redis-server valkey-server redis-check-rdb; do  # the last is the server, too
    if have "$name"; then
      printf '%s' "$name"
      return 0
    fi
  done
  die "Neither Redis nor Valkey is installed: scripts/setup.sh test"
}

# shellcheck disable=SC2317  # called by the trap
end_all() {
  trap - EXIT INT TERM
  local pid
  say
  say "Ending the cluster …"
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  if [[ -n "$folder" ]]; then
    as_postgres "$(postgres_programs)/pg_ctl" -D "$folder/postgres/data" -m immediate stop \
      >/dev/null 2>&1 || true
    rm -rf "$folder"
  fi
}

start_stores() {
  local programs redis
  programs="$(postgres_programs)"
  redis="$(redis_program)"
  mkdir -p "$folder/postgres"
  if ((EUID == 0)); then
    chmod 711 "$folder"
    chown postgres "$folder/postgres"
  fi
  as_postgres "$programs/initdb" -D "$folder/postgres/data" -U whoosh -A trust --no-sync \
    -E UTF8 --locale=C >"$LOG_DIR/cluster-postgres.log" 2>&1
  as_postgres "$programs/pg_ctl" -D "$folder/postgres/data" -l "$folder/postgres/log" -w \
    -o "-c listen_addresses='' -c unix_socket_directories='$folder/postgres' -c fsync=off" start \
    >>"$LOG_DIR/cluster-postgres.log" 2>&1
  DATABASE="postgres:host=$folder/postgres user=whoosh dbname=postgres"
  "$redis" --port "$REDIS_PORT" --bind 127.0.0.1 --save '' --dir "$folder" \
    >"$LOG_DIR/cluster-redis.log" 2>&1 &
  pids+=($!)
  "$WHOOSH" migrate --database "$DATABASE" >"$LOG_DIR/cluster-migrate.log"
}

# start NAME ROLE FLAG…
start() {
  local name="$1" role="$2"
  shift 2
  "$WHOOSH" "$role" --state "redis://127.0.0.1:$REDIS_PORT" --cluster-secret-file "$folder/secret" \
    --keys "$folder/keys" --ops-port "$next_ops" "$@" >"$LOG_DIR/cluster-$name.log" 2>&1 &
  pids+=($!)
  ops_ports+=("$next_ops")
  names+=("$name")
  next_ops=$((next_ops + 1))
}

wait_until_ready() {
  local i began
  began="$(now_ms)"
  for i in "${!names[@]}"; do
    until curl -fsS -m 2 -o /dev/null "http://127.0.0.1:${ops_ports[$i]}/readyz" 2>/dev/null; do
      if (($(now_ms) - began > READY_S * 1000)); then
        tail -n 20 "$LOG_DIR/cluster-${names[$i]}.log" >&2
        die "${names[$i]} has not become ready within $READY_S s."
      fi
      sleep 0.2
    done
  done
}

scripts/setup.sh test
step "server (release build)" build-run scripts/build.sh run whoosh
step "web client" web scripts/web.sh build
folder="$(mktemp -d)"
trap end_all EXIT INT TERM
(umask 077 && head -c 36 /dev/urandom | base64 >"$folder/secret")
start_stores
"$WHOOSH" keys --data "$folder" >/dev/null

names=() ops_ports=() next_ops="$OPS_PORT"
for ((i = 1; i <= EDGES; i++)); do
  start "edge-$i" edge --node-name "edge-$i" --data "$folder/edge-$i" --tick-ms "$TICK_MS" \
    --edge-port $((EDGE_PORT + i - 1)) --internal-port $((INTERNAL_PORT + i - 1)) --drain-s 0
done
for ((i = 1; i <= APIS; i++)); do
  start "api-$i" api --database "$DATABASE" --web services/web/dist \
    --http-port $((HTTP_PORT + i - 1))
done
for ((i = 1; i <= MATCHMAKERS; i++)); do start "matchmaker-$i" matchmaker; done
wait_until_ready

say "${BOLD}A cluster is running.${PLAIN}  Ctrl-C ends it."
for ((i = 1; i <= APIS; i++)); do
  say "  web client and REST   http://localhost:$((HTTP_PORT + i - 1))"
done
for i in "${!names[@]}"; do
  say "  ${names[$i]}   http://127.0.0.1:${ops_ports[$i]}/readyz" \
    "  var/log/cluster-${names[$i]}.log"
done
wait
