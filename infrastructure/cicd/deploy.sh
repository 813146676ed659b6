#!/usr/bin/env bash
# deploy.sh ENVIRONMENT IMAGE@sha256:…: brings one image to one environment, and takes it back by
# itself when players notice. In this order, each step waited for:
#
#   the database's authority, secrets   migrate (only widens the schema)   api, matchmaker
#   one edge, watched   the other edges, one after the other, each after its rooms have ended
#
# Needs kubectl with access to the cluster, curl, and a Prometheus that WHOOSH_PROMETHEUS names
# (default: the cluster's own, by kubectl). A roll-back is the former image through the same
# roll-out; the schema stays: the former program works with it. Ends with 0: deployed; 1: taken
# back, or nothing was changed; 3: neither, a person has to look.
set -euo pipefail
environment="${1:?usage: deploy.sh ENVIRONMENT IMAGE@sha256:…}"
image="${2:?usage: deploy.sh ENVIRONMENT IMAGE@sha256:…}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
WATCH_S="${WATCH_S:-300}"
# An edge drains for 16 minutes at most; a dozen of them, and some air.
EDGES_S="${EDGES_S:-14400}"
MIGRATE_S="${MIGRATE_S:-3600}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

say() { printf '%s  %s\n' "$(date -u +%H:%M:%S)" "$*"; }
in_cluster() { kubectl --namespace whoosh "$@"; }

if ! [[ "$image" =~ ^[^@]+@sha256:[0-9a-f]{64}$ ]]; then
  say "An image is named by its digest: $image is not."
  exit 2
fi

# overlay IMAGE NAME PATH [LINE…]: a kustomization around one of ours, with this image.
overlay() {
  local image="$1" folder="$work/$2" path="$3"
  shift 3
  mkdir -p "$folder"
  {
    printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n'
    printf '  - %s\n' "$(realpath --relative-to="$folder" "$here/../k8s/$path")"
    # Under whichever name it has there: the base's, or what an overlay made of it.
    printf 'images:\n'
    local name
    for name in whoosh $(sed -n 's/^ *newName: //p' "$here/../k8s/$path/kustomization.yaml"); do
      printf '  - {name: %s, newName: %s, digest: "%s"}\n' "$name" "${image%@*}" "${image#*@}"
    done
    ((${#@} == 0)) || printf '%s\n' "$@"
  } >"$folder/kustomization.yaml"
  printf '%s' "$folder"
}

running_image() {
  in_cluster get deployment api --ignore-not-found \
    -o 'jsonpath={.spec.template.spec.containers[0].image}'
}

migrate() {
  local digest="${image#*@sha256:}" folder
  local job="job/migrate-${digest:0:12}" began="$SECONDS"
  folder="$(overlay "$image" migrate migrate "nameSuffix: -${digest:0:12}")"
  kubectl apply -k "$folder"
  say "migrating"
  # kubectl waits for one condition only: a job that has failed must not be waited for for an hour.
  until in_cluster wait --for=condition=complete --timeout=10s "$job"; do
    if in_cluster wait --for=condition=failed --timeout=1s "$job"; then
      say "The migration has failed; nothing else was changed."
      return 1
    fi
    if ((SECONDS - began >= MIGRATE_S)); then
      say "The migration has not ended within $MIGRATE_S s; nothing else was changed."
      return 1
    fi
  done
}

# roll IMAGE WATCHED: to this image; WATCHED is true for one edge first, and a look at it. Called in
# an `if`, where bash does not stop at what fails: each step says so itself.
roll() {
  local folder replicas newest
  replicas="$(in_cluster get statefulset edge --ignore-not-found \
    -o 'jsonpath={.spec.replicas}')" || return 1
  newest=$((${replicas:-1} - 1))
  folder="$(overlay "$1" roll "overlays/$environment")" || return 1
  if [[ "$2" == true ]]; then hold_edges "$newest" "$folder"; fi
  kubectl apply -k "$folder" || return 1
  in_cluster rollout status deployment/api --timeout=900s || return 1
  in_cluster rollout status deployment/matchmaker --timeout=900s || return 1
  if [[ "$2" == true ]]; then
    say "one edge first: edge-$newest"
    in_cluster rollout status statefulset/edge --timeout=1800s || return 1
    "$here/watch.sh" "$WATCH_S" || return 1
    in_cluster patch statefulset edge --type merge \
      -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}' || return 1
  fi
  say "edges, each after its rooms have ended"
  in_cluster rollout status statefulset/edge --timeout="${EDGES_S}s" || return 1
  [[ "$2" != true ]] || "$here/watch.sh" "$WATCH_S"
}

# hold_edges ORDINAL FOLDER: only edges from this number on take the new image with the next apply.
hold_edges() {
  cat >>"$2/kustomization.yaml" <<EOF
patches:
  - target: {kind: StatefulSet, name: edge}
    patch: |-
      - op: add
        path: /spec/updateStrategy/rollingUpdate
        value: {partition: $1}
EOF
}

# Whom the database's certificate must be from.
kubectl apply -f "$here/../k8s/base/namespace.yaml"
curl -fsS --retry 3 -o "$work/rds.pem" \
  "https://truststore.pki.rds.amazonaws.com/${AWS_REGION:?}/${AWS_REGION}-bundle.pem"
in_cluster create configmap database-ca --from-file="rds.pem=$work/rds.pem" \
  --dry-run=client -o yaml |
  kubectl apply -f -

former="$(running_image)"
if [[ -z "$former" ]]; then
  # The first time: secrets and accounts come with the overlay, and pods wait for the schema.
  kubectl apply -k "$(overlay "$image" first "overlays/$environment")"
  in_cluster wait --for=condition=Ready --timeout=600s externalsecret --all
  migrate
  roll "$image" false
  exit
fi
migrate
if roll "$image" true; then
  say "deployed: $image"
  exit 0
fi
say "taking it back: $former"
if ! roll "$former" false; then
  say "It could not be taken back: the cluster needs a person now."
  exit 3
fi
say "taken back. The new image was not good for players; see what watch.sh said above."
exit 1
