"""bench-peers: our edge against servers that a user would pick instead (bench/peers/README.md), in
turns on one machine, with the same connections in rooms of eight and a message a second to each.

The peers broadcast 160 bytes that nobody has to think about. Ours does it twice: `whoosh-sit` are
seated players in waiting rooms who get their TICK (tokens checked, rooms, rules, views at rest),
`whoosh-play` are matches of Suspect that are played. CPU is what all processes of a server used per
million messages received; memory is what they grew by per connection;
lateness is against the due time that stands in each message.

  --extra NAME=COMMAND   one more server: "{port}" in the command is the port it has to serve"""

import argparse
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from cluster import PLAYERS_FROM, Cluster, swarm
from figures import circumstances, cpu_s_per_million, median_of, table, write
from processes import Failure, Process, resident_bytes, stop_when_told

SEATS = 8
OURS = ("whoosh-sit", "whoosh-play")


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--peers", default="build/peers", help="where they were installed")
    parser.add_argument("--servers", default="", help="names, separated by commas; all by default")
    parser.add_argument("--extra", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--connections", type=int, default=16_000)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--ramp", type=float, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", default="var/bench/peers.json")
    parser.add_argument("--smoke", action="store_true", help="tiny; fails when one can't be used")
    return parser.parse_args()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def commands(asked):
    """Name -> command of each peer that is installed here."""
    peers = Path(asked.peers).resolve()
    found = {}
    if (peers / "gorilla/server").exists():
        found["gorilla"] = [peers / "gorilla/server", "{port}"]
    for name in ("node_ws", "colyseus"):
        if (peers / name / "node_modules").is_dir():
            found[name] = [shutil.which("node"), peers / name / "server.js", "{port}"]
    beast = Path(asked.build).resolve() / "bench/peer_beast"
    if beast.exists():
        found["beast"] = [beast, "{port}"]
    python = "/usr/bin/python3"
    server = Path(__file__).resolve().parents[1] / "peers/python_websockets/server.py"
    if subprocess.run([python, "-c", "import websockets"], capture_output=True).returncode == 0:
        found["python_websockets"] = [python, server, "{port}"]
    for extra in asked.extra:
        name, _, command = extra.partition("=")
        if not command:
            raise Failure(f"--extra {extra}: NAME=COMMAND")
        found[name] = shlex.split(command)
    return found


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def listen_to(asked, name, command, folder):
    port = free_port()
    words = [str(word).replace("{port}", str(port)) for word in command]
    server = Process(name, words, Path(folder) / f"{name}.log")
    try:
        server.wait_for(lambda: listens(port))
        idle = resident_bytes(server.pids())
        more = [f"ws://127.0.0.1:{port}/"]
        if name == "colyseus":
            urls = Path(folder) / "urls"
            reserve = Path(asked.peers).resolve() / "colyseus/reserve.js"
            done = subprocess.run(
                [shutil.which("node"), reserve, str(port), str(asked.connections), urls]
            )
            if done.returncode != 0:
                raise Failure("colyseus gave no seats")
            more = ["--urls", urls, "--binary", "--first", "0a"]
        report = swarm(
            Path(asked.build) / "services/whoosh",
            more
            + ["--raw", asked.connections, "--ramp", asked.ramp, "--duration", asked.seconds]
            + ["--quiet", "--server-pid", ",".join(map(str, server.pids()))]
            + ["--from", ",".join(f"127.254.254.{n}" for n in PLAYERS_FROM)],
            folder,
        )
        # The connections are gone by now; what they cost was read by the swarm while they were.
        report["idle_bytes"] = idle
        return report
    finally:
        server.stop()


def seat_with_us(asked, name):
    with Cluster(Path(asked.build) / "services/whoosh", 1) as cluster:
        idle = resident_bytes(cluster.edge_pids())
        report = cluster.swarm(
            ["--play" if name == "whoosh-play" else "--sit", asked.connections, "--quiet"]
            + ["--ramp", asked.ramp, "--duration", asked.seconds]
        )
        report["idle_bytes"] = idle
        return report


def measure(asked, name, found):
    with tempfile.TemporaryDirectory(prefix="whoosh-peers-") as folder:
        report = (
            seat_with_us(asked, name)
            if name in OURS
            else listen_to(asked, name, found[name], folder)
        )
    report["server"] = name
    report.pop("text")
    return report


def bytes_each(report):
    return (report["server_resident_bytes"] - report["idle_bytes"]) / max(report["asked"], 1)


def line(report):
    late = report["summary"]["lateness_ms"]
    return (
        f"{report['server']:<18} {report['summary']['messages_per_s']:>8,.0f}/s"
        f" {report['summary']['bytes_per_s'] / max(report['summary']['messages_per_s'], 1):4.0f} B"
        f" {cpu_s_per_million(report):6.1f} CPU s/M {bytes_each(report):8,.0f} B/conn"
        f"  late p50 {late['p50']:.1f} p99 {late['p99']:.1f} max {late['max']:.0f} ms"
        f"  {report['open_at_end']:,} open  {report['summary']['idle_share']:.0%} idle"
    )


def medians(runs, names):
    base = None
    rows = []
    for name in names:
        mine = [run for run in runs if run["server"] == name]
        if not mine:
            continue
        cpu = median_of(mine, cpu_s_per_million)
        if base is None:
            base = cpu
        late = lambda which: median_of(mine, lambda run: run["summary"]["lateness_ms"][which])
        rows.append(
            [
                name,
                f"{cpu:.1f}",
                f"{cpu / base:.2f}" if base else "-",
                " to ".join(f"{pick(map(cpu_s_per_million, mine)):.1f}" for pick in (min, max)),
                f"{median_of(mine, bytes_each):,.0f}",
                f"{late('p50'):.1f}",
                f"{late('p99'):.1f}",
                f"{median_of(mine, lambda r: r['summary']['server_cores']):.2f}",
                f"{median_of(mine, lambda r: r['tally']['counts']['missed_ticks']):.0f}",
                f"{min(run['open_at_end'] for run in mine):,}",
            ]
        )
    titles = ["server", "CPU s/M", "x ours", "of all rounds", "bytes/conn", "p50 ms", "p99 ms"]
    return table(titles + ["cores", "missed", "connected"], rows)


def main():
    asked = arguments()
    if asked.smoke:
        asked.connections, asked.seconds, asked.ramp, asked.rounds = 80, 2, 400, 1
    found = commands(asked)
    names = asked.servers.split(",") if asked.servers else [*OURS, *found]
    for name in names:
        if name not in OURS and name not in found:
            raise Failure(f"{name} is not installed: make bench-peers does it")
    about = circumstances("make bench-peers " + " ".join(sys.argv[1:]))
    runs = []
    for number in range(asked.rounds):
        turn = names[number % len(names) :] + names[: number % len(names)]
        for name in turn:
            runs.append(measure(asked, name, found))
            print(line(runs[-1]), flush=True)
            counts = runs[-1]["tally"]["counts"]
            if asked.smoke and (runs[-1]["open_at_end"] != 80 or counts["wrong"]):
                raise Failure(f"{name}: {runs[-1]['tally']['kinds']}")
    print(f"{about['machine']}; commit {about['commit']}; load {about['load_average_before']}")
    print(medians(runs, names))
    if asked.smoke:
        return
    for run in runs:
        run["tally"].pop("seconds")
    write(asked.out, about, runs)


if __name__ == "__main__":
    stop_when_told()
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench-peers: {failure}")
