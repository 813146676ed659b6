"""bench-edge: how many players one machine seats when everybody hears a TICK a second and plays
Suspect: real rooms and rules on `whoosh edge` processes, players in `whoosh swarm` on the same
machine. Sizes are tried upwards; then the step between the largest that held and the smallest that
did not is halved. "Holds": all are there, lateness p99 under the limit, no missed tick, no gap,
nothing wrong.

Each size is a fresh cluster. One process has at most as many descriptors as the system grants, so
there are as many edges as that asks for."""

import argparse
import resource
import sys
from pathlib import Path

from cluster import Cluster
from figures import ROOT, circumstances, cpu_s_per_million, table, write
from processes import Failure, resident_bytes, stop_when_told

SEATS = 8
KEPT = 1_000  # descriptors of an edge that no player has


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--sizes", default="20000,40000,60000,80000,100000,120000")
    parser.add_argument("--step", type=int, default=5_000, help="stop halving at this")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--ramp", type=float, default=2_000)
    parser.add_argument("--lateness-ms", type=float, default=100, help="p99 that still holds")
    parser.add_argument("--edges", type=int, default=0, help="0: as few as descriptors allow")
    parser.add_argument("--shards", type=int, default=1, help="of each edge")
    parser.add_argument("--swarm", default="", help="more words for whoosh swarm")
    parser.add_argument("--out", default="var/bench/edge.json")
    parser.add_argument("--smoke", action="store_true", help="tiny; fails unless it holds")
    return parser.parse_args()


def measure(asked, players):
    per_edge = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - KEPT
    edges = asked.edges or max(1, -(-players // per_edge))
    plot = None if asked.smoke else str(Path(asked.out).with_suffix(f".{players}.svg"))
    with Cluster(Path(asked.build) / "services/whoosh", edges, asked.shards) as cluster:
        idle = resident_bytes(cluster.edge_pids())
        report = cluster.swarm(
            ["--play", players, "--ramp", asked.ramp, "--duration", asked.seconds]
            + asked.swarm.split(),
            plot,
        )
    print(report["text"], flush=True)
    report["edges"] = edges
    report["edges_idle_bytes"] = idle
    return report


def holds(report, lateness_ms):
    counts = report["tally"]["counts"]
    return (
        report["open_at_end"] == report["asked"]
        and not report["cut_short"]
        and report["summary"]["lateness_ms"]["p99"] < lateness_ms
        and not any(counts[name] for name in ("missed_ticks", "gaps", "wrong", "lost"))
    )


def rounded(players):
    return players // SEATS * SEATS


def search(asked):
    runs = []

    def tried(players):
        report = measure(asked, rounded(players))
        report["holds"] = holds(report, asked.lateness_ms)
        runs.append(report)
        return report["holds"]

    good, bad = 0, None
    for size in map(int, asked.sizes.split(",")):
        if not tried(size):
            bad = size
            break
        good = size
    while bad is not None and bad - good > asked.step:
        middle = (good + bad) // 2
        if tried(middle):
            good = middle
        else:
            bad = middle
    return runs


def row(report):
    counts, late = report["tally"]["counts"], report["summary"]["lateness_ms"]
    return [
        f"{report['asked']:,}",
        report["edges"],
        f"{report['summary']['messages_per_s']:,.0f}",
        f"{late['p50']:.1f}",
        f"{late['p99']:.1f}",
        f"{late['max']:.0f}",
        counts["missed_ticks"],
        counts["gaps"] + counts["wrong"],
        f"{cpu_s_per_million(report):.1f}",
        f"{report['summary']['server_cores']:.2f}",
        f"{report['summary']['swarm_cores']:.2f}",
        f"{report['summary']['idle_share']:.0%}",
        f"{(report['server_resident_bytes'] - report['edges_idle_bytes']) / report['asked']:,.0f}",
        "yes" if report["holds"] else "no",
    ]


def main():
    asked = arguments()
    if asked.smoke:
        asked.sizes, asked.seconds, asked.ramp = "160", 2, 400
        asked.swarm += " --settle 0.5 --verify 100"
    else:
        (ROOT / Path(asked.out)).parent.mkdir(parents=True, exist_ok=True)
    about = circumstances("make bench-edge " + " ".join(sys.argv[1:]))
    runs = search(asked)
    titles = ["players", "edges", "messages/s", "p50 ms", "p99 ms", "max ms", "missed", "wrong"]
    titles += ["CPU s/M", "server cores", "swarm cores", "idle", "bytes/player", "holds"]
    print(f"{about['machine']}; commit {about['commit']}; load {about['load_average_before']}")
    print(table(titles, [row(report) for report in runs]))
    if asked.smoke:
        # A busy machine may be late; what is said must be right all the same.
        counts = runs[0]["tally"]["counts"]
        if runs[0]["open_at_end"] != 160 or counts["wrong"] or counts["gaps"]:
            raise Failure("the swarm saw something wrong")
        return
    for report in runs:
        report.pop("text")
        report["tally"].pop("seconds")
    write(asked.out, about, runs)


if __name__ == "__main__":
    stop_when_told()
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench-edge: {failure}")
