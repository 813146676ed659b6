#!/usr/bin/env python3
"""bench-api: Whoosh's Service A, on both stores, against a Django REST framework service.

Everything runs on this machine, in this run: one PostgreSQL server with a database for each, the
same people in all of them, the same key, the same load generator. The servers take turns (A B C A B
C …), and what is reported is the median over the rounds. scripts/bench-api.sh is the front door;
docs/PERFORMANCE.md says what was measured and what it means.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import report
from servers import Django, Failure, Postgres, Whoosh, command

OPERATIONS = ["me", "user", "wallet", "history", "login", "refresh", "join", "purchase"]
SERVERS = ["whoosh-sqlite", "whoosh-postgres", "django"]
CONNECTIONS = 32
SMOKE_ANSWERS = 30
ROOT = Path(__file__).resolve().parents[2]


class Bench:
    """One run: the folder with the databases, the servers that are up, the results so far."""

    def __init__(self, options, stack):
        self.options, self.stack = options, stack
        self.folder = Path(options.data)
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o755)  # PostgreSQL's own user passes through
        self.whoosh = Path(options.build) / "services" / "whoosh"
        self.seed_tool = Path(options.build) / "bench" / "api_seed"
        self.load_tool = Path(options.build) / "bench" / "api_load"
        self.tokens = self.folder / "tokens"
        self.postgres = None
        self.servers = {}
        self.seeds = []
        self.results = []
        self.choice = None  # how gunicorn runs
        # One-time things that earlier runs on these databases have used up.
        self.state_file = self.folder / "state.json"
        self.state = json.loads(self.state_file.read_text()) if self.state_file.exists() else {}

    # ---- what there is to measure ----------------------------------------------------------------

    def set_up(self):
        people = self.state.setdefault("people", self.options.people)
        if people != self.options.people:
            raise Failure(f"{self.folder} holds {people} people: say --people {people}")
        wanted = self.options.servers
        if "whoosh-postgres" in wanted or "django" in wanted:
            cache = "64MB" if self.options.smoke else "2GB"
            self.postgres = Postgres(self.folder / "postgres", cache)
            self.stack.callback(self.postgres.stop)
        sqlite = Whoosh("whoosh-sqlite", self.whoosh, self.folder / "sqlite", **self.quick())
        key = sqlite.key()
        command(
            [self.load_tool, "tokens", "--key", key, "--people", people, "--out", self.tokens]
        )
        if "whoosh-sqlite" in wanted:
            self.seed(sqlite.name, f"sqlite:{sqlite.folder / 'whoosh.db'}")
            self.start(sqlite)
        if "whoosh-postgres" in wanted:
            self.set_up_postgres_store(key)
        if "django" in wanted:
            self.set_up_django(key)

    def quick(self):
        return {"quick_passwords": self.options.smoke}

    def set_up_postgres_store(self, key):
        conninfo = self.postgres.conninfo("whoosh")
        folder = self.folder / "postgres-store"
        (folder / "keys").mkdir(parents=True, exist_ok=True)
        os.chmod(folder, 0o700)
        shutil.copy(key, folder / "keys" / key.name)
        if not self.postgres.has("whoosh"):
            self.postgres.make_database("whoosh")
        self.seed("whoosh-postgres", f"postgres:{conninfo}")
        self.start(
            Whoosh("whoosh-postgres", self.whoosh, folder, conninfo=conninfo, **self.quick())
        )

    def set_up_django(self, key):
        conninfo = self.postgres.conninfo("peer")
        folder = self.folder / "django"
        peers = [
            Django(conninfo, key, folder, kind=kind, **self.quick())
            for kind in (["gthread"] if self.options.smoke else ["gthread", "sync"])
        ]
        if not self.postgres.has("peer"):
            self.postgres.make_database("peer")
            peers[0].make_tables()
        self.seed("django", f"peer:{conninfo}")
        speeds = {}
        for peer in peers:
            peer.start()
            try:
                done = self.load(peer, "me", min(self.options.seconds, 3), 0.5)
            finally:
                peer.process.stop()
            speeds[peer.kind] = done["throughput"]
        best = max(peers, key=lambda peer: speeds[peer.kind])
        self.choice = {"worker_class": best.kind, "threads": best.threads, "me_per_s": speeds}
        self.start(best)

    def seed(self, name, place):
        if name in self.state.get("seeded", {}):
            self.seeds.append(self.state["seeded"][name])
            return
        note(f"seeding {self.options.people:,} people for {name}")
        words = [self.seed_tool, "--people", self.options.people, "--to", place]
        made = json.loads(command(words + (["--quick-passwords"] if self.options.smoke else [])))
        self.state.setdefault("seeded", {})[name] = {**made, "server": name}
        self.save_state()
        self.seeds.append(self.state["seeded"][name])

    def save_state(self):
        self.state_file.write_text(json.dumps(self.state))

    def start(self, server):
        server.start()
        self.stack.callback(server.process.stop)
        self.servers[server.name] = server

    # ---- measuring -------------------------------------------------------------------------------

    def load(self, server, operation, seconds, warmup):
        first = f"{server.name}/{operation}"
        words = [self.load_tool, "run", "--operation", operation]
        words += ["--server", server.process.address, "--people", self.options.people]
        words += ["--tokens", self.tokens, "--seconds", seconds, "--warmup", warmup]
        words += ["--connections", self.options.connections]
        words += ["--first", self.state.get(first, 0)]
        words += ["--requests", SMOKE_ANSWERS] if self.options.smoke else []
        words += ["--group", f"server={server.process.pid}"]
        if self.postgres and server.name != "whoosh-sqlite":
            words += ["--group", f"database={self.postgres.pid}"]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        if not done.stdout:
            raise Failure(f"{operation} of {server.name}: {done.stderr.strip()}")
        result = json.loads(done.stdout)
        self.state[first] = self.state.get(first, 0) + result["used"]
        self.save_state()
        if done.returncode != 0:
            why = {name: result[name] for name in ("wrong", "first_wrong", "failures", "ran_dry")}
            raise Failure(f"{operation} of {server.name}: {why}")
        return result

    def measure(self):
        for operation in self.options.operations:
            for number in range(self.options.rounds):
                for server in self.servers.values():
                    result = self.load(
                        server, operation, self.options.seconds, self.options.warmup
                    )
                    result.update(server=server.name, round=number)
                    self.results.append(result)
                    note(report.line(result))

    def document(self):
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
        ).stdout.strip()
        return {
            "commit": commit,
            "command": " ".join(["bench/api/bench.py", *sys.argv[1:]]),
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "machine": {
                "cores": os.cpu_count(),
                "cpu": report.cpu_model(),
                "memory_gib": report.memory_gib(),
                "kernel": platform.release(),
            },
            "people": self.options.people,
            "connections": self.options.connections,
            "rounds": self.options.rounds,
            "seconds": self.options.seconds,
            "gunicorn": self.choice,
            "seeds": self.seeds,
            "results": self.results,
            "summary": report.summary(self.results),
        }


def note(sentence):
    print(sentence, file=sys.stderr, flush=True)


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", required=True, help="folder with whoosh and the tools")
    parser.add_argument("--data", help="keep the databases in this folder and use them again")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--warmup", type=float, default=1)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--operations", default=",".join(OPERATIONS))
    parser.add_argument("--servers", default=",".join(SERVERS))
    parser.add_argument("--out", help="where the JSON document goes")
    parser.add_argument(
        "--smoke", action="store_true", help="tiny: everything still runs and answers right"
    )
    options = parser.parse_args(arguments)
    options.operations = options.operations.split(",")
    options.servers = options.servers.split(",")
    for word in options.operations:
        if word not in OPERATIONS:
            parser.error(f"no operation is called {word}: {', '.join(OPERATIONS)}")
    for word in options.servers:
        if word not in SERVERS:
            parser.error(f"no server is called {word}: {', '.join(SERVERS)}")
    if options.smoke:
        options.people, options.rounds, options.connections = 2_000, 1, 4
        options.seconds, options.warmup = 30, 0  # ends after SMOKE_ANSWERS
    return options


def leave_out_what_is_missing(options):
    """A smaller installation compares less, and says so."""
    if "django" in options.servers:
        missing = Django.missing()
        if missing and options.smoke:
            note(f"without Django: this machine lacks {', '.join(missing)}")
            options.servers.remove("django")
        elif missing:
            raise Failure(f"this machine lacks {', '.join(missing)}: see scripts/bench-api.sh")


def main(arguments):
    options = options_of(arguments)
    try:
        with ExitStack() as stack:
            leave_out_what_is_missing(options)
            if options.data is None:
                options.data = stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="whoosh_bench_")
                )
            bench = Bench(options, stack)
            bench.set_up()
            bench.measure()
            document = bench.document()
    except Failure as failure:
        print(f"bench-api: {failure}", file=sys.stderr)
        return 1
    if options.out:
        Path(options.out).write_text(json.dumps(document, indent=1) + "\n")
    print(report.table(document))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
