"""The parts that Whoosh is made of, with their versions: a bill of materials, CycloneDX 1.5 JSON.

What is linked is read from cmake/externals.cmake and looked up in the package database of the
machine that builds; what the client brings to browsers, from its lock file. A part that can't be
found ends the run with 1: a list that leaves something out is worse than none.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

# Name in modules.txt (ext_<name>) -> Debian package whose version counts.
LINKED = {
    "fmt": "libfmt-dev",
    "boost": "libboost-dev",
    "boost_url": None,
    "boost_json": None,
    "openssl": "libssl-dev",
    "sqlite": "libsqlite3-dev",
    "libpq": "libpq-dev",
    "hiredis": "libhiredis-dev",
    "simdjson": "libsimdjson-dev",
    "utf8proc": "libutf8proc-dev",
    "sodium": "libsodium-dev",
    "spdlog": "libspdlog-dev",
    "prometheus": "prometheus-cpp-dev",
    "cli11": "libcli11-dev",
    "qrcodegen": "libqrcodegencpp-dev",
    "tomlplusplus": "libtomlplusplus-dev",
    "uring": "liburing-dev",
    "threads": None,
}


def linked_names(externals):
    """Short names of the libraries that the program links."""
    names = re.findall(r"^whoosh_external\((\w+) ", externals, re.MULTILINE)
    if "TOMLPLUSPLUS_INCLUDE" in externals and "tomlplusplus" not in names:
        names.append("tomlplusplus")
    return names


def installed_version(package):
    """Of a Debian package; None: not installed. `libboost-dev` is whichever version is there."""
    pattern = "libboost*-dev" if package == "libboost-dev" else package
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}|${Package}|${Version}\\n", pattern],
        capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        status, name, version = line.split("|")
        if not status.startswith("ii"):
            continue
        if package != "libboost-dev" or re.fullmatch(r"libboost[\d.]*-dev", name):
            return version
    return None


def debian_components(names, version_of):
    """One component a package. Raises LookupError with the name of what has no version."""
    components = []
    for name in names:
        if name not in LINKED:
            raise LookupError(f"tools/sbom/sbom.py does not know the package of {name}")
        package = LINKED[name]
        if package is None:
            continue
        version = version_of(package)
        if version is None:
            raise LookupError(f"{package} is not installed")
        components.append({"type": "library", "name": package, "version": version,
                           "purl": f"pkg:deb/debian/{package}@{version}", "scope": "required"})
    return components


def npm_components(lock):
    """Of a package-lock.json: what reaches browsers is required, tools of the build excluded."""
    components = []
    for path, part in sorted(lock["packages"].items()):
        if not path.startswith("node_modules/") or part.get("link"):
            continue
        name = path.rsplit("node_modules/", 1)[1]
        components.append({
            "type": "library", "name": name, "version": part["version"],
            "purl": f"pkg:npm/{name.replace('@', '%40')}@{part['version']}",
            "scope": "excluded" if part.get("dev") else "required"})
    return components


def document(root, version_of):
    """The whole list."""
    externals = (root / "cmake/externals.cmake").read_text(encoding="utf-8")
    components = debian_components(linked_names(externals), version_of)
    for lock in ("services/web/package-lock.json",):
        components += npm_components(json.loads((root / lock).read_text(encoding="utf-8")))
    version = re.search(r"project\(\s*whoosh\s+VERSION\s+([\d.]+)",
                        (root / "CMakeLists.txt").read_text(encoding="utf-8"), re.IGNORECASE)
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "metadata": {"component": {"type": "application", "name": "whoosh",
                                       "version": version[1] if version else "unknown"}},
            "components": components}


def main():
    """Writes it to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("."))
    try:
        out = document(parser.parse_args().root, installed_version)
    except LookupError as trouble:
        print(f"sbom: {trouble}", file=sys.stderr)
        return 1
    json.dump(out, sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
