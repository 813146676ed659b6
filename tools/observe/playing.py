"""A cluster that is played on while a real Prometheus reads it: two edges, an api, a matchmaker,
and an api with TLS that nobody asks anything. `with Playing(program) as world: world.play()`.

Prometheus looks each second, with the project's alerts loaded, and is gone with the rest.
"""

import json
import shutil
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from fleet import PATIENCE_S, Fleet, eventually, fetch, free_port

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "infrastructure/observe/prometheus/alerts.yml"
PASSWORD = "a long enough passphrase"


class Playing(Fleet):
    def __enter__(self):
        super().__enter__()
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        self.matches, self.failures = [], []
        state = self.redis()
        self.database = f"sqlite:{self.folder / 'api.db'}"
        self.run("migrate", "--database", self.database)
        self.http, self.edges = free_port(), [free_port(), free_port()]
        plain = ["--listen", "127.0.0.1", "--rate-limits", "false"]
        jobs = {"edge": [], "matchmaker": [self.role("matchmaker", state=state)]}
        for number, port in enumerate(self.edges, 1):
            name = f"edge-{number}"
            jobs["edge"].append(self.role(
                "edge", "--data", str(self.folder / name), "--edge-port", str(port),
                "--internal-port", str(free_port()), "--node-name", name, "--shards", "1",
                "--tick-ms", "20", *plain, state=state, name=name))
        api = self.role("api", "--database", self.database, "--http-port", str(self.http),
                        "--password-cost", "minimal", *plain, state=state)
        jobs["api"] = [api, self.api_with_tls(state + "/1")]
        eventually("a ready api", PATIENCE_S, lambda: fetch(f"http://127.0.0.1:{api}/readyz"))
        self.prometheus(jobs)

    def api_with_tls(self, state):
        database = f"sqlite:{self.folder / 'other.db'}"
        self.run("migrate", "--database", database)
        return self.role("api", "--database", database, "--http-port", "0", "--listen",
                         "127.0.0.1", *self.tls(), state=state, name="api-tls")

    def prometheus(self, jobs):
        self.prometheus_port = free_port()
        scrapes = [{"job_name": job, "static_configs": [
            {"targets": [f"127.0.0.1:{port}" for port in ports]}]} for job, ports in jobs.items()]
        every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        shutil.copy(RULES, self.folder / "alerts.yml")
        configuration = {"global": every, "rule_files": ["alerts.yml"], "scrape_configs": scrapes}
        (self.folder / "prometheus.yml").write_text(json.dumps(configuration))  # JSON is YAML
        self.spawn("prometheus", [
            "prometheus", f"--config.file={self.folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{self.prometheus_port}"])
        eventually("a ready Prometheus", PATIENCE_S,
                   lambda: fetch(f"http://127.0.0.1:{self.prometheus_port}/-/ready"))

        # A counter that had moved before the first look would never be seen to move.
        wanted = sum(len(ports) for ports in jobs.values())
        eventually("a look at every process", PATIENCE_S, lambda: any(
            float(answer["value"][1]) == wanted
            for answer in self.ask("query", query="sum(up)")["result"]))

    def ask(self, path, **words):
        """`data` of an answer of Prometheus' API."""
        query = urllib.parse.urlencode(words)
        try:
            text = fetch(f"http://127.0.0.1:{self.prometheus_port}/api/v1/{path}?{query}")
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{words}: {error.read().decode()}") from error
        return json.loads(text)["data"]

    def post(self, path, body, token=None, **more):
        """The answer's body, or None where it is an error."""
        headers = {"Content-Type": "application/json"} | more
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", headers=headers,
                                         data=json.dumps(body).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError:
            return None

    def shop(self):
        """Somebody takes his daily coins, is granted more, and buys something, twice."""
        who = {"username": "buyer", "email": "buyer@play.example", "password": PASSWORD}
        token = self.token = self.post("/api/auth/register", who)["access"]
        self.post("/api/economy/daily", {}, token)
        self.run("admin", "--database", self.database, "grant", "--user", "buyer", "--coins",
                 "5000", "--reason", "for the test")
        items = json.loads(fetch_as(f"http://127.0.0.1:{self.http}/api/store", token))["items"]
        wish = {"item_id": min(items, key=lambda item: item["price"])["item_id"]}
        for key in ("one", "two"):
            self.post("/api/store/purchase", wish, token, **{"Idempotency-Key": key})

    def play(self):
        """Lets eight guests play a match, unless some play already; a wrong password is refused
        meanwhile, and who says that a seat was his. A match that fails is told in `failures`, and
        another one begins."""
        self.post("/api/auth/login", {"username": "buyer", "password": "wrong"})
        if room := self.post("/api/rooms", {"game": "suspect"}, self.token):
            knock(self.edges[0], room["code"])
        if self.matches and self.matches[-1].poll() is None:
            return
        if self.matches and self.matches[-1].returncode != 0:
            self.failures.append((self.folder / "match.log").read_text())
        words = [self.program, "demo", "--against", f"http://127.0.0.1:{self.http}"]
        self.matches.append(self.spawn("match", words))


def fetch_as(url, token):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return answer.read().decode()


def knock(port, code):
    """A WebSocket's opening with a seat that nobody gave."""
    lines = [f"GET /ws?game_id={code}&resume=nobody HTTP/1.1", f"Host: 127.0.0.1:{port}",
             "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        connection.sendall("\r\n".join(lines).encode())
        if not connection.recv(100).startswith(b"HTTP/1.1 401"):
            raise SystemExit("an edge let somebody in who has no seat")
