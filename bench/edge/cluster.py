"""A cluster of edges for load: Redis, and as many `whoosh edge` as asked, each on a loopback
address of its own, so that none shares its ports with another; and `whoosh swarm` against it.

The API is left out: rooms are placed through the directory and the edges' internal calls as it
does it, and tickets are signed by the swarm."""

import json
import random
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from processes import Failure, Process, http_ok

PLAYER_PORT, INTERNAL_PORT, OPS_PORT, REDIS_PORT = 18080, 18081, 18082, 16379
EDGES_MAX = 249
# Players' own addresses, four in the range above the edges'. The kernel gives one address 28,000
# ports towards a server, every second of them to those who connect; beyond half of those it
# searches longer for each, until the search is what is measured (14,000 players an edge).
PLAYERS_FROM = range(250, 254)


def redis_program(folder):
    """redis-tools has the server under another name; it goes by the one it is called by."""
    for name in ("redis-server", "valkey-server"):
        if shutil.which(name):
            return name
    tool = shutil.which("redis-check-rdb")
    if tool is None:
        raise Failure("Neither Redis nor Valkey is installed: scripts/setup.sh test")
    server = folder / "redis-server"
    server.symlink_to(tool)
    return server


class Cluster:
    def __init__(self, whoosh, edges, shards=0, tick_ms=1000):
        if not 1 <= edges <= EDGES_MAX:
            raise Failure(f"1 to {EDGES_MAX} edges")
        self.whoosh, self.count, self.shards, self.tick_ms = whoosh, edges, shards, tick_ms
        self.net = f"127.{random.randint(1, 254)}.{random.randint(0, 254)}"
        self.folder = Path(tempfile.mkdtemp(prefix="whoosh-edges-"))
        self.processes, self.edges = [], []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        secret = self.folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(36))
        made = subprocess.run(
            [self.whoosh, "keys", "--data", self.folder], capture_output=True, text=True
        )
        if made.returncode != 0:
            raise Failure(f"whoosh keys failed: {made.stderr.strip()}")
        redis = self.run(
            "redis",
            [redis_program(self.folder), "--port", REDIS_PORT, "--bind", f"{self.net}.254"]
            + ["--save", "", "--appendonly", "no", "--protected-mode", "no"]
            + ["--dir", self.folder],
        )
        redis.wait_for(lambda: "eady to accept connections" in redis.log.read_text())
        for number in range(1, self.count + 1):
            self.edges.append(self.start_edge(number, f"{self.net}.{number}"))
        for number, edge in enumerate(self.edges, 1):
            edge.wait_for(lambda: http_ok(f"http://{self.net}.{number}:{OPS_PORT}/readyz"), 120)

    def start_edge(self, number, address):
        return self.run(
            f"edge-{number}",
            [self.whoosh, "edge", "--node-name", f"edge-{number}"]
            + self.shared()
            + ["--data", self.folder / f"edge-{number}", "--listen", address]
            + ["--edge-port", PLAYER_PORT, "--internal-listen", address]
            + ["--internal-port", INTERNAL_PORT, "--ops-listen", address, "--ops-port", OPS_PORT]
            + ["--advertise-ws-url", f"ws://{address}:{PLAYER_PORT}/ws", "--rate-limits", "false"]
            + ["--shards", self.shards, "--tick-ms", self.tick_ms, "--drain-s", 0]
            + ["--log-level", "warn"],
        )

    def shared(self):
        return [
            "--state",
            f"redis://{self.net}.254:{REDIS_PORT}",
            "--cluster-secret-file",
            self.folder / "secret",
            "--keys",
            self.folder / "keys",
        ]

    def run(self, name, arguments):
        process = Process(name, arguments, self.folder / f"{name}.log")
        self.processes.append(process)
        return process

    def edge_pids(self):
        return [edge.pid for edge in self.edges]

    def metrics_urls(self):
        return [f"http://{self.net}.{n}:{OPS_PORT}/metrics" for n in range(1, self.count + 1)]

    def swarm(self, arguments, plot=None, timeout_s=1800):
        """Runs `whoosh swarm` with these arguments; its report."""
        return swarm(
            self.whoosh,
            self.shared()
            + ["--from", ",".join(f"{self.net}.{n}" for n in PLAYERS_FROM)]
            + ["--server-pid", ",".join(map(str, self.edge_pids()))]
            + ["--server-metrics", ",".join(self.metrics_urls())]
            + arguments,
            self.folder,
            plot,
            timeout_s,
        )

    def stop(self):
        for process in self.processes:
            if process.child.poll() is None:
                process.child.terminate()
        for process in self.processes:
            process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def swarm(whoosh, arguments, folder, plot=None, timeout_s=1800):
    report = Path(folder) / "report.json"
    report.unlink(missing_ok=True)
    words = [whoosh, "swarm", "--json", report, *arguments]
    if plot:
        words += ["--plot", plot]
    try:
        done = subprocess.run(
            [str(word) for word in words], stdout=subprocess.PIPE, text=True, timeout=timeout_s
        )
    except subprocess.TimeoutExpired as late:
        raise Failure(f"whoosh swarm was not done after {timeout_s} s") from late
    if not report.exists():
        raise Failure(f"whoosh swarm made no report (status {done.returncode})")
    out = json.loads(report.read_text())
    out["text"] = done.stdout
    return out
