# shellcheck shell=bash
# The one background process of `make up`: its pid file, and whether the pid is still ours.
# Sourced after lib.sh.
# shellcheck disable=SC2034

RUN_DIR="$ROOT/.run"
PID_FILE="$RUN_DIR/whoosh.pid"
SERVER_LOG="$ROOT/var/log/whoosh.log"

# Prints the pid and succeeds only if that process is one of our executables: pids are reused.
running_pid() {
  local pid exe
  [[ -r "$PID_FILE" ]] || return 1
  pid="$(<"$PID_FILE")"
  [[ "$pid" =~ ^[0-9]+$ ]] || return 1
  exe="$(readlink "/proc/$pid/exe" 2>/dev/null)" || return 1
  [[ "${exe% (deleted)}" == "$ROOT/build/"*/whoosh ]] || return 1
  printf '%s' "$pid"
}

# The running process was built before the executable that is there now.
is_outdated() { [[ "$(readlink "/proc/$1/exe")" == *' (deleted)' ]]; }
