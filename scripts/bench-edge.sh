#!/usr/bin/env bash
# bench-edge.sh edge|million|peers|tls: load on real `whoosh edge` processes by `whoosh swarm`, both
# built for release (the programs are in bench/edge/). Tables on standard output, all of it as JSON
# and pictures in var/bench/.
#   make bench-edge     ARGS="--sizes 40000,80000 --seconds 60"     (bench_edge.py --help)
#   make bench-million  ARGS="--players 300000"                     (bench_million.py --help)
#   make bench-tls      ARGS="--rates 0,2000 --key rsa"             (bench_tls.py --help)
#   make bench-peers    ARGS="--connections 8000 --servers whoosh-sit,gorilla"
# bench-edge.sh smoke NAME BUILD: an instant of it with that build, to see that it still runs and
# everything is right.
source "$(dirname "$0")/lib.sh"

python=/usr/bin/python3 # the one that Debian's packages belong to
[[ -x "$python" ]] || python=python3
PEERS="$ROOT/build/peers"

build_release() {
  step "configure" build-release scripts/build.sh release build.ninja
  step "server and tools (release)" build-release scripts/build.sh release "$@"
}

# The peers' own dependencies go to build/peers, nowhere else.
build_peers() {
  local name
  mkdir -p "$PEERS/gorilla"
  step "peer: gorilla" peer-gorilla env GO111MODULE=off GOPATH=/usr/share/gocode \
    GOCACHE="$PEERS/gocache" go build -o "$PEERS/gorilla/server" bench/peers/gorilla/main.go
  for name in node_ws colyseus; do
    mkdir -p "$PEERS/$name"
    cp bench/peers/"$name"/* "$PEERS/$name/"
    step "peer: $name" "peer-$name" \
      npm --prefix "$PEERS/$name" install --no-audit --no-fund --ignore-scripts
  done
}

# In a network of its own where that is permitted: a firewall's rules would be paid for with every
# message, and a million connections fill its table.
run() {  # run NAME ARGUMENT…
  local name="$1" own=()
  shift
  if unshare --net ip link set lo up 2> /dev/null; then
    own=(unshare --net sh -c 'ip link set lo up && exec "$@"' sh)
  fi
  exec "${own[@]}" "$python" "bench/edge/bench_$name.py" "$@"
}

case "${1:-}" in
  edge | million | tls)
    scripts/setup.sh test
    build_release whoosh
    mkdir -p var/bench
    # shellcheck disable=SC2086  # ARGS is a list of words
    run "$1" --build build/release ${ARGS:-}
    ;;
  peers)
    scripts/setup.sh peers
    build_release whoosh peer_beast
    build_peers
    mkdir -p var/bench
    # shellcheck disable=SC2086
    run peers --build build/release --peers "$PEERS" ${ARGS:-}
    ;;
  smoke)
    case "${2:?edge, million, tls or peers}" in
      edge | million | tls) run "$2" --smoke --build "${3:?a build folder}" ;;
      peers) run peers --smoke --build "${3:?a build folder}" --peers "$PEERS" ;;
      *) die "usage: bench-edge.sh smoke edge|million|peers BUILD" ;;
    esac
    ;;
  *) die "usage: bench-edge.sh edge|million|peers|tls, or smoke NAME BUILD" ;;
esac
