"""scale: what a million players need and cost, from measured figures (inputs.toml).

  python3 tools/scale/scale.py               the tables, as docs/SCALE.md has them
  python3 tools/scale/scale.py --write FILE  puts them between its marks
  python3 tools/scale/scale.py --check FILE  fails when they are not what stands there

Everything scales with the number of players; only tiers of prices do not. Units are in the names:
_s seconds, _bytes, _hour dollars an hour."""

import argparse
import math
import re
import sys
import tomllib
from pathlib import Path

INPUTS = Path(__file__).with_name("inputs.toml")
HOURS = 730  # of a month
MONTH_S = HOURS * 3600
VCPUS = 4  # of a c7g.xlarge


def load(path=INPUTS):
    with open(path, "rb") as file:
        return tomllib.load(file)


def edge(given):
    """Messages, processors and memory at the peak."""
    of, players = given["edge"], given["players"]["concurrent"]
    messages = players * of["messages_per_player_s"]
    cores = messages * (of["cpu_us_per_message"] + of["tls_us_per_message"]) / 1e6
    per_player = of["process_bytes"] + of["kernel_bytes"] + of["tls_bytes"]
    return {
        "messages_s": messages,
        "cores": cores,
        "nodes": nodes(given, cores),
        "memory_bytes": players * per_player,
    }


def nodes(given, cores):
    """c7g.xlarge for so many busy cores: half idle, and enough when one zone is lost."""
    plan = given["plan"]
    wanted = cores / plan["busy_at_most"] * plan["zones"] / (plan["zones"] - 1)
    per_zone = math.ceil(wanted / VCPUS / plan["zones"])
    return per_zone * plan["zones"]


def traffic(given):
    wire = given["wire"]
    each = given["edge"]["message_bytes"] + wire["packet_bytes"] + wire["tls_record_bytes"]
    peak = edge(given)["messages_s"] * each
    return {
        "bytes_s": peak,
        "month_gb": peak * given["players"]["average_share"] * MONTH_S / 1e9,
        "message_wire_bytes": each,
    }


def tiered(amount, tiers):
    """What `amount` costs where each tier [up to, price] has its own price."""
    paid, below = 0.0, 0.0
    for up_to, price in tiers:
        paid += max(min(amount, up_to) - below, 0) * price
        below = up_to
    return paid


def service_a(given):
    players, of = given["players"], given["api"]
    matches_s = players["concurrent"] / players["match_s"]
    requests = matches_s * of["requests_per_match"]
    results = matches_s / players["room"]
    api_cores = requests * of["cpu_ms_per_request"] / 1e3
    database_cores = results * of["result_cpu_ms"] / 1e3
    return {
        "requests_s": requests,
        "results_s": results,
        "api_cores": api_cores,
        "nodes": nodes(given, api_cores),
        "database_cores": database_cores,
        "acus": math.ceil(
            database_cores / given["plan"]["busy_at_most"] / given["aws"]["acu_vcpu"]
        ),
    }


def redis(given):
    """How much of one Redis process it takes: no more than half of each of `shards`."""
    a, of = service_a(given), given["redis"]
    joins = given["players"]["concurrent"] / given["players"]["match_s"]  # all queue again
    share = a["requests_s"] / of["rate_limit_per_s"]
    share += a["results_s"] / of["claims_per_s"] + joins / of["joins_per_s"]
    return {"share": share, "shards": max(3, math.ceil(share / given["plan"]["busy_at_most"]))}


def dollars(given):
    price, aws = given["prices"], given["aws"]
    load_on, a, sent = edge(given), service_a(given), traffic(given)
    average = given["players"]["average_share"]
    connections = given["players"]["concurrent"] * average / aws["lcu_connections"]
    gigabytes = sent["bytes_s"] * average * 3600 / 1e9 / aws["lcu_gb_hour"]
    io = a["results_s"] * average * MONTH_S * aws["io_per_result"] / 1e6
    return {
        "edges": load_on["nodes"] * price["c7g_xlarge_hour"] * HOURS,
        "API and matchmakers": a["nodes"] * price["c7g_xlarge_hour"] * HOURS,
        "Kubernetes": price["eks_hour"] * HOURS,
        "Aurora, writer and a reader": 2 * a["acus"] * price["aurora_acu_hour"] * HOURS
        + io * price["aurora_io_per_million"],
        "Redis, each shard twice": 2
        * redis(given)["shards"]
        * price["cache_r7g_large_hour"]
        * HOURS,
        "load balancer": (
            price["alb_hour"] + max(connections, gigabytes) * price["alb_lcu_hour"]
        )
        * HOURS,
        "traffic to players": tiered(sent["month_gb"], price["egress_tiers"]),
    }


