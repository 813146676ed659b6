# shellcheck shell=bash
# Shared by all scripts of this folder: source it first. One line a step, the whole output in
# var/log/, the last lines of it when the step fails.
# shellcheck disable=SC2034  # what is set here is used by the scripts that source it
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"
# A make that calls us must not pass its jobserver and flags on to the builds below.
unset MAKEFLAGS MFLAGS MAKELEVEL

DATA="${DATA:-var}"
HTTP_PORT="${HTTP_PORT:-8000}"
EDGE_PORT="${EDGE_PORT:-8080}"
OPS_PORT="${OPS_PORT:-9090}"
OPS_EDGE_PORT="${OPS_EDGE_PORT:-9091}"
JOBS="${JOBS:-$(nproc)}"
LOG_DIR="$ROOT/var/log"
# var/ may hold password hashes and keys, and logs what others need not read: nobody else's.
(umask 077 && mkdir -p "$LOG_DIR")

if [[ -t 1 && -z "${NO_COLOR:-}" && -z "${CI:-}" ]]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m' PLAIN=$'\e[0m' LIVE=1
else
  BOLD='' DIM='' GREEN='' RED='' PLAIN='' LIVE=''
fi

say() { printf '%s\n' "$*"; }

# die SENTENCE…: one sentence a line on standard error, then the end.
die() {
  printf '%s%s%s\n' "$RED" "$*" "$PLAIN" >&2
  exit 1
}

now_ms() {
  local now="${EPOCHREALTIME/[.,]/}"
  printf '%s' "${now%???}"
}

seconds_since() {  # seconds_since MS -> "12.3 s"
  local ms=$(($(now_ms) - $1))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

step_line() {  # step_line MARK NAME TIME [NOTE]
  printf '%s %-34s %s%9s%s%s\n' "$1" "$2" "$DIM" "$3" "$PLAIN" "${4:+  $4}"
}

# step NAME LOG COMMAND…: runs the command with its output in var/log/LOG.log. A command may leave
# one line for the reader in $STEP_NOTE (a file). Returns the command's status after showing the end
# of its output. COMMAND is a program or a script, never a shell function: bash drops errexit in a
# function called under `||`.
step() {
  local name="$1" log="$LOG_DIR/$2.log" began status=0
  shift 2
  began="$(now_ms)"
  STEP_NOTE="$log.note"
  export STEP_NOTE
  rm -f "$STEP_NOTE"
  [[ -z "$LIVE" ]] || printf '%s…%s %s\r' "$DIM" "$PLAIN" "$name"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status == 0)); then
    local note=''
    [[ ! -s "$STEP_NOTE" ]] || note="$(<"$STEP_NOTE")"
    rm -f "$STEP_NOTE"
    step_line "${GREEN}✓${PLAIN}" "$name" "$(seconds_since "$began")" "$note"
    return 0
  fi
  step_line "${RED}✗${PLAIN}" "$name" "$(seconds_since "$began")"
  printf '%s\n' "${DIM}--- the last lines of ${log#"$ROOT/"}${PLAIN}" >&2
  tail -n 30 "$log" >&2
  printf '%s\n' "${DIM}--- all of it: $log${PLAIN}" >&2
  return "$status"
}

note() { [[ -z "${STEP_NOTE:-}" ]] || printf '%s' "$*" >"$STEP_NOTE"; }

have() { command -v "$1" >/dev/null 2>&1; }

# The first address of this machine that others on its network can reach; nothing when it has none.
lan_address() {
  local address
  if have ip; then
    address="$(ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p')"
    [[ -z "$address" ]] || { printf '%s' "$address"; return 0; }
  fi
  for address in $(hostname -I 2>/dev/null); do
    [[ "$address" == *:* || "$address" == 127.* ]] || { printf '%s' "$address"; return 0; }
  done
}
