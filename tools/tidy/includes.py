"""Who may include whom: libs/modules.txt for modules, a sentence each for games and services."""

import re

from source import Finding

# Libraries by the names of libs/modules.txt -> the headers that come with them. A header of the
# operating system or of the standard library belongs to nobody; pure_modules_stay_pure looks at it.
EXTERNAL_HEADERS = {
    "boost_asio": r"boost/(asio|beast)",
    "boost_url": r"boost/urls?[./]",
    "boost": r"boost/",
    "fmt": r"fmt/",
    "simdjson": r"simdjson",
    "utf8proc": r"utf8proc\.h",
    "openssl": r"openssl/",
    "sodium": r"sodium",
    "sqlite": r"sqlite3\.h",
    "libpq": r"libpq-fe\.h",
    "spdlog": r"spdlog/",
    "prometheus": r"prometheus/",
    "cli11": r"CLI/",
    "tomlplusplus": r"toml\+\+/",
    "qrcodegen": r"qrcodegen",
    "tests": r"(gtest|gmock|benchmark)/",
}
# Beast and Asio take half a minute a file: only these may include them.
ASIO_USERS = ("libs/http/", "libs/state/redis/io.", "services/", "tools/swarm/", "tests/", "bench/")

PURE_FORBIDDEN_HEADERS = set(
    "thread mutex shared_mutex atomic condition_variable future semaphore stop_token barrier latch "
    "random ctime time.h filesystem fstream iostream cstdio stdio.h unistd.h fcntl.h".split()
)
PURE_FORBIDDEN_PREFIXES = (
    "sys/",
    "netinet/",
    "arpa/",
    "linux/",
    "boost/asio",
    "boost/beast",
    "spdlog/",
)
PURE_FORBIDDEN_CODE = re.compile(
    r"\b(std::(?:shuffle|sample|thread|mutex|atomic|this_thread)\b|std::\w+_distribution\b"
    r"|std::chrono::(?:system|steady|high_resolution)_clock\b|\brandom_device\b"
    r"|\b(?:s?rand|time|getenv|clock_gettime)\s*\(\s*(?:nullptr|NULL|\)|\"|CLOCK_))"
)
NO_LOCKS = re.compile(
    r"\bstd::(?:recursive_|shared_|timed_)?(?:mutex|atomic\w*|thread|jthread|condition_variable)\b"
)
NO_LOCK_MODULES = ("room", "shard", "net")


def external_of(path):
    for name, pattern in EXTERNAL_HEADERS.items():
        if re.match(pattern, path):
            return name
    return None


def follow_module_map(source, tree):
    findings = []
    for line, kind, path in source.includes:
        problem = (
            _own_include(source, tree, path)
            if kind == '"'
            else _external_include(source, tree, path)
        )
        if problem:
            findings.append(source.finding(line, "include", problem))
    return findings


def _own_include(source, tree, path):
    area = source.path.parts[0]
    target = tree.module_of(path)
    if (
        target is None
        and "/" in path
        and not path.startswith(("games/", "services/", "tools/", "tests/"))
    ):
        if (tree.root / "libs" / path).exists():
            return f"{path} lies in a folder that libs/modules.txt does not list"
    if "/" not in path:
        return (
            None
            if area in ("tools", "tests")
            else f"{path}: say it from the root libs/ or the project's"
        )
    if area == "libs":
        return _from_module(source, tree, path, target)
    if area == "games":
        return _from_game(source, path, target)
    if area == "services":
        return _from_service(source, path)
    return None


def _from_module(source, tree, path, target):
    module = tree.module_of(source.name.removeprefix("libs/"))
    if module is None:
        return None  # every_module_is_listed says it
    if target is None:
        if source.is_test and path.startswith(("games/", "tests/support/")):
            return None
        return f"{module.name} may not include {path}: libs/ knows only libs/"
    allowed = tree.reachable(module) if source.is_test else module.includes | {module.name}
    if target.name in allowed:
        return None
    return f"{module.name} may not include {target.name} (libs/modules.txt)"