def rows(*lines):
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def table_cell(given):
    of, players = given["edge"], given["players"]["concurrent"]
    load_on, sent, a, live = edge(given), traffic(given), service_a(given), redis(given)
    cpu = of["cpu_us_per_message"] + of["tls_us_per_message"]
    per_player = (
        f"{of['process_bytes']} + {of['kernel_bytes']:,} (kernel) + {of['tls_bytes']:,} (TLS)"
    )
    a_match = f"{given['api']['requests_per_match']} a player and match"
    return rows(
        ["what", "how much", "how it is computed"],
        ["---", "---:", "---"],
        [
            "messages",
            f"{load_on['messages_s'] / 1e6:.2f} M/s",
            f"{players:,} × {of['messages_per_player_s']}",
        ],
        ["edges' busy cores", f"{load_on['cores']:.1f}", f"× {cpu:.1f} µs, TLS included"],
        [
            "edge nodes",
            load_on["nodes"],
            "c7g.xlarge (4 vCPU): half busy after the loss of one of three zones",
        ],
        [
            "edges' memory",
            f"{load_on['memory_bytes'] / 1e9:.1f} GB",
            per_player + " bytes a player",
        ],
        [
            "to players",
            f"{sent['bytes_s'] * 8 / 1e9:.1f} Gbit/s",
            f"{sent['message_wire_bytes']} bytes a message on the wire",
        ],
        [
            "requests",
            f"{a['requests_s']:,.0f}/s",
            f"{a_match} of {given['players']['match_s']} s",
        ],
        [
            "API's busy cores",
            f"{a['api_cores']:.1f}; {a['nodes']} nodes",
            f"× {given['api']['cpu_ms_per_request']} ms",
        ],
        ["results", f"{a['results_s']:,.0f}/s", "one for eight players"],
        [
            "Aurora",
            f"{a['database_cores']:.1f} cores; {a['acus']} ACU",
            f"× {given['api']['result_cpu_ms']} ms",
        ],
        [
            "Redis",
            f"{live['share']:.0%} of one process; {live['shards']} shards",
            "rate limits, claims, queue",
        ],
    )


def table_dollars(given):
    parts = dollars(given)
    whole = sum(parts.values())
    lines = [[name, f"{paid:,.0f}", f"{paid / whole:.0%}"] for name, paid in parts.items()]
    per_player = whole / given["players"]["concurrent"]
    return rows(
        ["part", "dollars a month", "share"],
        ["---", "---:", "---:"],
        *lines,
        ["**all**", f"**{whole:,.0f}**", f"{100 * per_player:.1f} cents a player of the peak"],
    )


def table_growth(given):
    lines = []
    for millions in (1, 10, 100):
        cell = {**given, "players": {**given["players"], "concurrent": millions * 1_000_000}}
        load_on, a = edge(cell), service_a(cell)
        lines.append(
            [
                f"{millions} M",
                load_on["nodes"],
                f"{traffic(cell)['bytes_s'] * 8 / 1e9:,.0f} Gbit/s",
                f"{a['results_s']:,.0f}/s",
                f"{a['database_cores']:,.0f}",
                f"{redis(cell)['share']:.1f}",
                f"{sum(dollars(cell).values()):,.0f}",
            ]
        )
    return rows(
        ["players", "edge nodes", "to players", "results", "database cores"]
        + ["Redis processes, full", "dollars a month"],
        ["---:"] * 7,
        *lines,
    )


TABLES = {"cell": table_cell, "dollars": table_dollars, "growth": table_growth}


def mark(name):
    return re.compile(rf"(<!-- scale: {name} -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(text, given):
    for name, table in TABLES.items():
        if not mark(name).search(text):
            raise ValueError(f"no marks <!-- scale: {name} --> … <!-- end -->")
        content = table(given)
        text = mark(name).sub(lambda found: found[1] + content + "\n" + found[2], text)
    return text


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=Path, default=INPUTS)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", type=Path, metavar="FILE")
    what.add_argument("--check", type=Path, metavar="FILE")
    asked = parser.parse_args()
    given = load(asked.inputs)
    if asked.write:
        asked.write.write_text(fill(asked.write.read_text(), given))
    elif asked.check:
        text = asked.check.read_text()
        if fill(text, given) != text:
            sys.exit(f"{asked.check} is old: python3 tools/scale/scale.py --write {asked.check}")
        print(f"{asked.check}: as computed")
    else:
        for name, table in TABLES.items():
            print(f"{name}\n{table(given)}\n")


if __name__ == "__main__":
    main()
