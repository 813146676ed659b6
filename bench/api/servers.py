"""The processes of the comparison: one PostgreSQL server, Whoosh on either store, Django.

Each is started on a free port of the loopback, waited for until it answers, and stopped by the id
of its own process.
"""

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Debian's packages belong to Debian's interpreter, whichever one runs this.
PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
START_TIMEOUT_S = 60


class Failure(Exception):
    """One sentence for whoever runs the benchmark."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(arguments, **options):
    """Runs to the end; its output. Failure: the last lines of what it said."""
    done = subprocess.run(
        [str(word) for word in arguments], capture_output=True, text=True, **options
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()[-8:]
        raise Failure(f"{arguments[0]} failed: " + "\n".join(said))
    return done.stdout


class Process:
    """A server of ours: its output in a file, its end by SIGTERM, then SIGKILL."""

    def __init__(self, name, arguments, log, environment=None, port=None):
        self.name, self.port, self.log = name, port, log
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

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def wait_until_up(self, path):
        """Any answer will do: it is there."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.child.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://{self.address}{path}", timeout=5).close()
                return self
            except urllib.error.HTTPError:
                return self
            except OSError:
                time.sleep(0.05)
        self.stop()
        said = Path(self.log).read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        raise Failure(f"{self.name} does not start: " + "\n".join(said))

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class Postgres:
    """A cluster of this benchmark's own, reached through a socket in its folder.

    Durable like a production server (fsync and synchronous_commit stay on), with a cache that fits
    the machine; both competitors use it with the same settings, each its own database.
    """

    def __init__(self, folder, cache):
        self.folder = Path(folder)
        self.data = self.folder / "data"
        self.programs = self._find_programs()
        self.port = 5432  # of the socket's name; nothing listens on the network
        if not (self.data / "PG_VERSION").exists():
            self._make(cache)
        self._as_owner(
            "pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-t", "60", "start"
        )
        self.pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])

    @staticmethod
    def _find_programs():
        found = sorted(
            Path("/usr/lib/postgresql").glob("*/bin/initdb"),
            key=lambda path: int(path.parts[-3]),
        )
        if not found:
            raise Failure("there is no PostgreSQL below /usr/lib/postgresql")
        return found[-1].parent

    def _as_owner(self, program, *arguments):
        words = [self.programs / program, *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            words = ["runuser", "-u", "postgres", "--", *words]
        # Output to a file: a server that inherits a pipe keeps it open.
        with open(self.folder / "commands", "a+", encoding="utf-8") as output:
            words = [str(word) for word in words]
            done = subprocess.run(words, stdout=output, stderr=output, cwd="/")
            if done.returncode != 0:
                output.seek(0)
                said = output.read().splitlines()[-8:]
                raise Failure(f"{program} failed: " + "\n".join(said))

    def _make(self, cache):
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]
        self._as_owner("initdb", "-D", self.data, *options)
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.folder}'",
            "port": self.port,
            "max_connections": 200,
            "shared_buffers": cache,
            "effective_cache_size": f"'{self._memory_mb() // 2}MB'",
            "maintenance_work_mem": "256MB",
            "max_wal_size": "8GB",
            "checkpoint_timeout": "15min",
            "random_page_cost": 1.1,
            "jit": "off",
        }
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in settings.items())

    @staticmethod
    def _memory_mb():
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20

    def conninfo(self, database):
        return f"host={self.folder} port={self.port} user=postgres dbname={database}"

    def has(self, database):
        return database in self.sql("postgres", "SELECT datname FROM pg_database").split()

    def sql(self, database, text):
        words = [self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        return command([*words, "-d", self.conninfo(database), "-c", text], cwd="/")

    def make_database(self, name):
        if self.has(name):
            self.sql("postgres", f"DROP DATABASE {name}")
        self.sql("postgres", f"CREATE DATABASE {name}")

    def stop(self):
        self._as_owner("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")


class Whoosh:
    """`whoosh solo` on a data folder; with a conninfo, its records are in PostgreSQL."""

    def __init__(self, name, binary, folder, conninfo=None, quick_passwords=False):
        self.name, self.binary, self.folder = name, binary, Path(folder)
        self.conninfo, self.quick_passwords = conninfo, quick_passwords
        self.process = None

    def key(self):
        """The PEM file that signs; made when there is none."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        command([self.binary, "keys", "--data", self.folder])
        return sorted((self.folder / "keys").glob("*.pem"))[-1]

    def start(self):
        words = [self.binary, "solo", "--data", self.folder, "--listen", "127.0.0.1"]
        for knob in ("edge-port", "ops-port", "ops-edge-port"):
            words += [f"--{knob}", "0"]
        port, environment = free_port(), {}
        words += ["--http-port", port, "--rate-limits", "false", "--log-level", "warn"]
        if self.conninfo:
            environment["WHOOSH_DATABASE"] = f"postgres:{self.conninfo}"
        if self.quick_passwords:
            words += ["--password-cost", "minimal"]
        log = self.folder / "log"
        self.process = Process(self.name, words, log, environment, port)
        self.process.wait_until_up("/api/health")


class Django:
    """The service of django_peer/ under gunicorn: a worker a core."""

    def __init__(self, conninfo, key, folder, quick_passwords=False, kind="gthread", threads=4):
        self.name, self.folder = "django", Path(folder)
        self.kind, self.threads = kind, threads
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "peer.settings",
            "PEER_DATABASE": conninfo,
            "PEER_KEY": str(key),
            "PEER_PASSWORD_COST": "minimal" if quick_passwords else "interactive",
            "PYTHONPATH": str(HERE / "django_peer"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.process = None

    @staticmethod
    def missing():
        """What the service needs and this machine lacks."""
        modules = ["django", "rest_framework", "gunicorn", "psycopg2", "argon2", "jwt"]
        probe = "import importlib.util,sys;print(*[m for m in sys.argv[1:] if not "
        probe += "importlib.util.find_spec(m)])"
        return command([PYTHON, "-c", probe, *modules]).split()

    def make_tables(self):
        command(
            [PYTHON, HERE / "django_peer" / "manage.py", "migrate", "--run-syncdb"],
            env={**os.environ, **self.environment},
        )

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        words = [PYTHON, "-m", "gunicorn", "peer.wsgi", "--bind"]
        words += [f"127.0.0.1:{port}", "--workers", os.cpu_count(), "--keep-alive", "75"]
        words += ["--worker-class", self.kind, "--backlog", "2048"]
        words += ["--threads", self.threads] if self.kind == "gthread" else []
        log = self.folder / "log"
        self.process = Process(self.name, words, log, self.environment, port)
        self.process.wait_until_up("/api/users/me")
