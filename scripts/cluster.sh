#!/usr/bin/env bash
# make cluster: a whole cluster on this machine to try: PostgreSQL and Redis of its own in a
# temporary folder, three edges, two APIs, two matchmakers. Ctrl-C or SIGTERM ends every process and
# removes the folder; a process that ends by itself (or is killed, to see what happens) is reported,
# and the others go on.
# Settings: HTTP_PORT=8000 (the first API; the second has the next), EDGE_PORT=8080 (and the two
# after it), OPS_PORT=9090 (one after the other), INTERNAL_PORT=9200 (and the two after it),
# REDIS_PORT=16379, TICK_MS=1000, WHOOSH_BIN (a server that is built already).
# shellcheck disable=SC2317  # end_all and what it calls run by the trap
source "$(dirname "$0")/lib.sh"

TICK_MS="${TICK_MS:-1000}"
INTERNAL_PORT="${INTERNAL_PORT:-9200}"
REDIS_PORT="${REDIS_PORT:-16379}"
EDGES=3
APIS=2
MATCHMAKERS=2
READY_S=60
END_S=10
LOGS="$LOG_DIR/cluster-$HTTP_PORT"  # its own: another cluster may run beside it, on other ports
folder=''
names=()            # of every process, in the order they were started
declare -A pids=()   # by name; a process that has ended is not in it
declare -A pages=()  # port of the operators' pages, by name

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

# The server's path. redis-tools holds it under another name; which one it is called by decides what
# it does, so a link gives it the right one.
redis_program() {
  local name
  for name in redis-server valkey-server; do
    ! have "$name" || { command -v "$name"; return; }
  done
  have redis-check-rdb || die "Neither Redis nor Valkey is installed: scripts/setup.sh test"
  ln -sf "$(command -v redis-check-rdb)" "$folder/redis-server"
  printf '%s' "$folder/redis-server"
}

# ---- processes -----------------------------------------------------------------------------------

# launch NAME COMMAND…: in the background, and never longer than this script. setpriv sets that
# after it has changed the user.
launch() {
  local name="$1" rights=()
  shift
  ((EUID != 0)) || [[ "$name" != postgres ]] ||
    rights=(--reuid postgres --regid postgres --init-groups)
  setpriv "${rights[@]}" --pdeathsig TERM "$@" >"$LOGS/$name.log" 2>&1 </dev/null &
  names+=("$name")
  pids[$name]=$!
}

is_running() { [[ -n "${pids[$1]:-}" ]] && kill -0 "${pids[$1]}" 2>/dev/null; }

# The last lines of a process's log, to standard error.
show_log() {
  printf '%s\n' "${DIM}--- the last lines of ${LOGS#"$ROOT/"}/$1.log${PLAIN}" >&2
  tail -n 20 "$LOGS/$1.log" >&2
}

none_left() {
  local name
  for name in "${names[@]}"; do ! is_running "$name" || return 1; done
}

# Those that need the stores first, then the stores: each group is waited for, END_S at most.
end_group() {
  local name began
  for name in "$@"; do
    if is_running "$name"; then
      # SIGINT: PostgreSQL ends without waiting for its clients.
      kill -"$([[ "$name" == postgres ]] && echo INT || echo TERM)" "${pids[$name]}" || true
    fi
  done
  began="$(now_ms)"
  for name in "$@"; do
    while is_running "$name"; do
      if (($(now_ms) - began > END_S * 1000)); then
        say "$name did not end within $END_S s: killed."
        kill -KILL "${pids[$name]}" || true
        break
      fi
      sleep 0.05
    done
  done
}

# shellcheck disable=SC2317  # called by the trap
end_all() {
  local status=$? name roles=()
  trap '' INT TERM HUP  # once is enough
  trap - EXIT
  set +e
  say
  say "Ending the cluster …"
  for name in "${names[@]}"; do
    [[ "$name" == postgres || "$name" == redis ]] || roles+=("$name")
  done
  end_group "${roles[@]}"
  end_group postgres redis
  [[ -z "$folder" ]] || rm -rf "$folder"
  exit "$status"
}

# wait_for NAME COMMAND…: until the command succeeds, which is an error after READY_S and as soon as
# any process of the cluster has ended.
wait_for() {
  local name="$1" began other
  shift
  began="$(now_ms)"
  until "$@" >/dev/null 2>&1; do
    for other in "${names[@]}"; do
      if ! is_running "$other"; then
        show_log "$other"
        die "$other has ended instead of starting."
      fi
    done
    if (($(now_ms) - began > READY_S * 1000)); then
      show_log "$name"
      die "$name has not become ready within $READY_S s."
    fi
    sleep 0.1
  done
}

# ---- ports ---------------------------------------------------------------------------------------

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# check_ports SETTING FIRST COUNT: that many from the first on must be free.
check_ports() {
  local port
  if ! [[ "$2" =~ ^[0-9]{1,5}$ ]] || (($2 < 1 || $2 + $3 - 1 > 65535)); then
    die "$1=$2: not a port (with room for $3 of them)."
  fi
  for ((port = $2; port < $2 + $3; port++)); do
    ! listens "$port" || taken+=("$port ($1)")
  done
}

