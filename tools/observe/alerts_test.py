"""Goal: each fault is found. Method: the files as they are, with one fault planted in each copy."""

import shutil
import tempfile
import unittest
from pathlib import Path

import alerts
from known import metrics_of

RULES = f"{alerts.FOLDER}/alerts.yml"
TESTS = f"{alerts.FOLDER}/alerts_test.yml"
FAULTS = (
    (RULES, "whoosh_matcher_overdue_seconds", "whoosh_matcher_late_seconds", "no metric"),
    (RULES, "severity: page", "severity: loud", "its severity"),
    (RULES, "docs/runbooks/whoosh-down.md", "docs/runbooks/whoosh-up.md", "its runbook is not"),
    (RULES, "alert: WhooshDown", "alert: WhooshGone", "there is no such alert"),
    (TESTS, "name: WhooshDown does not fire", "name: WhooshDown rests", "no test that shows"),
    (f"{alerts.FOLDER}/rule.yaml", "> 0.25", "> 0.5", "rule.yaml: not what"),
    ("infrastructure/observe/kustomization.yaml", "dashboards/api.json", "dashboards/rooms.json",
     "kustomization.yaml: has"),
    ("infrastructure/observe/kustomization.yaml", "prometheus/rule.yaml", "prometheus/alerts.yml",
     "does not have"),
    ("docs/runbooks/whoosh-down.md", "# WhooshDown", "# WhooshUp", "its title"),
    ("docs/runbooks/whoosh-down.md", "## How to look", "## Look", "its sections"),
)


class Alerts(unittest.TestCase):
    def test_each_fault_is_found(self):
        for name, good, bad, words in FAULTS:
            with self.subTest(bad), tempfile.TemporaryDirectory() as folder:
                root = Path(folder)
                for part in ("infrastructure/observe", "docs/runbooks"):
                    shutil.copytree(alerts.ROOT / part, root / part)
                shutil.copy(alerts.ROOT / "docs/METRICS.md", root / "docs")
                text = (root / name).read_text(encoding="utf-8")
                self.assertIn(good, text)
                (root / name).write_text(text.replace(good, bad, 1), encoding="utf-8")
                self.assertIn(words, "\n".join(alerts.findings(root)))

    def test_names_of_metrics(self):
        expression = 'sum by (le, a) (rate(x_bucket{b=~"y"}[5m])) > 2 and on (c) (z offset 5m)'
        self.assertEqual(metrics_of(expression), {"x_bucket", "z"})


if __name__ == "__main__":
    unittest.main()
