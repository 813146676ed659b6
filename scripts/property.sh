#!/usr/bin/env bash
# property.sh: the ledger's property at nightly size. OPERATIONS=1000000 on each of the embedded
# store (its process is killed KILLS=20 times) and PostgreSQL (connections cut off and server
# restarted as often), by THREADS=8, from SEED (today's date). Built for release; the embedded
# store's file lies in FOLDER (memory, where there is /dev/shm). What a seed found, it finds again.
#   make property OPERATIONS=100000 SEED=7
source "$(dirname "$0")/lib.sh"

export WHOOSH_PROPERTY_OPERATIONS="${OPERATIONS:-1000000}"
export WHOOSH_PROPERTY_KILLS="${KILLS:-20}"
export WHOOSH_PROPERTY_THREADS="${THREADS:-8}"
export WHOOSH_PROPERTY_SEED="${SEED:-$(date -u +%Y%m%d)}"
export WHOOSH_PROPERTY_FOLDER="${FOLDER:-}"

run() {  # run NAME BINARY: shows how many operations a second there were
  local binary log="$LOG_DIR/property-$1.log" started ended
  binary="$(find build/release -name "$2" -type f -perm -u+x | head -n 1)"
  started="$(date +%s)"
  "$binary" --gtest_filter='*Property.NothingIsLost*' >"$log" 2>&1 || {
    tail -n 40 "$log"
    die "$1: the property does not hold for seed $WHOOSH_PROPERTY_SEED; all of it: $log"
  }
  ended="$(date +%s)"
  say "ok  $1: $WHOOSH_PROPERTY_OPERATIONS operations, $WHOOSH_PROPERTY_KILLS kills, seed" \
    "$WHOOSH_PROPERTY_SEED, $((ended - started)) s"
  sed -n 's/^\[ *FIGURES *\] */    /p' "$log"
}

scripts/setup.sh test
step "build (release)" build-release scripts/build.sh release store_sqlite_test store_postgres_test
mkdir -p "$LOG_DIR"
run sqlite store_sqlite_test
run postgres store_postgres_test
