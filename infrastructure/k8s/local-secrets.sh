#!/usr/bin/env bash
# local-secrets.sh: prints the Secrets that the local overlay wants, new ones at each call.
# WHOOSH_BIN: the program, which makes the keys.
set -euo pipefail
cd "$(dirname "$0")/../.."
whoosh="${WHOOSH_BIN:-build/run/services/whoosh}"
if [[ ! -x "$whoosh" ]]; then
  printf 'There is no %s: make up, or set WHOOSH_BIN.\n' "$whoosh" >&2
  exit 1
fi
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
"$whoosh" keys --data "$folder" >/dev/null
password="$(head -c 24 /dev/urandom | base64 | tr -d '/+=')"

secret() {  # secret NAME: the head of a Secret; its data follows
  printf -- '---\napiVersion: v1\nkind: Secret\ntype: Opaque\n'
  printf 'metadata: {name: %s, namespace: whoosh}\n' "$1"
}
text() { printf '  %s: %s\n' "$1" "$(printf '%s' "$2" | base64 -w 0)"; }

printf -- '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: whoosh}\n'
secret whoosh-state
printf 'data:\n'
text url "redis://redis:6379"
secret whoosh-cluster
printf 'data:\n'
text secret "$(head -c 36 /dev/urandom | base64)"
secret whoosh-database
printf 'data:\n'
text url "postgres://whoosh:$password@postgres/whoosh"
text password "$password"
secret whoosh-keys
printf 'data:\n'
for file in "$folder"/keys/*; do
  printf '  %s: %s\n' "${file##*/}" "$(base64 -w 0 <"$file")"
done
secret whoosh-keys-public
printf 'data:\n'
for file in "$folder"/keys/*.pem; do
  printf '  %s: %s\n' "${file##*/}" "$(openssl pkey -in "$file" -pubout | base64 -w 0)"
done
