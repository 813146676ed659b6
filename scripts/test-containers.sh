#!/usr/bin/env bash
# make test-containers: builds the image and runs docker-compose.yml with it, for real: health,
# order, migration, a match through HAProxy on two edges, rights, Prometheus, the drain of an edge
# with and without players. Where no registry is reached the base is made here (debootstrap), and
# PostgreSQL, Redis, HAProxy and Prometheus are Debian's (tests/containers/). Needs root: it starts
# a Docker daemon of its own, in build/containers, unless DOCKER_HOST names one.
# Settings: TEST_HTTP_PORT=18000, EDGE_PORT=8080 (pages look for WebSockets there), SUITE=bookworm,
# CCACHE_FOLDER (a compiler cache; builds with buildah then), KEEP_IMAGE=1 (what was built last).
source "$(dirname "$0")/lib.sh"

WORK="$ROOT/build/containers"
SUITE="${SUITE:-bookworm}"
BASE="whoosh-test-base:$SUITE"
READY_S=300
failures=0
daemon=''

export IMAGE=whoosh-test:latest WHOOSH_IMAGE=whoosh-test:latest HTTP_PORT="${TEST_HTTP_PORT:-18000}"
export EDGE_PORT WHOOSH_TICK_MS=50 WHOOSH_RATE_LIMITS=false
WHOOSH_NOFILE="$(ulimit -Hn)"
export WHOOSH_NOFILE
export POSTGRES_IMAGE=whoosh-test-postgres:0 REDIS_IMAGE=whoosh-test-redis:0
export HAPROXY_IMAGE=whoosh-test-haproxy:0 PROMETHEUS_IMAGE=whoosh-test-prometheus:0
export PROMETHEUS_PORT="${PROMETHEUS_PORT:-19095}"

expect() {  # expect WORDS COMMAND…: one line of the report
  local words="$1"
  shift
  if "$@"; then say "  ok      $words"; else say "  FAILED  $words"; failures=$((failures + 1)); fi
}

compose() {
  local program=(docker compose)
  if have docker-compose; then program=(docker-compose); fi
  "${program[@]}" -p whoosh-test "$@"
}
container() { compose ps -q "$1"; }
inspect() { docker inspect -f "$2" "$(container "$1")"; }
address() {
  inspect "$1" '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' | cut -d ' ' -f 1
}
metric() {  # metric SERVICE PORT NAME: the sum of its samples
  curl -fsS -m 5 "http://$(address "$1"):$2/metrics" |
    awk -v name="$3" '$1 == name || index($1, name "{") == 1 {sum += $2} END {printf "%d", sum}'
}

# ---- the daemon, the base, the images -----------------------------------------------------------

start_daemon() {
  if [[ -n "${DOCKER_HOST:-}" ]]; then return 0; fi
  ((EUID == 0)) || die "make test-containers starts a Docker daemon of its own, as root."
  mkdir -p "$WORK"
  export DOCKER_HOST="unix://$WORK/docker.sock"
  dockerd --data-root "$WORK/data" --exec-root "$WORK/exec" --pidfile "$WORK/docker.pid" \
    --host "$DOCKER_HOST" --bridge none >"$LOG_DIR/dockerd.log" 2>&1 </dev/null &
  daemon=$!
  local began
  began="$(now_ms)"
  until docker info >/dev/null 2>&1; do
    [[ -d "/proc/$daemon" ]] || die "dockerd has ended; see $LOG_DIR/dockerd.log"
    (($(now_ms) - began < 60000)) || die "dockerd does not answer; see $LOG_DIR/dockerd.log"
    sleep 0.2
  done
}

make_base() {
  if docker image inspect "$BASE" >/dev/null 2>&1; then return 0; fi
  local root="$WORK/base-$SUITE"
  if [[ ! -e "$root/.made" ]]; then
    rm -rf "$root"
    step "base ($SUITE, debootstrap)" debootstrap debootstrap --variant=minbase "$SUITE" "$root"
    # A network with an authority of its own: npm has to know it, too.
    mkdir -p "$root/etc/ssl"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/builder-authorities.pem"
    touch "$root/.made"
  fi
  tar -C "$root" -c . | docker import - "$BASE" >/dev/null
}

build_image() {
  export NODE_EXTRA_CA_CERTS=/etc/ssl/builder-authorities.pem BASE
  if [[ -z "${CCACHE_FOLDER:-}" ]]; then
    ENGINE=docker scripts/image.sh
    return
  fi
  local store=(--root "$WORK/buildah" --runroot "$WORK/buildah-run") folder base
  folder="$(mktemp -d)"
  printf '#!/bin/sh\nexec %s %s "$@"\n' "$(command -v buildah)" "${store[*]}" >"$folder/buildah"
  chmod 755 "$folder/buildah"
  docker save "$BASE" -o "$folder/base.tar"
  # Which registry the name of an archive's image is taken to be of differs by version.
  base="$(buildah "${store[@]}" pull -q "docker-archive:$folder/base.tar")"
  buildah "${store[@]}" tag "$base" "docker.io/library/$BASE"
  PATH="$folder:$PATH" ENGINE=buildah BASE="docker.io/library/$BASE" \
    IMAGE="docker.io/library/$IMAGE" \
    BUILDAH_ISOLATION="${BUILDAH_ISOLATION:-chroot}" scripts/image.sh
  buildah "${store[@]}" push -q "docker.io/library/$IMAGE" \
    "docker-archive:$folder/image.tar:$IMAGE"
  docker load -q -i "$folder/image.tar"
  rm -rf "$folder"
}