def _from_game(source, path, target):
    if target is not None:
        good = target.name in ("rules", "base") or source.is_test
        return None if good else f"games may include rules and base, not {target.name}"
    parts = source.path.parts
    if len(parts) > 2:
        if path.startswith(f"games/{parts[1]}/") or (
            source.is_test and path.startswith("games/contract/")
        ):
            return None
        return f"a game knows only itself: not {path}"
    return None if path.startswith("games/") else f"games/ may not include {path}"


# Folders below services/ that introduce the others to each other, and those that all of them use.
WIRING = ("solo", "cluster", "cli", "admin", "doctor")
SHARED_BY_SERVICES = ("role", "database")


def _from_service(source, path):
    service = source.path.parts[1]
    if path.startswith("games/") and path != "games/registry.h":
        return f"services name no particular game: not {path}"
    if path.startswith("services/") and service not in WIRING:
        other = path.split("/")[1]
        if other not in (service, *SHARED_BY_SERVICES) and not path.endswith("_gateway.h"):
            return f"{service} may not include {path}: services/solo and cluster introduce them"
    return None


def _external_include(source, tree, path):
    name = external_of(path)
    if name is None:
        return None
    area = source.path.parts[0]
    if name == "boost_asio":
        good = source.name.startswith(ASIO_USERS) or source.is_test
        return None if good else "Asio and Beast stay behind libs/http and state/redis/io.h"
    if name == "tests":
        return None if source.is_test else "test libraries belong into tests"
    if area != "libs" or source.is_test:
        return None
    module = tree.module_of(source.name.removeprefix("libs/"))
    if module is None or name in module.externals:
        return None
    return f"{module.name} may not include <{path}>: no library {name} in libs/modules.txt"


def own_header_first(source, _tree):
    """Proves that the header compiles alone."""
    if source.path.suffix != ".cpp" or not source.includes:
        return []
    header = source.name.removesuffix(".cpp") + ".h"
    if header not in _tree.name_set:
        return []
    line, _, path = source.includes[0]
    if header.endswith(path):
        return []
    return [
        source.finding(
            line, "own-header-first", f"the first include is {header.removeprefix('libs/')}"
        )
    ]


def pure_modules_stay_pure(source, tree):
    """No clock, thread, lock, socket, file, logger or randomness of its own."""
    if source.is_test:
        return []
    module = None
    if source.path.parts[0] == "libs":
        module = tree.module_of(source.name.removeprefix("libs/"))
    is_game = source.path.parts[0] == "games" and len(source.path.parts) > 2
    findings = []
    if is_game or (module and module.pure):
        for line, kind, path in source.includes:
            if kind == "<" and (
                path in PURE_FORBIDDEN_HEADERS or path.startswith(PURE_FORBIDDEN_PREFIXES)
            ):
                findings.append(source.finding(line, "pure", f"<{path}> in a pure module"))
        for match in PURE_FORBIDDEN_CODE.finditer(source.code):
            findings.append(
                source.finding(
                    source.line_of(match.start()), "pure", f"{match[0]} in a pure module"
                )
            )
    if module and module.name in NO_LOCK_MODULES:
        for match in NO_LOCKS.finditer(source.code):
            findings.append(
                source.finding(
                    source.line_of(match.start()), "no-locks", f"{match[0]} in {module.name}"
                )
            )
    return findings


def every_module_is_listed(tree):
    """libs/modules.txt and the folders of libs/ agree; a module stands below what it includes."""
    findings = []
    folders = {}
    for name in tree.names:
        if name.startswith("libs/") and name.endswith((".h", ".cpp")):
            module = tree.module_of(name.removeprefix("libs/"))
            folders.setdefault(module.name if module else None, name)
    if None in folders:
        findings.append(
            Finding(folders[None], 1, "module-map", "its folder is not in libs/modules.txt")
        )
    seen = set()
    for name, module in tree.modules.items():
        if name not in folders:
            findings.append(
                Finding("libs/modules.txt", 1, "module-map", f"{name} has no sources")
            )
        for include in sorted(module.includes - seen):
            findings.append(
                Finding(
                    "libs/modules.txt",
                    1,
                    "module-map",
                    f"{name} includes {include}, not above it",
                )
            )
        seen.add(name)
    return findings
