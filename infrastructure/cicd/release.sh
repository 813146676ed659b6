#!/usr/bin/env bash
# release.sh REPOSITORY COMMIT: waits for the registry's scan of the images of both architectures,
# fails on a critical finding, joins them, and prints REPOSITORY@sha256:….
set -euo pipefail
repository="${1:?usage: release.sh REPOSITORY COMMIT}"
commit="${2:?usage: release.sh REPOSITORY COMMIT}"
name="${repository#*/}"

for arch in amd64 arm64; do
  aws ecr wait image-scan-complete --repository-name "$name" --image-id "imageTag=$commit-$arch" >&2
  critical="$(aws ecr describe-image-scan-findings --repository-name "$name" \
    --image-id "imageTag=$commit-$arch" --output text \
    --query 'imageScanFindings.findingSeverityCounts.CRITICAL')"
  if [[ "$critical" != None && "$critical" != 0 ]]; then
    printf '%s critical findings in %s-%s\n' "$critical" "$commit" "$arch" >&2
    exit 1
  fi
done
docker buildx imagetools create -t "$repository:$commit" \
  "$repository:$commit-amd64" "$repository:$commit-arm64" >&2
digest="$(aws ecr describe-images --repository-name "$name" --image-ids "imageTag=$commit" \
  --output text --query 'imageDetails[0].imageDigest')"
printf '%s@%s\n' "$repository" "$digest"
