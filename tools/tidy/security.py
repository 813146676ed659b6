"""docs/SECURITY.md names tests and files as proof; each must be there."""

import re

from source import Finding

PAGE = "docs/SECURITY.md"
TEST = re.compile(r"^\s*TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)
FILE_ENDINGS = (".cpp", ".h", ".md", ".py", ".ts", ".tsx", ".yaml", ".json", ".cmake", ".txt")


def names_what_is_there(tree):
    """Every `Suite.name` of the page is a test, every `path/with.ending` a file of the tree."""
    if PAGE not in tree.name_set:
        return []
    tests = set()
    for name in tree.names:
        if name.endswith("_test.cpp") or "/contract_" in name:
            text = (tree.root / name).read_text(encoding="utf-8")
            tests.update(f"{suite}.{test}" for suite, test in TEST.findall(text))
    findings = []
    lines = (tree.root / PAGE).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        for named in re.findall(r"`([\w./-]+)`", line):
            if "/" in named:
                known = not named.endswith(FILE_ENDINGS) or named in tree.name_set
            else:
                known = not re.fullmatch(r"[A-Z]\w+\.\w+", named) or named in tests
            if not known:
                findings.append(Finding(PAGE, number, "proof", f"{named} does not exist"))
        row = re.match(r"\| (\d+\.\d+\.\d+) \|[^|]*\| (\w+) \|[^|]*\|(.*)\|", line)
        if row and row[2] in ("met", "partly") and "`" not in row[3]:
            findings.append(Finding(PAGE, number, "proof", f"nothing proves {row[1]}"))
    return findings
