#!/usr/bin/env python3
"""Goal: the alerts and the dashboards work on what Whoosh really tells. Method: a real Prometheus
reads a real cluster while matches are played and things are bought; every query of every panel must
answer with something else than zeros, but those named below, with the reason why they may not.

    prometheus_test.py --program build/dev/services/whoosh [--picture FOLDER]
"""

import argparse
import json
import math
import shutil
import sys
import time
from pathlib import Path

import picture
from dashboards import FOLDER, ROOT
from playing import Playing

STEP_S = 2
TIME_S = 150  # for machines that are busy; a quiet one needs a tenth
PICTURE_S = 75
WINDOW = "10s"  # of rates: ten looks of this Prometheus

# Panel, legend of the query or "" for all of them: why it shows nothing but zeros here.
ZERO = {
    ("Edges", "fewest"): "the api with TLS is in a cluster of its own",
    ("In the lobby", ""): "these guests come with a seat",
    ("Full edges", ""): "sixteen players fill no edge",
    ("Rooms broken, of the time shown", ""): "a bug",
    ("Results lost or set aside, of the time shown", ""): "faults",
    ("Connections ended by the edge", ""): "nobody comes twice, is banned or sends nonsense",
    ("Messages of players", "refused"): "the bots say what is possible",
    ("Messages of players", "wrong"): "the bots say what is right",
    ("Slow and silent connections", ""): "all read, and speak",
    ("Made and closed", "broken"): "a bug",
    ("Matches", "void"): "nobody leaves",
    ("Written", "repeated"): "no worker dies",
    ("Written", "retried"): "the database is there",
    ("Written", "aside"): "a fault",
    ("Waiting on an edge's disk", ""): "Redis is there",
    ("Results after GAME_OVER, logs cut", ""): "the database is fast, matches are short",
    ("Late, skipped, clock jumps", ""): "depends on how busy the machine is",
    ("Waiting", ""): "eight are a match at once",
    ("Longest wait", ""): "eight are a match at once",
    ("Overdue", ""): "nobody waits so long",
    ("Waiting by game", ""): "eight are a match at once",
    ("Failures", ""): "rooms can be made",
    ("Errors", ""): "no answer is 5xx",
    ("Errors by route", ""): "no answer is 5xx",
    ("Refunds", ""): "no operator takes anything back",
    ("Checks that fail", ""): "all is well",
    ("Can't be read", ""): "the files are there",
    ("Buffers", ""): "buffers are held within a turn only",
}


def panels_of(folder):
    for path in sorted(folder.glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            if panel["type"] != "row":
                yield path.stem, panel


def expression_of(target):
    text = target["expr"].replace("$instance", ".*")
    return text.replace("$__rate_interval", WINDOW).replace("$__range", f"{TIME_S * 2}s")


def is_quiet(panel, target):
    return any((panel["title"], legend) in ZERO for legend in ("", target["legendFormat"]))


class Look:
    """All queries, each asked until it has answered with what it must."""

    def __init__(self, world):
        self.world = world
        self.began = time.time()
        self.left = [(board, panel, target) for board, panel in panels_of(ROOT / FOLDER)
                     for target in panel["targets"]]
        self.count = len(self.left)

    def series(self, target):
        return self.world.ask("query_range", query=expression_of(target), start=self.began - 5,
                              end=time.time(), step=STEP_S)["result"]

    def is_answered(self, panel, target):
        values = [float(value) for series in self.series(target) for _, value in series["values"]]
        values = [value for value in values if math.isfinite(value)]
        return bool(values) and (is_quiet(panel, target) or any(value != 0 for value in values))

    def until_all(self):
        """False: time is over, and `left` is what has not answered."""
        while self.left and time.time() < self.began + TIME_S:
            self.world.play()
            time.sleep(1)
            self.left = [ask for ask in self.left if not self.is_answered(*ask[1:])]
        return not self.left


def check_rules(world):
    groups = world.ask("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    ill = [rule["name"] for rule in rules if rule["health"] != "ok"]
    firing = [rule["name"] for rule in rules if rule.get("state") == "firing"]
    if not rules or ill or firing:
        sys.exit(f"of {len(rules)} rules {ill} can't be evaluated and {firing} fire")
    return len(rules)


def check_reasons():
    """A reason for a panel that there is no more would hide a new one of that name."""
    there = {(panel["title"], legend) for _, panel in panels_of(ROOT / FOLDER)
             for legend in ["", *(target["legendFormat"] for target in panel["targets"])]}
    if strangers := ZERO.keys() - there:
        sys.exit(f"no panel is called {sorted(strangers)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    if not shutil.which("prometheus"):
        sys.exit("Prometheus is not installed: scripts/setup.sh test")
    check_reasons()
    with Playing(options.program) as world:
        look = Look(world)
        world.shop()
        done = look.until_all()
        for board, panel, target in look.left:
            print(f"{board}: {panel['title']}: no answer: {expression_of(target)}")
        for failure in world.failures:
            print(f"a match failed: {failure}")
        if not done:
            sys.exit(f"{len(look.left)} of {look.count} queries have not answered in {TIME_S} s")
        rules = check_rules(world)
        seconds = time.time() - look.began
        print(f"{look.count} queries and {rules} rules answered after {seconds:.0f} s")
        if options.picture:
            while time.time() < look.began + PICTURE_S:
                world.play()
                time.sleep(1)
            for path in sorted((ROOT / FOLDER).glob("*.json")):
                picture.draw(look, json.loads(path.read_text(encoding="utf-8")),
                             options.picture / f"dashboard-{path.stem}.png")


if __name__ == "__main__":
    main()
