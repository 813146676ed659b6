"""Processes of the edge's benchmarks: started, waited for, looked at in /proc, and ended by their
own ids."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

STOP_TIMEOUT_S = 20


def stop_when_told():
    """SIGTERM unwinds as Ctrl-C does, so that what was started is ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


class Failure(Exception):
    """One sentence for whoever runs the benchmark."""


class Process:
    """A program of ours: its output in a file, its end by SIGTERM, then SIGKILL."""

    def __init__(self, name, arguments, log, environment=None):
        self.name, self.log = name, Path(log)
        with open(log, "w", encoding="utf-8") as output:
            self.child = subprocess.Popen(
                [str(word) for word in arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    @property
    def pid(self):
        return self.child.pid

    def pids(self):
        """Its own and those of all that it started."""
        found, look = [], [self.pid]
        while look:
            pid = look.pop()
            found.append(pid)
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    look += [int(word) for word in children.read_text().split()]
                except OSError:
                    continue  # that thread has just ended
        return found

    def said(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])

    def wait_for(self, answers, timeout_s=60):
        """Until answers() is true. Failure: it ended, or the time is over."""
        deadline = time.monotonic() + timeout_s
        while not answers():
            if self.child.poll() is not None:
                raise Failure(f"{self.name} ended: {self.said()}")
            if time.monotonic() > deadline:
                raise Failure(f"{self.name} is not up after {timeout_s} s: {self.said()}")
            time.sleep(0.05)
        return self

    def stop(self):
        if self.child.poll() is None:
            os.killpg(self.pid, signal.SIGTERM)
            try:
                self.child.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
        self.child.wait()


def http_ok(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def resident_bytes(pids):
    """As whoosh swarm counts it, so that the two can be subtracted."""
    total = 0
    for pid in pids:
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue  # it has just ended
        total += pages * os.sysconf("SC_PAGESIZE")
    return total


def memory_available_gib():
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 2**20
    return 0.0


def socket_memory_bytes():
    """What the kernel keeps for TCP, without the sockets' own structures."""
    for line in Path("/proc/net/sockstat").read_text().splitlines():
        if line.startswith("TCP:"):
            words = line.split()
            return int(words[words.index("mem") + 1]) * os.sysconf("SC_PAGESIZE")
    return 0


def slab_bytes():
    """All of the kernel's small objects: sockets, descriptors, epoll's entries among them."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("Slab:"):
            return int(line.split()[1]) * 1024
    return 0
