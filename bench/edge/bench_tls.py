"""bench-tls: how late ticks are while strangers shake hands. A `whoosh solo` with TLS seats players
in rooms at a tick a second; then a second swarm opens wss:// connections that have no ticket, each
a full handshake and a 401, as fast as it is told. Lateness is the server's own histogram
(whoosh_tick_lateness_seconds) over the storm, as upper bounds of its buckets, and the swarm's, from
due time to arrival. Rates are taken in turns, `--runs` times; the table has medians."""

import argparse
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

from figures import circumstances, table, write
from processes import Failure, Process, http_ok, stop_when_told


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--players", type=int, default=2_000)
    parser.add_argument("--rates", default="0,500,1000,4000", help="handshakes a second, asked")
    parser.add_argument("--seconds", type=float, default=10, help="of each storm")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--key", default="ec", choices=["ec", "rsa"], help="P-256 or RSA-3072")
    parser.add_argument("--io", default="auto")
    parser.add_argument("--out", default="var/bench/tls.json")
    parser.add_argument("--smoke", action="store_true", help="tiny; fails unless it works")
    return parser.parse_args()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_pair(folder, kind):
    key = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else ["rsa:3072"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", *key, "-nodes", "-days", "2", "-subj"]
        + ["/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout"]
        + [f"{folder}/server.key", "-out", f"{folder}/server.pem"],
        check=True,
        capture_output=True,
    )
    Path(folder, "server.key").chmod(0o600)


class Metrics:
    """One look at the edge's page: sums over shards."""

    def __init__(self, port):
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read()
        self.values, self.buckets = {}, {}
        for line in page.decode().splitlines():
            if line.startswith("#"):
                continue
            name, value = line.rsplit(" ", 1)
            bucket = re.match(r'whoosh_tick_lateness_seconds_bucket\{.*le="([^"]+)"', name)
            if bucket:
                bound = float(bucket[1].replace("+Inf", "inf"))
                self.buckets[bound] = self.buckets.get(bound, 0) + float(value)
            name = name.split("{")[0]
            self.values[name] = self.values.get(name, 0) + float(value)

    def since(self, before, name):
        return self.values.get(name, 0) - before.values.get(name, 0)

    def late_ms(self, before, share):
        """Upper bound of the bucket that the share ends in."""
        counts = {at: n - before.buckets.get(at, 0) for at, n in self.buckets.items()}
        all_of_them = counts.get(float("inf"), 0)
        for bound in sorted(counts):
            if all_of_them > 0 and counts[bound] >= share * all_of_them:
                return bound * 1000
        return float("nan")


class Scene:
    """A server with TLS, and words for swarms against it."""

    def __init__(self, asked, folder):
        self.program = Path(asked.build) / "services/whoosh"
        self.folder = folder
        self.http, self.edge, self.ops, self.ops_edge = (free_port() for _ in range(4))
        make_pair(folder, asked.key)
        words = {
            "data": f"{folder}/data",
            "listen": "127.0.0.1",
            "http-port": self.http,
            "edge-port": self.edge,
            "ops-port": self.ops,
            "ops-edge-port": self.ops_edge,
            "shards": 1,
            "key-bits": 2048,
            "rate-limits": "false",
            "log-level": "error",
            "io": asked.io,
            "tls-cert": f"{folder}/server.pem",
            "tls-key": f"{folder}/server.key",
        }
        options = [word for name, value in words.items() for word in (f"--{name}", value)]
        self.server = Process("whoosh solo", [self.program, "solo", *options], f"{folder}/log")
        self.server.wait_for(lambda: http_ok(f"http://127.0.0.1:{self.ops}/readyz"))

    def swarm(self, name, words):
        trust = ["--ca", f"{self.folder}/server.pem", "--quiet"]
        out = f"{self.folder}/{name}.json"
        return Process(
            f"whoosh swarm ({name})",
            [self.program, "swarm", *words, *trust, "--json", out],
            f"{self.folder}/{name}.log",
        )

    def report(self, name):
        return json.loads(Path(self.folder, f"{name}.json").read_text())

    def metrics(self):
        return Metrics(self.ops_edge)


def measure(asked, rate):
    with tempfile.TemporaryDirectory(prefix="whoosh-bench-tls-") as folder:
        scene = Scene(asked, folder)
        started = [scene.server]
        try:
            seconds = asked.seconds
            api = f"https://127.0.0.1:{scene.http}"
            players = scene.swarm(
                "players",
                ["--sit", asked.players, "--api", api, "--ramp", 500, "--settle", 2]
                + ["--duration", seconds + 1],
            )
            started.append(players)
            players.wait_for(
                lambda: scene.metrics().values.get("whoosh_net_connections", 0) >= asked.players,
                timeout_s=180,
            )
            time.sleep(2.5)  # into the window
            before, began = scene.metrics(), time.monotonic()
            if rate > 0:
                storm = scene.swarm(
                    "storm",
                    ["--raw", int(rate * seconds), "--ramp", rate, "--ramp-limit", seconds]
                    + ["--duration", 0.01, "--settle", 0]
                    + [f"wss://127.0.0.1:{scene.edge}/ws"],
                )
                started.append(storm)
            waiting = 0
            while time.monotonic() < began + seconds:
                time.sleep(0.2)
                now = scene.metrics()
                waiting = max(waiting, now.values.get("whoosh_net_tls_waiting", 0))
            after, took = scene.metrics(), time.monotonic() - began
            players.child.wait(60)
            report = scene.report("players")
            return {
                "rate_asked": rate,
                "handshakes_per_s": after.since(before, "whoosh_net_tls_handshakes_total") / took,
                "waiting_max": waiting,
                "ticks": after.since(before, "whoosh_tick_lateness_seconds_count"),
                "late_p50_ms": after.late_ms(before, 0.5),
                "late_p99_ms": after.late_ms(before, 0.99),
                "late_max_ms": after.late_ms(before, 1),
                "open_at_end": report["open_at_end"],
                "lost": report["tally"]["counts"].get("lost", 0),
                "summary": report["summary"],
            }
        finally:
            for process in reversed(started):
                process.stop()


def main():
    stop_when_told()
    asked = arguments()
    if asked.smoke:
        asked.players, asked.rates, asked.seconds, asked.runs = 16, "50", 2, 1
        asked.out = f"{asked.build}/bench_tls_smoke.json"
    rates = [int(rate) for rate in asked.rates.split(",")]
    circumstance = circumstances(" ".join(sys.argv))
    runs = {rate: [] for rate in rates}
    for _ in range(asked.runs):
        for rate in rates:
            run = measure(asked, rate)
            runs[rate].append(run)
            print(json.dumps({k: v for k, v in run.items() if k != "summary"}), flush=True)
    names = ["handshakes_per_s", "waiting_max", "late_p50_ms", "late_p99_ms", "late_max_ms"]
    rows = [
        [rate] + [f"{median(run[name] for run in runs[rate]):.4g}" for name in names]
        for rate in rates
    ]
    print(table(["asked/s", "done/s", "waiting", "p50 ms <=", "p99 ms <=", "max ms <="], rows))
    write(asked.out, circumstance, [run for rate in rates for run in runs[rate]])
    harmed = [run for rate in rates for run in runs[rate] if run["open_at_end"] != asked.players]
    if harmed:
        raise Failure(f"players were lost: {harmed}")
    if asked.smoke and runs[rates[0]][0]["ticks"] <= 0:
        raise Failure("no tick was counted")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench-tls: {failure}")