build_others() {
  local name
  for name in postgres redis haproxy prometheus; do
    docker build -q --network host --build-arg "BASE=$BASE" -t "whoosh-test-$name:0" \
      -f "tests/containers/$name.Dockerfile" tests/containers >/dev/null
  done
}

# ---- what has to be so --------------------------------------------------------------------------

label() {
  docker image inspect -f "{{index .Config.Labels \"org.opencontainers.image.$1\"}}" "$IMAGE"
}
files() { docker export "$(container api)" | tar -t; }
has_bill_of_materials() { files | grep -x usr/share/whoosh/sbom.cdx.json >/dev/null; }
has_no_shell() { ! files | grep -E 'bin/(ba|da)?sh$'; }
pid_of() { inspect "$1" '{{.State.Pid}}'; }
is_healthy() { [[ "$(inspect "$1" '{{.State.Health.Status}}')" == healthy ]]; }
is_lower_than() { (($1 < $2)); }
is_this_commit() { [[ "${1%-changed}" == "$(git rev-parse HEAD)" ]]; }
runs_as() { [[ "$(ps -o uid= -p "$(pid_of "$1")" | tr -d ' ')" == "$2" ]]; }
has_no_rights() { grep -q '^CapEff:.*0000000000000000$' "/proc/$(pid_of "$1")/status"; }
cannot_write() { ! touch "/proc/$(pid_of "$1")/root/usr/probe" 2>/dev/null; }
plays_a_match() {
  docker run --rm --network host "$IMAGE" demo --against "http://127.0.0.1:$HTTP_PORT"
}

check_image() {
  local bytes
  bytes="$(docker image inspect -f '{{.Size}}' "$IMAGE")"
  say "image: $((bytes / 1000000)) MB"
  expect "smaller than 150 MB" is_lower_than "$bytes" 150000000
  expect "its version is the program's" test "whoosh $(label version)" = \
    "$(docker run --rm --network none "$IMAGE" --version)"
  expect "its revision is this commit's" is_this_commit "$(label revision)"
  expect "its user has a number" test 10001:10001 = \
    "$(docker image inspect -f '{{.Config.User}}' "$IMAGE")"
  expect "a read-only root and no rights are enough for a whole server" docker run --rm \
    --read-only --tmpfs /tmp --cap-drop ALL --network none "$IMAGE" demo --tick-ms 5
}

check_running() {
  local service
  for service in api edge-1 edge-2 matchmaker; do
    expect "$service: healthy" is_healthy "$service"
    expect "$service: runs as 10001" runs_as "$service" 10001
    expect "$service: no capability" has_no_rights "$service"
    expect "$service: its root can't be written, not by root either" cannot_write "$service"
  done
  for service in secrets migrate; do
    expect "$service: has run once and ended with 0" test "$(docker inspect -f \
      '{{.State.Status}} {{.State.ExitCode}}' "$(compose ps -a -q $service)")" = 'exited 0'
  done
  expect "the bill of materials is in the image" has_bill_of_materials
  expect "no shell is in the image" has_no_shell
  expect "an unknown edge is not found" test "$(curl -s -o /dev/null -w '%{http_code}' \
    "http://127.0.0.1:$EDGE_PORT/edge/edge-9/ws")" = 404
}

# ---- edges that are told to end -----------------------------------------------------------------

players_of() { metric "$1" 9091 whoosh_players; }
is_draining() {
  local page
  page="$(curl -sS -m 5 "http://$(address "$1"):9091/readyz")" && [[ "$page" == *draining* ]]
}
exit_code() { docker inspect -f '{{.State.ExitCode}}' "$(compose ps -a -q "$1")"; }
seat_everybody() {  # seat_everybody DEMO: prints the edge whose room eight players sit in
  local edge began
  began="$(now_ms)"
  until (($(now_ms) - began > 60000)); do
    for edge in edge-1 edge-2; do
      if (($(players_of "$edge") == 8)); then printf '%s' "$edge"; return 0; fi
    done
    [[ "$(docker inspect -f '{{.State.Running}}' "$1")" == true ]] || return 1
    sleep 0.1
  done
  return 1
}
is_told_with_players() {  # EDGE: it says that it drains, and they still sit there
  local began
  began="$(now_ms)"
  until is_draining "$1"; do
    (($(now_ms) - began < 20000)) || return 1
    sleep 0.1
  done
  (($(players_of "$1") == 8))
}

