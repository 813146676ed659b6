"""The container files agree with the program and with each other; `check.sh containers` runs it.

docker-compose.yml: every command and every WHOOSH_ name is one that the program knows (its --help),
values are ones that it takes (its --print-config), each service is locked down, a container is not
killed before its drain is over, and HAProxy and Prometheus name services and ports that exist.
Dockerfile: a numeric user, a health check by the program, no processor's name, no secret.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

ROLES = ("api", "edge", "matchmaker")
LOCKED = {"read_only": True, "cap_drop": ["ALL"],
          "security_opt": ["no-new-privileges:true"]}
ARCHITECTURES = re.compile(r"amd64|x86[_-]64|arm64|aarch64")


def expanded(value):
    """A value as compose gives it where nothing is set: ${NAME:-default} is default."""
    return re.sub(r"\$\{\w+(?::-([^}]*))?\}", lambda match: match[1] or "", str(value))


def seconds(text):
    """10m30s -> 630."""
    parts = dict((unit, int(number)) for number, unit in re.findall(r"(\d+)([hms])", text))
    return parts.get("h", 0) * 3600 + parts.get("m", 0) * 60 + parts.get("s", 0)


def is_ours(service):
    return "whoosh" in str(service.get("image", "")).lower()


def environment_names(program, command):
    done = subprocess.run([program, command, "--help"], capture_output=True, text=True, check=True)
    return set(re.findall(r"WHOOSH_[A-Z_]+", done.stdout))


def refused_values(program, command, environment, folder):
    """What the role says of these values, a file standing in for secrets. None: it is content."""
    secret = pathlib.Path(folder) / "secret"
    secret.write_text("k" * 40, encoding="utf-8")
    words = {"WHOOSH_CLUSTER_SECRET_FILE": str(secret)}
    for name, value in environment.items():
        if name.startswith("WHOOSH_") and not name.endswith("_FILE"):
            words[name] = expanded(value)
    done = subprocess.run([program, command, "--print-config"], capture_output=True, text=True,
                          env=words, check=False)
    return None if done.returncode == 0 else (done.stderr or done.stdout).strip()


def check_role(name, service, program, folder):
    """Findings of one service that runs the program."""
    command = service["command"][0]
    environment = service.get("environment", {})
    known = environment_names(program, command)
    for variable in sorted(environment):
        if variable.startswith("WHOOSH_") and variable not in known:
            yield f"{name}: `whoosh {command}` knows no {variable}"
        if re.fullmatch(r"WHOOSH_\w*(SECRET|PASSWORD|DATABASE|STATE)", variable):
            yield f"{name}: {variable} puts a secret into the environment: give its _FILE"
    if command in ROLES:
        refused = refused_values(program, command, environment, folder)
        if refused:
            yield f"{name}: `whoosh {command}` refuses its values: {refused}"
        drain = int(expanded(environment.get("WHOOSH_DRAIN_S", 0)))
        grace = seconds(expanded(service.get("stop_grace_period", "10s")))
        if command == "edge" and grace < drain + 15:
            yield f"{name}: killed after {grace} s, but it drains for {drain} s"


def check_compose(document, program, folder):
    services = document["services"]
    ours = {name: service for name, service in services.items() if is_ours(service)}
    commands = sorted(service["command"][0] for service in ours.values())
    if commands != ["api", "edge", "edge", "matchmaker", "migrate", "secrets"]:
        yield f"docker-compose.yml runs {commands}"
    for name, service in services.items():
        for key, value in LOCKED.items():
            if service.get(key) != value:
                yield f"{name}: {key} is not {value}"
        tag = expanded(service["image"]).rpartition(":")[2]
        if name not in ours and (tag == "latest" or not tag[:1].isdigit() and tag[:1] != "v"):
            yield f"{name}: its image has no fixed version"
        if "healthcheck" not in service and name not in ours:
            yield f"{name}: no health check"
    for name, service in ours.items():
        yield from check_role(name, service, program, folder)
    names = [service["environment"]["WHOOSH_NODE_NAME"] for service in ours.values()
             if service["command"][0] == "edge"]
    if len(set(names)) != 2:
        yield f"edges are called {names}"


def check_proxy(text, services):
    """Each server line names a service; the acl of known nodes names each edge."""
    edges = {service["environment"]["WHOOSH_NODE_NAME"] for service in services.values()
             if is_ours(service) and service["command"][0] == "edge"}
    known = re.search(r"acl known_node .*-m str (.*)", text)
    if known is None or set(known[1].split()) != edges:
        yield f"haproxy.cfg: known_node is not {sorted(edges)}"
    ports = {"api": (8000, 9090), "edge": (8080, 9091)}
    for name, port, check in re.findall(r"server \S+ ([\w-]+):(\d+) check port (\d+)", text):
        service = services.get(name)
        if service is None or (int(port), int(check)) != ports.get(service["command"][0]):
            yield f"haproxy.cfg: {name}:{port}, checked at {check}: no such service"
    for edge in sorted(edges):
        if f"backend bk_{edge}\n" not in text:
            yield f"haproxy.cfg: no backend bk_{edge}"


def check_targets(document, services):
    wanted = {f"{name}:{port}" for name, service in services.items() if is_ours(service)
              for role, port in zip(ROLES, (9090, 9091, 9092)) if service["command"][0] == role}
    found = set()
    for job in document["scrape_configs"]:
        for group in job.get("static_configs", []):
            found.update(group["targets"])
        for group in job.get("dns_sd_configs", []):
            found.update(f"{name}:{group['port']}" for name in group["names"])
    if found != wanted:
        yield f"prometheus.yml watches {sorted(found)}, not {sorted(wanted)}"


def check_dockerfile(text):
    for pattern, words in ((r"^USER \d+:\d+$", "no numeric USER"),
                           (r'^HEALTHCHECK [^\n]*\\\n  CMD \["/usr/bin/whoosh", "health"\]$',
                            "no HEALTHCHECK by the program"),
                           (r"^ARG BASE=", "no BASE"), (r"^FROM scratch$", "not from scratch"),
                           (r"image\.version=", "no version label"),
                           (r"image\.revision=", "no revision label")):
        if not re.search(pattern, text, re.MULTILINE):
            yield f"Dockerfile: {words}"
    if re.search(r"^ADD ", text, re.MULTILINE):
        yield "Dockerfile: COPY, not ADD"
    code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    if ARCHITECTURES.search(code):
        yield "Dockerfile: names a processor"


def findings(root, program):
    compose = yaml.safe_load((root / "docker-compose.yml").read_text(encoding="utf-8"))
    folder = root / "infrastructure/docker"
    with tempfile.TemporaryDirectory() as scratch:
        yield from check_compose(compose, program, scratch)
    proxy = (folder / "haproxy.cfg").read_text(encoding="utf-8")
    yield from check_proxy(proxy, compose["services"])
    targets = yaml.safe_load((folder / "prometheus.yml").read_text(encoding="utf-8"))
    yield from check_targets(targets, compose["services"])
    yield from check_dockerfile((root / "Dockerfile").read_text(encoding="utf-8"))
    for script in (root / "Dockerfile", folder / "collect.sh"):
        if ARCHITECTURES.search(script.read_text(encoding="utf-8").replace("amd64 and arm64", "")):
            yield f"{script.name}: names a processor"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    found = list(findings(options.root, options.program))
    for finding in found:
        print(finding)
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
