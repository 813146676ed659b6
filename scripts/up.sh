#!/usr/bin/env bash
# make up: packages, release build, web client, then `whoosh solo` in the background, and where to
# find it.
source "$(dirname "$0")/lib.sh"
source scripts/process.sh

WHOOSH="$ROOT/build/run/services/whoosh"
READY_S=60

is_ready() { curl -fsS -m 2 -o /dev/null "http://127.0.0.1:$HTTP_PORT/api/health" 2>/dev/null; }

# Somebody else's server on our port would look like ours, and ready.
check_ports() {
  local name
  for name in HTTP_PORT EDGE_PORT OPS_PORT OPS_EDGE_PORT; do
    if (exec 3<>"/dev/tcp/127.0.0.1/${!name}") 2>/dev/null; then
      die "Port ${!name} is taken by another program. Stop that one, or choose another:" \
        "make up $name=$((${!name} + 1000))"
    fi
  done
}

# whoosh itself creates what is missing in $DATA: the signing keys (mode 0600), the database, its
# schema.
start() {
  mkdir -p "$RUN_DIR"
  touch "$SERVER_LOG"
  log_begins="$(wc -c <"$SERVER_LOG")"
  setsid "$WHOOSH" solo --data "$DATA" --web services/web/dist \
    --http-port "$HTTP_PORT" --edge-port "$EDGE_PORT" \
    --ops-port "$OPS_PORT" --ops-edge-port "$OPS_EDGE_PORT" >>"$SERVER_LOG" 2>&1 </dev/null &
  pid=$!
  printf '%s\n' "$pid" >"$PID_FILE"
  disown
}

wait_until_ready() {
  local began
  began="$(now_ms)"
  until is_ready; do
    if [[ ! -d "/proc/$pid" ]]; then
      rm -f "$PID_FILE"
      step_line "${RED}✗${PLAIN}" "start" "$(seconds_since "$began")"
      tail -c "+$((log_begins + 1))" "$SERVER_LOG" | tail -n 30 >&2
      die "Whoosh did not start; why is written above (and in ${SERVER_LOG#"$ROOT/"})."
    fi
    if (($(now_ms) - began > READY_S * 1000)); then
      die "Whoosh (process $pid) has not become ready within $READY_S s. Look at: make logs"
    fi
    sleep 0.1
  done
  step_line "${GREEN}✓${PLAIN}" "start" "$(seconds_since "$began")"
}

print_addresses() {
  local lan url
  lan="$(lan_address)"
  say
  say "${BOLD}Whoosh is running.${PLAIN}"
  say "  On this machine   http://localhost:$HTTP_PORT"
  if [[ -n "$lan" ]]; then
    url="http://$lan:$HTTP_PORT"
    say "  On phones         $url   (same network)"
    say
    "$WHOOSH" qr "$url"
  else
    say "  On phones         this machine has no network address that others could reach"
  fi
  say
  say "  Games edge        ws://localhost:$EDGE_PORT/ws"
  say "  Stop it           make down        Watch it   make logs"
}

scripts/setup.sh run
step "server (release build)" build-run scripts/build.sh run whoosh
step "web client" web scripts/web.sh build
if pid="$(running_pid)"; then
  if is_outdated "$pid"; then
    say "Whoosh (process $pid) still runs the build before this one." \
      "To change over: make down && make up"
  else
    say "Whoosh already runs (process $pid)."
  fi
  is_ready || say "It does not answer on port $HTTP_PORT: was it started with another HTTP_PORT?" \
    "Look at: make logs"
else
  check_ports
  start
  wait_until_ready
fi
print_addresses
