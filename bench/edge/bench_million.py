"""bench-million: as many seated players as asked, a million by default, in live rooms of eight that
play Suspect and tick once a second, over as many `whoosh edge` and `whoosh swarm` processes as the
limit of descriptors asks for, placed through the directory as a cluster does it, on one machine.

Players hear what changes (STATE and events), not every TICK; one in a hundred asks for TICKs too,
so that lateness is measured where a player would see it. Says how the memory was used, the
kernel's share too, and, when it was stopped early, by what: whoever has less than MEMORY_FLOOR left
is stopped before the machine is."""

import argparse
import resource
import sys
import threading
import time
from pathlib import Path

from cluster import Cluster
from figures import circumstances, cpu_s_per_million, write
from processes import (
    Failure,
    memory_available_gib,
    resident_bytes,
    slab_bytes,
    socket_memory_bytes,
    stop_when_told,
)

SEATS = 8
KEPT = 1_000  # descriptors of an edge that no player has
MEMORY_FLOOR_GIB = 0.7


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--players", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--ramp", type=float, default=4_000)
    parser.add_argument("--ramp-limit", type=float, default=900)
    parser.add_argument("--activity", type=float, default=0.1, help="1: as people")
    parser.add_argument("--swarm", default="", help="more words for whoosh swarm")
    parser.add_argument("--out", default="var/bench/million.json")
    parser.add_argument("--smoke", action="store_true", help="tiny; fails when anything is wrong")
    return parser.parse_args()


class MemoryWatch:
    """Looks twice a second; ends the edges when there is too little left for the machine."""

    def __init__(self, cluster):
        self.cluster, self.lowest_gib, self.stopped = cluster, memory_available_gib(), False
        self.most = {"slab": 0, "sockets": 0}
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.done.wait(0.5):
            free = memory_available_gib()
            self.lowest_gib = min(self.lowest_gib, free)
            self.most["slab"] = max(self.most["slab"], slab_bytes())
            self.most["sockets"] = max(self.most["sockets"], socket_memory_bytes())
            if free < MEMORY_FLOOR_GIB and not self.stopped:
                self.stopped = True
                for edge in self.cluster.edges:
                    edge.child.kill()

    def end(self):
        self.done.set()
        self.thread.join()


def measure(asked):
    players = asked.players // SEATS * SEATS
    per_edge = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - KEPT
    edges = max(2 if asked.smoke else 1, -(-players // per_edge))
    before = {"slab": slab_bytes(), "sockets": socket_memory_bytes()}
    plot = None if asked.smoke else str(Path(asked.out).with_suffix(f".{players}.svg"))
    began = time.monotonic()
    with Cluster(Path(asked.build) / "services/whoosh", edges, shards=1) as cluster:
        watch = MemoryWatch(cluster)
        idle = resident_bytes(cluster.edge_pids())
        report = cluster.swarm(
            ["--play", players, "--ramp", asked.ramp, "--ramp-limit", asked.ramp_limit]
            + ["--duration", asked.seconds, "--activity", asked.activity]
            + (["--ticks", 1, "--verify", 0.1] if not asked.smoke else ["--ticks", 20])
            + asked.swarm.split(),
            plot,
        )
        watch.end()
    print(report["text"])
    if watch.stopped:
        report["cut_short"] = f"less than {MEMORY_FLOOR_GIB} GiB of memory were left"
    report["edges"] = edges
    report["edges_idle_bytes"] = idle
    report["lowest_available_gib"] = watch.lowest_gib
    report["kernel_bytes"] = {name: watch.most[name] - before[name] for name in before}
    report["whole_s"] = time.monotonic() - began
    return report


def words(report):
    players = max(report["open_at_end"], 1)
    late, counts = report["summary"]["lateness_ms"], report["tally"]["counts"]
    ticks = report["server_counters"].get("whoosh_ticks_total", 0) / max(report["counted_s"], 1e-9)
    per_player = report["summary"]["messages_per_s"] / players
    grown = report["server_resident_bytes"] - report["edges_idle_bytes"]
    kernel = sum(report["kernel_bytes"].values())
    return "\n".join(
        [
            f"{report['open_at_end']:,} of {report['asked']:,} players seated in"
            f" {counts['rooms']:,} rooms on {report['edges']} edges, after"
            f" {report['ramp_s']:.0f} s; {ticks:,.0f} room ticks a second",
            f"{report['summary']['messages_per_s']:,.0f} messages/s received:"
            f" {per_player:.3f} a player and second; {report['summary']['sent_per_s']:,.0f} sent",
            f"lateness p50 {late['p50']:.1f}, p99 {late['p99']:.1f}, max {late['max']:.0f} ms;"
            f" missed ticks {counts['missed_ticks']}, gaps {counts['gaps']},"
            f" wrong {counts['wrong']}",
            f"server {report['summary']['server_cores']:.2f} cores,"
            f" {cpu_s_per_million(report):.1f} CPU s per million messages; swarm"
            f" {report['summary']['swarm_cores']:.2f} cores;"
            f" {report['summary']['idle_share']:.0%} idle",
            f"memory: edges {grown / players:,.0f} bytes a player above their"
            f" {report['edges_idle_bytes'] / 1e6:,.0f} MB when idle, swarm"
            f" {report['swarm_resident_bytes'] / players:,.0f}, kernel {kernel / players:,.0f} for"
            f" both ends; at least {report['lowest_available_gib']:.1f} GiB stayed free",
            f"cut short: {report['cut_short']}" if report["cut_short"] else report["verdict"],
        ]
    )


def main():
    asked = arguments()
    if asked.smoke:
        asked.players, asked.seconds, asked.ramp = 320, 2, 800
        asked.swarm += " --settle 0.5 --processes 2 --verify 100"
    else:
        Path(asked.out).parent.mkdir(parents=True, exist_ok=True)
    about = circumstances("make bench-million " + " ".join(sys.argv[1:]))
    report = measure(asked)
    print(f"{about['machine']}; commit {about['commit']}; load {about['load_average_before']}")
    print(words(report))
    if asked.smoke:
        counts = report["tally"]["counts"]
        if report["open_at_end"] != 320 or counts["wrong"] or counts["gaps"]:
            raise Failure("the swarm saw something wrong")
        return
    report.pop("text")
    report["tally"].pop("seconds")
    write(asked.out, about, [report])


if __name__ == "__main__":
    stop_when_told()
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench-million: {failure}")
