#!/usr/bin/env python3
"""Holds the alerts to what there is: the metrics of docs/METRICS.md, a runbook and two tests each.

What promtool can't know. `alerts.py` prints what it finds, and fails when that is something.
"""

import re
import sys
from pathlib import Path

import yaml

from known import metrics_of, read_metrics

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "infrastructure/observe/prometheus"
SECTIONS = ["What it means", "How to look", "How to mend", "When it is over"]
SEVERITIES = {"page", "ticket"}


def rules_of(root):
    document = yaml.safe_load((root / FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def runbook_name(alert):
    return "-".join(re.findall("[A-Z][a-z]+", alert)).lower() + ".md"


def of_rule(rule, root, known):
    name = rule["alert"]
    for metric in sorted(metrics_of(rule["expr"]) - known.keys()):
        yield f"{name}: there is no metric {metric}"
    if rule["labels"].get("severity") not in SEVERITIES:
        yield f"{name}: its severity is none of {sorted(SEVERITIES)}"
    runbook = f"docs/runbooks/{runbook_name(name)}"
    if rule["annotations"].get("runbook") != runbook:
        yield f"{name}: its runbook is not {runbook}"
    elif not (root / runbook).exists():
        yield f"{name}: {runbook} is not there"
    else:
        text = (root / runbook).read_text(encoding="utf-8")
        if re.findall("^# (.*)", text, re.M) != [name]:
            yield f"{runbook}: its title is not {name}"
        if re.findall("^## (.*)", text, re.M) != SECTIONS:
            yield f"{runbook}: its sections are not {SECTIONS}"


def of_tests(rules, root):
    document = yaml.safe_load((root / FOLDER / "alerts_test.yml").read_text(encoding="utf-8"))
    tests = {test["name"]: test for test in document["tests"]}
    for name in (rule["alert"] for rule in rules):
        for title, fires in ((f"{name} fires", True), (f"{name} does not fire", False)):
            cases = tests[title]["alert_rule_test"] if title in tests else []
            of_it = [case for case in cases if case["alertname"] == name]
            if not of_it or any(bool(case["exp_alerts"]) != fires for case in of_it):
                yield f"{name}: no test that shows '{title}'"


def findings(root):
    rules = rules_of(root)
    known = read_metrics(root)
    for rule in rules:
        yield from of_rule(rule, root, known)
    yield from of_tests(rules, root)
    wanted = {runbook_name(rule["alert"]) for rule in rules}
    for path in sorted((root / "docs/runbooks").glob("whoosh-*.md")):
        if path.name not in wanted:
            yield f"{path.name}: there is no such alert"


def main():
    found = list(findings(ROOT))
    for finding in found:
        print(finding)
    print(f"{len(rules_of(ROOT))} alerts, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
