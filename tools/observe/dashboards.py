#!/usr/bin/env python3
"""Grafana's dashboards out of boards_*.py, and what Grafana, docs/METRICS.md and we want of them.

    dashboards.py [--write]

Without --write it compares the files with what would be written, and holds each file, as it is, to
the rules below. It prints what it finds, and fails when that is something.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import boards_play
import boards_rest
from known import metrics_of, read_metrics
from panels import GRID_COLUMNS, SCHEMA_VERSION, board_json

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "infrastructure/observe/grafana/dashboards"
BOARDS = [boards_play.PLAYERS, boards_play.ROOMS, boards_play.TICKS, boards_play.MATCHER,
          boards_rest.API, boards_rest.ECONOMY, boards_rest.NODES]
KINDS = {"timeseries", "stat", "heatmap", "table"}
# Of Grafana's units (packages/grafana-data, valueFormats), those that a panel of ours may have.
UNITS = {"short", "s", "bytes", "Bps", "percentunit", "cps", "ops", "mps", "reqps"}


def texts():
    return {f"{board.uid}.json": json.dumps(board_json(board), indent=2) + "\n"
            for board in BOARDS}


def of_places(panels):
    taken = {}
    for panel in panels:
        place = panel["gridPos"]
        if place["x"] < 0 or place["w"] < 1 or place["x"] + place["w"] > GRID_COLUMNS:
            yield f"{panel['title']}: beyond the {GRID_COLUMNS} columns"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["title"])
                if other != panel["title"]:
                    yield f"{panel['title']}: lies on {other}"
                    return


def of_queries(panel, known, variables):
    if not panel.get("targets"):
        yield f"{panel['title']}: asks nothing"
    letters = [target["refId"] for target in panel.get("targets", [])]
    if len(letters) != len(set(letters)):
        yield f"{panel['title']}: two queries have one refId"
    for target in panel.get("targets", []):
        for part in (target, panel):
            if part["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
                yield f"{panel['title']}: its datasource is not the variable"
        for metric in sorted(metrics_of(target["expr"]) - known.keys()):
            yield f"{panel['title']}: there is no metric {metric}"
        for name in re.findall(r"\$\{?(\w+)", target["expr"]):
            if name not in variables | {"__rate_interval", "__range", "__interval"}:
                yield f"{panel['title']}: there is no variable {name}"
        for metric in re.findall(r"(?:rate|increase)\((\w+)", target["expr"]):
            if known.get(metric, "counter") != "counter":
                yield f"{panel['title']}: {metric} is no counter"


def of_panel(panel, known, variables, root):
    if panel["type"] not in KINDS:
        yield f"{panel['title']}: no kind of panel is called {panel['type']}"
    if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
        yield f"{panel['title']}: its unit is none that Grafana has"
    if not panel.get("description", "").endswith("."):
        yield f"{panel['title']}: its description is no sentence"
    for link in panel.get("links", []):
        match = re.fullmatch(r"\$\{runbooks\}/([\w-]+\.md)", link["url"])
        if not match or not (root / "docs/runbooks" / match[1]).exists():
            yield f"{panel['title']}: there is no runbook {link['url']}"
    yield from of_queries(panel, known, variables)


def of_board(document, root, known):
    variables = {variable["name"] for variable in document["templating"]["list"]}
    kinds = [variable["type"] for variable in document["templating"]["list"]]
    panels = document["panels"]
    if document.get("schemaVersion") != SCHEMA_VERSION:
        yield f"its schema is not version {SCHEMA_VERSION}"
    if kinds[:1] != ["datasource"]:
        yield "its first variable is not the datasource"
    if "id" in document:
        yield "an id is of one Grafana only; it has none"
    numbers = [panel["id"] for panel in panels]
    if len(numbers) != len(set(numbers)):
        yield "two panels have one id"
    yield from of_places(panels)
    for panel in panels:
        if panel["type"] != "row":
            yield from of_panel(panel, known, variables, root)


def of_set(documents, root):
    """What holds over all of them: ids and titles; every alert's runbook is linked somewhere."""
    for what in ("uid", "title"):
        values = [document[what] for document in documents.values()]
        if len(values) != len(set(values)):
            yield f"two dashboards have one {what}"
    linked = {link["url"].rsplit("/", 1)[-1] for document in documents.values()
              for panel in document["panels"] for link in panel.get("links", [])}
    for path in sorted((root / "docs/runbooks").glob("whoosh-*.md")):
        if path.name not in linked:
            yield f"no panel leads to {path.name}"


def findings(root):
    known = read_metrics(root)
    documents = {}
    for path in sorted((root / FOLDER).glob("*.json")):
        documents[path.name] = json.loads(path.read_text(encoding="utf-8"))
        for finding in of_board(documents[path.name], root, known):
            yield f"{path.name}: {finding}"
    yield from of_set(documents, root)


def stale(root):
    wanted = texts()
    there = {path.name: path.read_text(encoding="utf-8")
             for path in (root / FOLDER).glob("*.json")}
    for name in sorted(wanted.keys() | there.keys()):
        if wanted.get(name) != there.get(name):
            yield f"{name}: not what boards_*.py say: run scripts/observe.sh dashboards"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        for name, text in texts().items():
            (ROOT / FOLDER / name).write_text(text, encoding="utf-8")
    found = [*stale(ROOT), *findings(ROOT)]
    for finding in found:
        print(finding)
    print(f"{len(BOARDS)} dashboards, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
