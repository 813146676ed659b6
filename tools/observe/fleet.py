"""Whoosh processes for a check: started from the built program on free ports in a temporary folder,
ended with it. `with Fleet(program) as fleet: fleet.start(...)`.

No PostgreSQL: api has a SQLite file. Redis only where redis() was called: else nobody answers at
the state's address, and every page is there all the same, because a process starts without it.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE_S = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url, timeout=15):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read().decode()


def eventually(what, seconds, ask):
    """The first true answer; SystemExit with what was waited for when there is none in time."""
    until = time.monotonic() + seconds
    last = None
    while time.monotonic() < until:
        try:
            answer = ask()
            if answer:
                return answer
        except (OSError, urllib.error.URLError) as error:
            last = error
        time.sleep(0.1)
    raise SystemExit(f"waited {seconds} s in vain for {what} ({last})")


class Fleet:
    def __init__(self, program):
        self.program = str(Path(program).resolve())
        self.processes = []

    def __enter__(self):
        self.folder_guard = tempfile.TemporaryDirectory(prefix="whoosh_observe_")
        self.folder = Path(self.folder_guard.name)
        self.run("keys", "--data", str(self.folder))
        (self.folder / "secret").write_text("k" * 48)
        make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        make += " -subj /CN=localhost -keyout tls.key -out tls.pem"
        subprocess.run(make.split(), check=True, cwd=self.folder, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.kill()
        for process in self.processes:
            process.wait()
        self.folder_guard.cleanup()

    def run(self, *words):
        subprocess.run([self.program, *words], check=True, stdout=subprocess.DEVNULL)

    def spawn(self, name, words):
        with (self.folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)
        self.processes.append(process)
        return process

    def serves(self, port, name):
        def page():
            return fetch(f"http://127.0.0.1:{port}/metrics")

        return eventually(f"/metrics of {name}", PATIENCE_S, page)

    def solo(self, *more):
        ports = {name: free_port() for name in ("http", "edge", "ops", "ops-edge")}
        words = [self.program, "solo", "--data", str(self.folder / "solo"), *more]
        for name, port in ports.items():
            words += [f"--{name}-port", str(port)]
        self.spawn("solo", words)
        self.serves(ports["ops"], "solo")
        self.serves(ports["ops-edge"], "solo")
        return ports

    def redis(self):
        """The address of a Redis of this fleet's own, by $WHOOSH_REDIS_SERVER or Debian's."""
        program = os.environ.get("WHOOSH_REDIS_SERVER") or shutil.which("redis-server")
        if not program:
            program = self.folder / "redis-server"  # what the program does depends on its name
            program.symlink_to(shutil.which("redis-check-rdb") or "redis-check-rdb")
        port = free_port()
        words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.spawn("redis", [str(program), *words, "--dir", str(self.folder)])
        return f"redis://127.0.0.1:{port}"

    def role(self, role, *more, state=None, name=None):
        port = free_port()
        state = state or f"redis://127.0.0.1:{free_port()}"
        words = [self.program, role, "--state", state, "--ops-port", str(port), "--keys"]
        words += [str(self.folder / "keys"), "--cluster-secret-file", str(self.folder / "secret")]
        self.spawn(name or role, [*words, *more])
        self.serves(port, name or role)
        return port

    def api(self):
        database = f"sqlite:{self.folder / 'api.db'}"
        self.run("migrate", "--database", database)
        return self.role(
            "api", "--database", database, "--http-port", "0", "--listen", "127.0.0.1", *self.tls()
        )

    def tls(self):
        certificate, key = self.folder / "tls.pem", self.folder / "tls.key"
        return ["--tls-cert", str(certificate), "--tls-key", str(key)]

    def edge(self):
        return self.role(
            "edge", "--data", str(self.folder / "edge"), "--edge-port", "0", "--listen",
            "127.0.0.1", "--internal-port", "0", "--shards", "1", "--node-name", "edge-1",
            *self.tls(),
        )

    def matchmaker(self):
        return self.role("matchmaker")
