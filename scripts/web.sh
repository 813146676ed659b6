#!/usr/bin/env bash
# web.sh install|build: the web client's packages, and the client itself into services/web/dist.
# Both do nothing when nothing has changed since the last time.
source "$(dirname "$0")/lib.sh"

# install_npm FOLDER: `npm ci`, once for each content of its package-lock.json.
install_npm() {
  local folder="$1" stamp
  stamp="$folder/node_modules/.installed"
  if [[ -f "$stamp" ]] && cmp -s "$folder/package-lock.json" "$stamp"; then return 0; fi
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$folder/package-lock.json" "$stamp"
}

build_client() {
  local dist="services/web/dist/index.html" changed=''
  if [[ -f "$dist" ]]; then
    changed="$(find services/web games/*/client sdk/typescript/src \
      -path '*/node_modules' -prune -o \
      -path services/web/dist -prune -o -newer "$dist" -type f -print -quit)"
    if [[ -z "$changed" ]]; then
      note "unchanged"
      return 0
    fi
    say "changed since the last build: $changed"
  fi
  install_npm services/web
  (cd services/web && npm run build)
}

case "${1:-}" in
  install) install_npm "${2:-services/web}" ;;
  build) build_client ;;
  *) die "usage: web.sh install [FOLDER] | build" ;;
esac
