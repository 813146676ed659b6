#!/usr/bin/env bash
# make image: builds the container image $IMAGE (whoosh:latest) with docker, podman or buildah,
# whichever is there first; ENGINE=podman chooses. BASE is the image to build in.
# CCACHE_FOLDER=/somewhere: a compiler cache for the build, with podman and buildah (docker's build
# can't mount one).
source "$(dirname "$0")/lib.sh"

IMAGE="${IMAGE:-whoosh:latest}"
BASE="${BASE:-docker.io/library/debian:12-slim}"

find_engine() {
  local engine
  for engine in docker podman buildah; do
    have "$engine" || continue
    # A docker client without its daemon builds nothing.
    [[ "$engine" != docker ]] || docker info >/dev/null 2>&1 || continue
    printf '%s' "$engine"
    return 0
  done
  die "To build an image install docker, podman or buildah (and start docker's daemon)."
}

version="$(sed -n 's/^project(whoosh VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)"
revision="$(git rev-parse HEAD 2>/dev/null)" || revision=unknown
if [[ -n "$(git status --porcelain -uno 2>/dev/null)" ]]; then revision+=-changed; fi
created="$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%dT%H:%M:%SZ)"
engine="${ENGINE:-$(find_engine)}"

words=(--tag "$IMAGE" --build-arg "BASE=$BASE" --build-arg "VERSION=$version"
  --build-arg "REVISION=$revision" --build-arg "CREATED=$created" --network "${NETWORK:-host}")
if [[ -n "${NODE_EXTRA_CA_CERTS:-}" ]]; then
  words+=(--build-arg "NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS")
fi
case "$engine" in
  docker) ;;
  # Only docker's own format has a HEALTHCHECK.
  podman | buildah)
    words+=(--format docker)
    if [[ -n "${CCACHE_FOLDER:-}" ]]; then words+=(--volume "$CCACHE_FOLDER:/ccache"); fi
    ;;
  *) die "ENGINE takes docker, podman or buildah, not $engine." ;;
esac
step "image $IMAGE ($engine)" image "$engine" build "${words[@]}" .