# An edge that is told to end in the middle of a match ends after it: the eight play on and have
# their results.
check_drain_with_players() {
  local demo edge stopping began
  demo="$(docker run -d --network host "$IMAGE" demo --against "http://127.0.0.1:$HTTP_PORT")"
  if ! edge="$(seat_everybody "$demo")"; then
    docker logs "$demo"
    expect "eight players are seated" false
    return
  fi
  began="$(now_ms)"
  compose stop "$edge" >/dev/null 2>&1 &
  stopping=$!
  expect "$edge is told to end while eight players sit there" is_told_with_players "$edge"
  expect "they play their match to its end" test "$(docker wait "$demo")" = 0
  docker logs "$demo" >"$LOG_DIR/containers-drain.log" 2>&1
  docker rm "$demo" >/dev/null
  wait "$stopping"
  say "an edge with a match ends in $(seconds_since "$began")"
  expect "$edge ended with 0, not killed" test "$(exit_code "$edge")" = 0
  expect "a match is played on the edge that is left" plays_a_match
  compose up -d --no-build "$edge" haproxy >/dev/null 2>&1
  began="$(now_ms)"
  until is_healthy "$edge" || (($(now_ms) - began > READY_S * 1000)); do sleep 0.2; done
  expect "$edge is there again" is_healthy "$edge"
}

# Without rooms it leaves at once.
check_drain() {
  local began
  began="$(now_ms)"
  compose stop edge-1 >/dev/null 2>&1
  say "an edge without rooms ends in $(seconds_since "$began")"
  expect "edge-1 ended with 0, not killed" test "$(exit_code edge-1)" = 0
  expect "a match is played on the edge that is left" plays_a_match
}

# ---- the profile `observe` ----------------------------------------------------------------------

asked() {  # asked QUERY: the first value that Prometheus has for it
  curl -fsS -m 5 --get --data-urlencode "query=$1" \
    "http://127.0.0.1:$PROMETHEUS_PORT/api/v1/query" |
    sed -n 's/.*"value":\[[0-9.]*,"\([^"]*\)"\].*/\1/p'
}
comes_to() {  # comes_to VALUE QUERY: within a minute
  local began
  began="$(now_ms)"
  until [[ "$(asked "$2")" == "$1" ]]; do
    (($(now_ms) - began < 60000)) || return 1
    sleep 0.5
  done
}
prometheus_is_ready() {
  curl -fsS -m 5 -o /dev/null "http://127.0.0.1:$PROMETHEUS_PORT/-/ready" 2>/dev/null
}
check_observe() {
  local began
  began="$(now_ms)"
  if ! compose --profile observe up -d --no-build prometheus >"$LOG_DIR/compose-observe.log" 2>&1
  then
    tail -n 20 "$LOG_DIR/compose-observe.log" >&2
    expect "Prometheus starts" false
    return
  fi
  # By its page: the promtool of Debian 12 is too old for the file's health check.
  until prometheus_is_ready || (($(now_ms) - began > READY_S * 1000)); do sleep 0.2; done
  expect "Prometheus: ready" prometheus_is_ready
  expect "Prometheus reads all four processes" comes_to 4 'sum(up)'
  expect "Prometheus knows the players' answers" comes_to 1 \
    'count(sum(whoosh_http_requests_total{status="2xx"}) > 0)'
}

end_all() {
  local status=$?
  set +e
  ((status == 0)) || compose logs --no-color >"$LOG_DIR/containers.log" 2>&1
  compose --profile observe down -v -t 10 >/dev/null 2>&1
  if [[ -n "$daemon" ]]; then
    kill "$daemon"
    wait "$daemon"
  fi
  exit "$status"
}

scripts/setup.sh containers
start_daemon
trap end_all EXIT
make_base
if [[ -z "${KEEP_IMAGE:-}" ]]; then build_image; fi
build_others
check_image
began="$(now_ms)"
compose up -d --no-build >"$LOG_DIR/compose-up.log" 2>&1 ||
  { tail -n 30 "$LOG_DIR/compose-up.log" >&2; die "docker-compose up failed."; }
until is_healthy haproxy; do
  (($(now_ms) - began < READY_S * 1000)) || die "HAProxy is not healthy within $READY_S s."
  sleep 0.2
done
say "docker compose up, until a page is served: $(seconds_since "$began")"
expect "a match is played through HAProxy" plays_a_match
say "docker compose up, until the first match has been played (a tick is $WHOOSH_TICK_MS ms):" \
  "$(seconds_since "$began")"
for _ in 1 2 3; do expect "one more match" plays_a_match; done
for edge in edge-1 edge-2; do
  say "$edge: $(metric $edge 9091 whoosh_net_accepted_total) connections"
done
check_running
check_observe
check_drain_with_players
check_drain
((failures == 0)) || die "$failures of the checks failed."
say "All as it should be."
