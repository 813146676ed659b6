#!/usr/bin/env python3
"""Holds the alerts to what there is: the metrics of docs/METRICS.md, a runbook and two tests each.

What promtool can't know. It prints what it finds, and fails when that is something; with --write
it first writes rule.yaml, the same alerts as an object of the Prometheus Operator.
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


def operator_rule(root):
    """alerts.yml, as it is, within a PrometheusRule."""
    text = (root / FOLDER / "alerts.yml").read_text(encoding="utf-8")
    body = text[text.index("groups:"):]
    head = "# Of alerts.yml, by scripts/observe.sh rules.\napiVersion: monitoring.coreos.com/v1\n"
    head += "kind: PrometheusRule\nmetadata:\n  name: whoosh\nspec:\n"
    return head + "".join(f"  {line}\n" if line else "\n" for line in body.splitlines())


def of_cluster(root):
    """What `kubectl apply -k infrastructure/observe` takes: every dashboard, and today's alerts."""
    folder = (root / FOLDER).parent
    if (root / FOLDER / "rule.yaml").read_text(encoding="utf-8") != operator_rule(root):
        yield "rule.yaml: not what alerts.yml says: run scripts/observe.sh rules"
    document = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    files = [file for maker in document["configMapGenerator"] for file in maker["files"]]
    there = [str(path.relative_to(folder)) for path in (folder / "grafana/dashboards").iterdir()]
    if sorted(files) != sorted(there):
        yield f"kustomization.yaml: has {sorted(files)}, not {sorted(there)}"
    if document["resources"] != ["prometheus/rule.yaml"]:
        yield "kustomization.yaml: does not have prometheus/rule.yaml"


def findings(root):
    yield from of_cluster(root)
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
    if sys.argv[1:] == ["--write"]:
        (ROOT / FOLDER / "rule.yaml").write_text(operator_rule(ROOT), encoding="utf-8")
    found = list(findings(ROOT))
    for finding in found:
        print(finding)
    print(f"{len(rules_of(ROOT))} alerts, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
