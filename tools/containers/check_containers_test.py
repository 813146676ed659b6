"""Goal: each fault is found. Method: the files as they are, with one fault planted in each copy."""

import pathlib
import shutil
import sys
import tempfile
import unittest

import check_containers

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else None
FILES = ("docker-compose.yml", "Dockerfile", "infrastructure/docker/haproxy.cfg",
         "infrastructure/docker/prometheus.yml", "infrastructure/docker/collect.sh")
FAULTS = (
    ("docker-compose.yml", "WHOOSH_DRAIN_S: 600", "WHOOSH_DRAIN_SEC: 600", "knows no"),
    ("docker-compose.yml", "WHOOSH_DRAIN_S: 600", "WHOOSH_DRAIN_S: 900", "killed after"),
    ("docker-compose.yml", "WHOOSH_LOG_FORMAT: json", "WHOOSH_LOG_FORMAT: xml", "refuses"),
    ("docker-compose.yml", "WHOOSH_STATE_FILE: /run/whoosh/state", "WHOOSH_STATE: redis://redis",
     "into the environment"),
    ("docker-compose.yml", "WHOOSH_NODE_NAME: edge-2", "WHOOSH_NODE_NAME: edge-1", "are called"),
    ("docker-compose.yml", "  read_only: true", "  read_only: false", "read_only"),
    ("docker-compose.yml", "redis:7.2", "redis:latest", "no fixed version"),
    ("infrastructure/docker/haproxy.cfg", "str edge-1 edge-2", "str edge-1", "known_node"),
    ("infrastructure/docker/haproxy.cfg", "api:8000 check", "api:8001 check", "no such service"),
    ("infrastructure/docker/prometheus.yml", "edge-2:9091", "edge-2:9092", "watches"),
    ("Dockerfile", "USER 10001:10001", "USER root", "numeric USER"),
    ("Dockerfile", 'CMD ["/usr/bin/whoosh", "health"]', "CMD curl localhost", "HEALTHCHECK"),
    ("Dockerfile", "ARG VERSION", "COPY lib/x86_64-linux-gnu /\nARG VERSION", "processor"),
)


class CheckContainers(unittest.TestCase):
    def test_each_fault_is_found(self):
        for name, good, bad, words in FAULTS:
            with self.subTest(bad), tempfile.TemporaryDirectory() as folder:
                root = pathlib.Path(folder)
                for file in FILES:
                    (root / file).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / file, root / file)
                text = (root / name).read_text(encoding="utf-8")
                self.assertIn(good, text)
                (root / name).write_text(text.replace(good, bad, 1), encoding="utf-8")
                found = "\n".join(check_containers.findings(root, PROGRAM))
                self.assertIn(words, found)

    def test_a_time(self):
        self.assertEqual(check_containers.seconds("10m30s"), 630)

    def test_a_value_with_a_default(self):
        self.assertEqual(check_containers.expanded("${A:-7}:${B:-}"), "7:")


if __name__ == "__main__":
    unittest.main()
