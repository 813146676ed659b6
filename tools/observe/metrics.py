#!/usr/bin/env python3
"""docs/METRICS.md from what running processes show: one of each role is started and its page read.

    metrics.py --program build/dev/services/whoosh [--write]

Without --write it compares, and fails with the names of what is undocumented or has vanished.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from fleet import PATIENCE_S, Fleet, eventually, fetch

DOCUMENT = Path("docs/METRICS.md")
UNITS = {"seconds": "seconds", "bytes": "bytes"}
GROUPS = [
    ("The process", ("process_", "whoosh_build_", "whoosh_check", "whoosh_keys", "whoosh_data_")),
    ("REST (Service A)", ("whoosh_http_",)),
    ("Coins", ("whoosh_coins_", "whoosh_purchases_", "whoosh_refunds_")),
    ("Results of matches", ("whoosh_results_", "whoosh_settlements_")),
    ("Matchmaking", ("whoosh_matcher_", "whoosh_matchmaker_")),
    ("The event loops of the edge", ("whoosh_net_",)),
    ("Rooms, players and ticks of the edge", ("whoosh_",)),
]
HEAD = """# Metrics

Every metric of every process, as `/metrics` on its operators' port shows it (9090 `api` and `solo`,
9091 `edge` and the edge of `solo`, 9092 `matchmaker`; Prometheus' text format 0.0.4). This page is
generated from running processes: `scripts/observe.sh metrics` writes it, `make test` fails when a
metric is not here or has vanished (`check_metrics`). Alerts are in
[infrastructure/observe](../infrastructure/observe), each with a runbook in [runbooks](runbooks).

Numbers of the edge are per shard (label `shard`); sum them. `*_total` only grows from the start of
the process. A histogram `x` has the series `x_bucket`, `x_sum` and `x_count`; `le` is its bound. A
metric without samples at the start (`whoosh_admission_refused_total`) has its labels in its words.
"""


@dataclass
class Metric:
    name: str
    help: str = ""
    kind: str = ""
    labels: set = field(default_factory=set)
    roles: set = field(default_factory=set)

    def unit(self):
        if self.name.endswith("_info"):
            return "1"
        words = self.name.removesuffix("_total").split("_")
        return UNITS.get(words[-1], "count")


def family_of(sample, known):
    """A sample's family: x_bucket is of the histogram x."""
    for suffix in ("_bucket", "_sum", "_count"):
        base = sample.removesuffix(suffix)
        if base != sample and base in known and known[base].kind == "histogram":
            return base
    return sample


def read_page(page, role, metrics):
    here = {}
    for line in page.splitlines():
        if match := re.match(r"# (HELP|TYPE) (\S+) (.*)", line):
            metric = here.setdefault(match[2], Metric(match[2]))
            if match[1] == "HELP":
                metric.help = match[3]
            else:
                metric.kind = match[3]
        elif match := re.match(r"(\w+)(?:\{(.*)\})? ", line):
            name = family_of(match[1], here)
            labels = set(re.findall(r"(\w+)=\"", match[2] or "")) - {"le"}
            here[name].labels |= labels
    for name, metric in here.items():
        known = metrics.setdefault(name, metric)
        if (known.help, known.kind) != (metric.help, metric.kind):
            sys.exit(f"{name} has another HELP or TYPE in {role} than elsewhere")
        known.labels |= metric.labels
        known.roles.add(role)


def collect(program):
    metrics = {}
    with Fleet(program) as fleet:
        solo = fleet.solo()
        pages = [("solo", solo["ops"]), ("solo", solo["ops-edge"])]
        api = fleet.api()
        pages += [("api", api), ("edge", fleet.edge()), ("matchmaker", fleet.matchmaker())]

        def api_serves():
            return "whoosh_http_connections" in fetch(f"http://127.0.0.1:{api}/metrics")

        eventually("REST of api", PATIENCE_S, api_serves)
        for role, port in pages:
            read_page(fetch(f"http://127.0.0.1:{port}/metrics"), role, metrics)
    return metrics


def faults(metrics):
    """What Prometheus' naming rules and ours want of a name."""
    for metric in metrics.values():
        if not metric.help.endswith("."):
            yield f"{metric.name}: its HELP is no sentence"
        if metric.kind == "counter" and not metric.name.endswith("_total"):
            yield f"{metric.name}: a counter's name ends in _total"
        if metric.kind != "counter" and metric.name.endswith("_total"):
            yield f"{metric.name}: only a counter's name ends in _total"


def render(metrics):
    left = dict(sorted(metrics.items()))
    text = HEAD
    for title, prefixes in GROUPS:
        rows = [name for name in left if name.startswith(prefixes)]
        text += f"\n## {title}\n\n| metric | type | unit | labels | of | what it says |\n"
        text += "|---|---|---|---|---|---|\n"
        for name in rows:
            metric = left.pop(name)
            labels = ", ".join(f"`{label}`" for label in sorted(metric.labels)) or "–"
            roles = ", ".join(sorted(metric.roles))
            words = metric.help.replace("|", "\\|")
            facts = f"{metric.kind} | {metric.unit()} | {labels} | {roles}"
            text += f"| `{name}` | {facts} | {words} |\n"
    if left:
        sys.exit(f"of no group: {', '.join(left)}")
    return text


def rows_of(text):
    return {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}


def compare(text):
    written = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    if text == written:
        return []
    now, before = rows_of(text), rows_of(written)
    findings = [f"not documented: {name}" for name in now.keys() - before.keys()]
    findings += [f"has vanished: {name}" for name in before.keys() - now.keys()]
    findings += [f"is another: {n}" for n in now.keys() & before.keys() if now[n] != before[n]]
    return sorted(findings) or ["the page's words are not the generated ones"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    metrics = collect(options.program)
    findings = list(faults(metrics))
    text = render(metrics)
    if options.write:
        DOCUMENT.write_text(text)
    else:
        findings += compare(text)
    for finding in findings:
        print(finding)
    if findings:
        sys.exit("docs/METRICS.md: run scripts/observe.sh metrics, and read what it changed")
    print(f"{len(metrics)} metrics, all documented in {DOCUMENT}")


if __name__ == "__main__":
    main()
