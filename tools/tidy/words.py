"""Words: nothing unfinished, no paths of one machine, documents that agree with the tree."""

import re

from source import Finding

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX:|HACK|WIP)(?!\w)")
UNFINISHED_CPP = re.compile(
    r"\b(for now|placeholder|stubs?|stubbed|temporary hack)\b", re.IGNORECASE
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|home|Users)/\w|/tmp/build-")
SELF = "tools/tidy/"


def no_unfinished_words(source, _tree):
    if source.name.startswith(SELF):
        return []
    findings = []
    looks_at_more = source.path.suffix in (".h", ".cpp", ".py", ".sh", ".cmake")
    for number, line in enumerate(source.lines, 1):
        match = UNFINISHED.search(line) or (looks_at_more and UNFINISHED_CPP.search(line))
        if match:
            findings.append(
                source.finding(
                    number, "unfinished", f'"{match[0]}": finish it, or open an issue'
                )
            )
    return findings


def no_machine_paths(source, _tree):
    if source.name.startswith(SELF):
        return []
    return [
        source.finding(number, "machine-path", "a path that only one machine has")
        for number, line in enumerate(source.lines, 1)
        if MACHINE_PATH.search(line)
    ]


def architecture_lists_modules(tree):
    """docs/ARCHITECTURE.md has a row per module: includes, purpose, as in libs/modules.txt."""
    path = tree.root / "docs" / "ARCHITECTURE.md"
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    rows = {
        m[1]: m
        for m in re.finditer(r"^\| `([a-z_/]+)` \| ([^|]*) \| ([^|]*) \|$", text, re.MULTILINE)
    }
    findings = []
    for name, module in tree.modules.items():
        row = rows.get(name)
        if row is None:
            findings.append(
                Finding(
                    "docs/ARCHITECTURE.md", 1, "module-map", f"no row for the module {name}"
                )
            )
            continue
        line = text.count("\n", 0, row.start()) + 1
        if set(row[2].replace("–", "").split()) != set(module.includes):
            expected = " ".join(sorted(module.includes)) or "–"
            findings.append(
                Finding(
                    "docs/ARCHITECTURE.md",
                    line,
                    "module-map",
                    f"{name} may include: {expected}",
                )
            )
        if row[3].strip() != module.purpose:
            findings.append(
                Finding("docs/ARCHITECTURE.md", line, "module-map", f"{name}: {module.purpose}")
            )
    for name in sorted(set(rows) - set(tree.modules)):
        line = text.count("\n", 0, rows[name].start()) + 1
        findings.append(
            Finding("docs/ARCHITECTURE.md", line, "module-map", f"{name} is no module")
        )
    return findings


def links_resolve(tree):
    """Relative links of Markdown files point to something that is there."""
    findings = []
    for name in tree.names:
        if not name.endswith(".md"):
            continue
        text = (tree.root / name).read_text(encoding="utf-8")
        folder = (tree.root / name).parent
        for match in re.finditer(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text):
            target = match[1]
            if re.match(r"[a-z]+:", target) or (folder / target).exists():
                continue
            line = text.count("\n", 0, match.start()) + 1
            findings.append(Finding(name, line, "link", f"{target} does not exist"))
    return findings
