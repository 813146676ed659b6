#!/usr/bin/env bash
# make help: the targets of the Makefile, each with the sentence behind its `##`.
source "$(dirname "$0")/lib.sh"

say "${BOLD}Whoosh${PLAIN}: party games in the browser." \
  "${BOLD}make up${PLAIN} starts it, ${BOLD}make down${PLAIN} stops it."
say
while IFS= read -r line; do
  if [[ "$line" =~ ^([a-z-]+):\ ##\ (.*)$ ]]; then
    printf '  make %s%-10s%s %s\n' "$BOLD" "${BASH_REMATCH[1]}" "$PLAIN" "${BASH_REMATCH[2]}"
  fi
done <Makefile
say
say "Settings: HTTP_PORT=$HTTP_PORT EDGE_PORT=$EDGE_PORT DATA=$DATA, as in: make up HTTP_PORT=9000"
say "More in docs/DEVELOPMENT.md."
