#!/usr/bin/env bash
# collect.sh FOLDER: what the image holds, gathered in FOLDER/root (and FOLDER/empty, an empty one).
# Run by the Dockerfile in its build stage, where everything has been built.
#
# Of every Debian package that a file comes from, its record (var/lib/dpkg/status.d, which scanners
# of images read) and its copyright file come along. The bill of materials is
# usr/share/whoosh/sbom.cdx.json.
set -euo pipefail
cd "$(dirname "$0")/../.."
out="${1:?usage: collect.sh FOLDER}"
root="$out/root"
program=build/run/services/whoosh
mkdir -p "$out/empty" "$root"/{usr/bin,usr/share/whoosh,etc/ssl/certs,var/lib/dpkg/status.d}
install -d -m 1777 "$root/tmp"

# The package of a file, by the name that dpkg knows it by: /lib may be a link to /usr/lib.
package_of() {
  local path
  for path in "$1" "/usr$1" "${1#/usr}" "$(readlink -f "$1")"; do
    dpkg-query -S "$path" 2>/dev/null | sed -n 's/^\([^:,]*\).*/\1/p;q' | grep . && return 0
  done
  echo "collect.sh: no package has $1" >&2
  return 1
}

install -m 755 "$program" "$root/usr/bin/whoosh"
strip "$root/usr/bin/whoosh"

# Shared libraries and the loader, at the paths where the loader looks for them.
if ldd "$program" | grep 'not found'; then exit 1; fi
mapfile -t libraries < <(ldd "$program" | grep -o '/[^ ]*' | sort -u)
((${#libraries[@]} > 0))
packages=()
for library in "${libraries[@]}"; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
  packages+=("$(package_of "$library")")
done
while IFS= read -r package; do
  dpkg-query --status "$package" >"$root/var/lib/dpkg/status.d/$package"
  # A package may share its folder of documents with another of the same source.
  mkdir -p "$root/usr/share/doc/$package"
  cp -L "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/"
done < <(printf '%s\n' "${packages[@]}" ca-certificates | sort -u)

cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
printf '%s\n' root:x:0:0::/:/sbin/nologin whoosh:x:10001:10001::/data:/sbin/nologin \
  >"$root/etc/passwd"
printf 'root:x:0:\nwhoosh:x:10001:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
cp /etc/os-release "$root/etc/os-release"

cp -r services/web/dist "$root/usr/share/whoosh/web"
cp LICENSE "$root/usr/share/whoosh/"
python3 tools/sbom/sbom.py >"$root/usr/share/whoosh/sbom.cdx.json"
chmod -R go+rX "$root"
# It runs with nothing but what is here.
chroot "$root" /usr/bin/whoosh --version
