#!/usr/bin/env bash
# rotation.sh BUCKET: packs what rotates the signing keys (terraform/rotation) for Lambda, uploads
# it unless the newest version there is the same, and prints the line for terraform's variables.
# The same source makes the same package, byte for byte: a commit that leaves it alone changes
# nothing.
set -euo pipefail
bucket="${1:?usage: rotation.sh BUCKET}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python3 - "$here/../terraform/rotation/rotate_keys.py" "$work/rotation.zip" <<'END'
import sys, zipfile

source, package = sys.argv[1:]
entry = zipfile.ZipInfo("rotate_keys.py")  # of 1980, readable by all
entry.external_attr = 0o644 << 16
with zipfile.ZipFile(package, "w") as archive, open(source, "rb") as file:
    archive.writestr(entry, file.read())
END
hash="$(sha256sum "$work/rotation.zip" | cut -d ' ' -f 1)"

version=''
if there="$(aws s3api head-object --bucket "$bucket" --key rotation.zip --output text \
  --query '[Metadata.sha256, VersionId]' 2>"$work/error")"; then
  if [[ "${there%%[[:space:]]*}" == "$hash" ]]; then version="${there##*[[:space:]]}"; fi
elif ! grep -q '(404)' "$work/error"; then
  cat "$work/error" >&2
  exit 1
fi
if [[ -z "$version" ]]; then
  version="$(aws s3api put-object --bucket "$bucket" --key rotation.zip --output text \
    --body "$work/rotation.zip" --metadata "sha256=$hash" --query VersionId)"
fi
printf 'rotation_package = { bucket = "%s", key = "rotation.zip", version = "%s" }\n' \
  "$bucket" "$version"