check_all_ports() {
  taken=()
  check_ports HTTP_PORT "$HTTP_PORT" "$APIS"
  check_ports EDGE_PORT "$EDGE_PORT" "$EDGES"
  check_ports INTERNAL_PORT "$INTERNAL_PORT" "$EDGES"
  check_ports OPS_PORT "$OPS_PORT" $((EDGES + APIS + MATCHMAKERS))
  check_ports REDIS_PORT "$REDIS_PORT" 1
  ((${#taken[@]} == 0)) || die "Taken ports of this machine: $(printf '%s, ' "${taken[@]}" |
    sed 's/, $//'). End what listens there, or choose others: HTTP_PORT=8100 … make cluster"
}

# ---- the cluster ---------------------------------------------------------------------------------

start_stores() {
  local programs
  programs="$(postgres_programs)"
  mkdir -p "$folder/postgres"
  if ((EUID == 0)); then
    chmod 711 "$folder"
    chown postgres "$folder/postgres"
  fi
  as_postgres "$programs/initdb" -D "$folder/postgres/data" -U whoosh -A trust --no-sync \
    -E UTF8 --locale=C >"$LOGS/initdb.log" 2>&1 || { show_log initdb; die "initdb failed."; }
  launch postgres "$programs/postgres" -D "$folder/postgres/data" -c listen_addresses= \
    -c unix_socket_directories="$folder/postgres" -c fsync=off
  launch redis "$(redis_program)" --port "$REDIS_PORT" --bind 127.0.0.1 --save '' --dir "$folder"
  wait_for redis listens "$REDIS_PORT"
  wait_for postgres "$programs/pg_isready" -h "$folder/postgres" -U whoosh -d postgres
  "$WHOOSH" migrate --database "$DATABASE" >"$LOGS/migrate.log" 2>&1 ||
    { show_log migrate; die "whoosh migrate failed."; }
}

# start NAME ROLE FLAG…
start() {
  local name="$1" role="$2" page=$((OPS_PORT + ${#pages[@]}))
  shift 2
  pages[$name]=$page
  launch "$name" "$WHOOSH" "$role" --state "redis://127.0.0.1:$REDIS_PORT" \
    --cluster-secret-file "$folder/secret" --keys "$folder/keys" --ops-port "$page" "$@"
}

start_roles() {
  local i
  for ((i = 1; i <= EDGES; i++)); do
    start "edge-$i" edge --node-name "edge-$i" --data "$folder/edge-$i" --tick-ms "$TICK_MS" \
      --edge-port $((EDGE_PORT + i - 1)) --internal-port $((INTERNAL_PORT + i - 1)) --drain-s 0
  done
  for ((i = 1; i <= APIS; i++)); do
    start "api-$i" api --database "$DATABASE" --web services/web/dist \
      --http-port $((HTTP_PORT + i - 1))
  done
  for ((i = 1; i <= MATCHMAKERS; i++)); do start "matchmaker-$i" matchmaker; done
}

is_ready() { curl -fsS -m 2 -o /dev/null "http://127.0.0.1:${pages[$1]}/readyz"; }

tell() {
  local i name
  say "${BOLD}A cluster is running.${PLAIN}  Ctrl-C ends it."
  for ((i = 0; i < APIS; i++)); do
    printf '  %-23s http://localhost:%d\n' 'web client and REST' $((HTTP_PORT + i))
  done
  for name in "${names[@]}"; do
    printf '  %-13s %9s %-30s %s\n' "$name" "${pids[$name]}" \
      "${pages[$name]:+http://127.0.0.1:${pages[$name]}/readyz}" "${LOGS#"$ROOT/"}/$name.log"
  done
}

# Until told to end, or until nobody is left: says who goes.
watch() {
  local name status
  while ! none_left; do
    status=0
    wait -n || status=$?
    for name in "${names[@]}"; do
      if [[ -n "${pids[$name]:-}" ]] && ! is_running "$name"; then
        unset "pids[$name]"
        say "$name has ended (status $status); its log: ${LOGS#"$ROOT/"}/$name.log"
      fi
    done
  done
  die "No process of the cluster is left."
}

check_all_ports
if [[ -n "${WHOOSH_BIN:-}" ]]; then
  WHOOSH="$WHOOSH_BIN"
else
  WHOOSH="$ROOT/build/run/services/whoosh"
  scripts/setup.sh test
  step "server (release build)" build-run scripts/build.sh run whoosh
fi
step "web client" web scripts/web.sh build
mkdir -p "$LOGS"
folder="$(mktemp -d)"
DATABASE="postgres:host=$folder/postgres user=whoosh dbname=postgres"
trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
(umask 077 && head -c 36 /dev/urandom | base64 >"$folder/secret")
start_stores
"$WHOOSH" keys --data "$folder" >/dev/null
start_roles
for name in "${names[@]}"; do
  [[ -z "${pages[$name]:-}" ]] || wait_for "$name" is_ready "$name"
done
tell
trap 'exit 0' INT TERM HUP  # what was to be
watch
