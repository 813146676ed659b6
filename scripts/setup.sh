#!/usr/bin/env bash
# setup.sh [GROUP]…: installs the packages of these groups that this machine lacks.
#   build  what compiling the server needs      run   build + the web client's tools
#   test   run + what the tests need            lint  formatters and checkers
#   bench  test + the service that bench-api compares with
#   peers  test + the servers that bench-peers compares with
#   image  what the build stage of the Dockerfile needs beside run
#   containers  Docker with compose, and what makes the base of a test's images
# Nothing missing: no package manager is called, and the whole script takes a moment.
source "$(dirname "$0")/lib.sh"

NODE_MAJOR_MIN=18
CLUSTER_CONF=/etc/postgresql-common/createcluster.conf
POLICY=/usr/sbin/policy-rc.d
UNIT=/etc/systemd/system/prometheus.service

supported_list() {  # the package list of this system; fails with a sentence on another one
  local id='' version=''
  if [[ -r /etc/os-release ]]; then
    id="$(sed -n 's/^ID=//p' /etc/os-release | tr -d '"')"
    version="$(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d '"')"
  fi
  local list="scripts/packages/$id-$version.txt"
  if [[ ! -r "$list" ]] || ! have dpkg-query; then
    die "Whoosh knows how to set up Debian 12 and 13 and Ubuntu 24.04; this is" \
      "${id:-an unknown system} ${version:-}. Install the counterparts of the packages in" \
      "scripts/packages/debian-13.txt yourself and run again with WHOOSH_SETUP=skip."
  fi
  printf '%s' "$list"
}

node_is_there() {
  have node && have npm || return 1
  local major
  major="$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p')"
  ((${major:-0} >= NODE_MAJOR_MIN))
}

wanted_groups() {
  local group
  for group in "$@"; do
    case "$group" in
      build) say build ;;
      run) printf '%s\n' build web ;;
      test) printf '%s\n' build web test lint ;;
      lint) printf '%s\n' web lint ;;
      bench) printf '%s\n' build web test lint bench ;;
      image) say image ;;
      containers) printf '%s\n' build web containers ;;
      peers) printf '%s\n' build web test lint peers ;;
      *) die "setup.sh: no group is called $group" ;;
    esac
  done | sort -u
}

missing_packages() {  # missing_packages LIST GROUP…
  local list="$1" group packages=() installed
  shift
  for group in "$@"; do
    # A Node.js from elsewhere is as good, and the distribution's npm would conflict with it.
    if [[ "$group" == web ]] && node_is_there; then continue; fi
    mapfile -t -O "${#packages[@]}" packages < <(
      sed -n "s/^$group *| *//p" "$list" | tr -s ' ' '\n')
  done
  # shellcheck disable=SC2016  # dpkg-query's own ${…}
  installed="$(dpkg-query -W -f '${db:Status-Abbrev}|${Package}\n' "${packages[@]}" 2>/dev/null |
    sed -n 's/^ii |//p')" || true
  comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) <(sort -u <<<"$installed")
}

# Prints the words that make apt-get run with enough rights; asks for a password here, where a
# person can see it.
as_root() {
  if ((EUID == 0)); then return 0; fi
  have sudo || die "Packages are missing, and this user may not install them." \
    "Run as root: apt-get install -y $*"
  if [[ -t 0 && -t 2 ]]; then
    sudo -v >&2 || die "Packages are missing, and sudo refuses. Run: sudo apt-get install -y $*"
  else
    sudo -n true 2>/dev/null ||
      die "Packages are missing, and sudo asks for a password. Run: sudo apt-get install -y $*"
  fi
  printf 'sudo\n-n\n'
}

# The tests start servers of their own: a new PostgreSQL package must not start one on port 5432.
# Whoever has decided otherwise (the file is there) keeps his word.
forbid_default_cluster() {  # forbid_default_cluster [COMMAND…]: as root by means of COMMAND
  [[ ! -e "$CLUSTER_CONF" ]] || return 0
  "$@" mkdir -p "${CLUSTER_CONF%/*}"
  printf 'create_main_cluster = false\n' | "$@" tee "$CLUSTER_CONF" >/dev/null
}

# Nor may Debian's Prometheus sit on port 9090, where Whoosh's operators' port is, now or after the
# machine's next start: its unit is masked (`systemctl unmask prometheus` takes that back). Without
# systemd, policy-rc.d is asked during the installation, and main takes its start links away.
forbid_prometheus() {  # forbid_prometheus [COMMAND…]: as root by means of COMMAND
  "$@" mkdir -p "${UNIT%/*}"
  [[ -e "$UNIT" || -L "$UNIT" ]] || "$@" ln -s /dev/null "$UNIT"
  [[ ! -e "$POLICY" ]] || return 0
  # shellcheck disable=SC2016  # that script's own $1
  printf '#!/bin/sh\n[ "$1" != prometheus ] || exit 101\n' | "$@" tee "$POLICY" >/dev/null
  "$@" chmod 755 "$POLICY"
  # shellcheck disable=SC2064  # these words, now
  trap "${*@Q} rm -f $POLICY" EXIT
}

main() {
  if [[ "${WHOOSH_SETUP:-}" == skip ]]; then exit 0; fi
  local list groups missing rights root apt began
  began="$(now_ms)"
  list="$(supported_list)"
  mapfile -t groups < <(wanted_groups "${@:-run}")
  mapfile -t missing < <(missing_packages "$list" "${groups[@]}")
  if ((${#missing[@]} == 0)); then
    step_line "${GREEN}✓${PLAIN}" "packages" "$(seconds_since "$began")" "nothing missing"
    exit 0
  fi
  rights="$(as_root "${missing[@]}")"
  mapfile -t root < <([[ -z "$rights" ]] || printf '%s\n' "$rights")
  apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120)
  if [[ " ${missing[*]} " == *" postgresql "* ]]; then forbid_default_cluster "${root[@]}"; fi
  if [[ " ${missing[*]} " == *" prometheus "* ]]; then forbid_prometheus "${root[@]}"; fi
  step "package lists" setup-lists "${apt[@]}" update
  step "packages: ${#missing[@]} to install" setup \
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
  if [[ " ${missing[*]} " == *" prometheus "* ]]; then
    "${root[@]}" update-rc.d prometheus disable >/dev/null 2>&1 ||
      say "Prometheus may start with this machine (port 9090): update-rc.d can't turn it off."
  fi
}

main "$@"
