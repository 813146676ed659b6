#!/usr/bin/env python3
"""The house linter: the rules of docs/STYLE.md that a compiler does not know.

    tidy.py [--root DIR] [PATH…]      checks what git tracks (or only PATH…)

Exit 1 and one line for each finding.

A line that must break a rule says so and why:  // tidy: <rule>: <reason>

Reads libs/modules.txt, so that the build and the linter can't disagree about who may include whom.
Every rule is one function with a name; tidy_test.py shows each one good and one bad example.
"""

import argparse
import subprocess
import sys
from collections import Counter
from pathlib import Path

import includes
import security
import shape
import words
from source import Finding, Source, Tree, load_modules

CPP_RULES = [
    includes.follow_module_map,
    includes.own_header_first,
    includes.pure_modules_stay_pure,
    shape.header_opens,
    shape.file_length,
    shape.function_length,
    shape.lock_ledger,
    shape.no_default_on_enums,
]
TEXT_RULES = [
    shape.columns,
    shape.whitespace,
    words.no_unfinished_words,
    words.no_machine_paths,
]
TREE_RULES = [
    includes.every_module_is_listed,
    words.architecture_lists_modules,
    words.links_resolve,
    security.names_what_is_there,
]
CPP = {".h", ".cpp"}
TEXT = CPP | {".py", ".sh", ".cmake", ".ts", ".tsx", ".css", ".mjs", ".js"}
TEXT_NAMES = {"CMakeLists.txt", "Makefile"}
PROSE = {".md", ".json", ".yaml", ".yml", ".toml"}


def tracked_files(root):
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True
    ).stdout
    return [name for name in listing.split("\0") if name and (root / name).is_file()]


def rules_for(path):
    if path.suffix in CPP:
        return CPP_RULES + TEXT_RULES
    if path.suffix in TEXT or path.name in TEXT_NAMES:
        return TEXT_RULES
    return [words.no_machine_paths] if path.suffix in PROSE else []


def check(root, names):
    """All findings in these files of the tree at root, in the order of files and lines."""
    tree = Tree(root, load_modules(root / "libs" / "modules.txt"), names)
    findings = []
    for name in names:
        rules = rules_for(Path(name))
        source = Source(root, name) if rules else None
        if source is None or source.generated:
            continue
        for rule in rules:
            findings += [f for f in rule(source, tree) if not source.excuses(f)]
    for rule in TREE_RULES:
        findings += rule(tree)
    return sorted(findings, key=lambda finding: (finding.path, finding.line, finding.rule))


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--root", type=Path, default=Path("."))
    parser.add_argument(
        "--summary", action="store_true", help="how many of which rule in which folder"
    )
    parser.add_argument("paths", nargs="*", help="report only what lies below these")
    options = parser.parse_args(arguments)
    names = tracked_files(options.root)
    findings = check(options.root, names)
    if options.paths:
        findings = [f for f in findings if f.path.startswith(tuple(options.paths))]
    if options.summary:
        counts = Counter(("/".join(f.path.split("/")[:2]), f.rule) for f in findings)
        for (folder, rule), count in sorted(counts.items()):
            print(f"{count:4} {folder:24} {rule}")
    else:
        for finding in findings:
            print(finding)
    print(f"tidy: {len(names)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
