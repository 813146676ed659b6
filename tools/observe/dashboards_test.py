"""Goal: each fault is found. Method: the files as they are, with one fault planted in each copy."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

import dashboards


def first(document, kind="timeseries"):
    return next(panel for panel in document["panels"] if panel["type"] == kind)


def moved_left(document):
    other = [panel for panel in document["panels"] if panel["gridPos"]["x"] > 0][0]
    other["gridPos"]["x"] -= 1


def same_id(document):
    document["panels"][2]["id"] = document["panels"][1]["id"]


def set_expression(text):
    def change(document):
        first(document)["targets"][0]["expr"] = text
    return change


FAULTS = (
    (lambda d: d.update(schemaVersion=16), "its schema"),
    (lambda d: d.update(id=4), "an id is of one"),
    (lambda d: d["templating"]["list"].pop(0), "first variable"),
    (same_id, "two panels have one id"),
    (moved_left, "lies on"),
    (lambda d: first(d)["gridPos"].update(x=20), "beyond the"),
    (lambda d: first(d).update(type="graph"), "no kind of panel"),
    (lambda d: first(d)["fieldConfig"]["defaults"].update(unit="pounds"), "its unit"),
    (lambda d: first(d).update(description=""), "no sentence"),
    (lambda d: first(d).update(links=[{"url": "${runbooks}/whoosh-x.md"}]), "no runbook"),
    (lambda d: first(d).update(targets=[]), "asks nothing"),
    (lambda d: first(d)["targets"].append(first(d)["targets"][0]), "one refId"),
    (lambda d: first(d).update(datasource={"type": "prometheus", "uid": "a"}), "the variable"),
    (set_expression("sum(whoosh_gamers)"), "no metric whoosh_gamers"),
    (set_expression('whoosh_players{instance="$node"}'), "no variable node"),
    (set_expression("rate(whoosh_players[5m])"), "is no counter"),
    (lambda d: d.update(uid="whoosh-rooms"), "have one uid"),
)


class Dashboards(unittest.TestCase):
    def setUp(self):
        guard = tempfile.TemporaryDirectory()
        self.addCleanup(guard.cleanup)
        self.root = Path(guard.name)
        for part in (dashboards.FOLDER, "docs/runbooks"):
            shutil.copytree(dashboards.ROOT / part, self.root / part)
        shutil.copy(dashboards.ROOT / "docs/METRICS.md", self.root / "docs")
        self.path = self.root / dashboards.FOLDER / "players.json"
        self.good = self.path.read_text(encoding="utf-8")

    def test_each_fault_is_found(self):
        for change, words in FAULTS:
            with self.subTest(words):
                document = json.loads(self.good)
                change(document)
                self.path.write_text(json.dumps(document), encoding="utf-8")
                self.assertIn(words, "\n".join(dashboards.findings(self.root)))

    def test_a_file_changed_by_hand_is_found(self):
        self.assertEqual(list(dashboards.stale(self.root)), [])
        self.path.write_text(self.good.replace("Players", "People"), encoding="utf-8")
        self.assertEqual(len(list(dashboards.stale(self.root))), 1)

    def test_a_runbook_that_no_panel_leads_to_is_found(self):
        (self.root / "docs/runbooks/whoosh-lonely.md").touch()
        self.assertIn("no panel leads to whoosh-lonely.md", list(dashboards.findings(self.root)))


if __name__ == "__main__":
    unittest.main()
