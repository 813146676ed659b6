"""What was measured, as lines, medians and a table. Pure but for two looks at /proc."""

from pathlib import Path
from statistics import median

BUSY_GENERATOR = 0.9  # of the one core that its one thread can use


def cpu_model():
    for row in Path("/proc/cpuinfo").read_text().splitlines():
        if row.startswith("model name"):
            return row.split(":", 1)[1].strip()
    return "unknown"


def memory_gib():
    kib = int(Path("/proc/meminfo").read_text().split()[1])
    return round(kib / 2**20, 1)


def server_cpu_s(result):
    """What the answers cost, the database's share included, the generator's not."""
    return sum(s for name, s in result["cpu_s"].items() if name != "generator")


def cpu_ms_each(result):
    return 1000 * server_cpu_s(result) / result["right"]


def generator_share(result):
    return result["cpu_s"]["generator"] / result["seconds"]


def line(result):
    return (
        f"{result['operation']:<9}{result['server']:<16} {result['throughput']:>9,.0f}/s  "
        f"p50 {result['latency_ms']['p50']:7.2f}  p99 {result['latency_ms']['p99']:7.2f} ms  "
        f"{cpu_ms_each(result):7.3f} CPU ms each  generator {generator_share(result):4.0%}  "
        f"idle {result['idle_share']:4.0%}  load {result['load_average']:.1f}"
    )


def summary(results):
    """One row for each operation and server: medians over the rounds."""
    rows = []
    for operation, server in dict.fromkeys((r["operation"], r["server"]) for r in results):
        runs = [r for r in results if (r["operation"], r["server"]) == (operation, server)]
        rows.append(
            {
                "operation": operation,
                "server": server,
                "throughput": median(r["throughput"] for r in runs),
                "p50_ms": median(r["latency_ms"]["p50"] for r in runs),
                "p90_ms": median(r["latency_ms"]["p90"] for r in runs),
                "p99_ms": median(r["latency_ms"]["p99"] for r in runs),
                "max_ms": max(r["latency_ms"]["max"] for r in runs),
                "cpu_ms_each": median(cpu_ms_each(r) for r in runs),
                "generator_share": median(generator_share(r) for r in runs),
                "idle_share": median(r["idle_share"] for r in runs),
                "load_average": median(r["load_average"] for r in runs),
            }
        )
    django = {row["operation"]: row for row in rows if row["server"] == "django"}
    for row in rows:
        peer = django.get(row["operation"])
        if peer and row is not peer:
            row["times_django"] = row["throughput"] / peer["throughput"]
            if row["cpu_ms_each"] > 0:  # a run of an instant may cost less than a clock tick
                row["times_django_by_cpu"] = peer["cpu_ms_each"] / row["cpu_ms_each"]
    return rows


def saturated(row):
    """Whether it was the server that could do no more, and what it waited for."""
    if row["generator_share"] > BUSY_GENERATOR:
        return "no: the generator"
    return "disk or locks" if row["idle_share"] > 0.2 else "CPU"


def table(document):
    machine = document["machine"]
    rows = [
        f"commit {document['commit']}, {machine['cores']} cores, {machine['cpu']}, "
        f"{machine['memory_gib']} GiB, Linux {machine['kernel']}, {document['date']}",
        f"{document['people']:,} people in each database, {document['connections']} connections, "
        f"{document['rounds']} rounds of {document['seconds']:g} s, medians",
    ]
    for seed in document["seeds"]:
        rows.append(
            f"seeded for {seed['server']}: {seed['seconds']:.0f} s, {seed['bytes'] / 1e6:,.0f} MB"
        )
    if document["gunicorn"]:
        rows.append(f"gunicorn: {document['gunicorn']}")
    rows += [
        "",
        "| operation | server | requests/s | p50 ms | p90 ms | p99 ms | max ms "
        "| server CPU ms each | generator | idle | load | bound by | x Django | x Django by CPU |",
        "|---|---|" + "---:|" * 9 + "---|---:|---:|",
    ]
    for row in document["summary"]:
        times = [row.get("times_django"), row.get("times_django_by_cpu")]
        cells = [
            row["operation"],
            row["server"],
            f"{row['throughput']:,.0f}",
            *(f"{row[name]:,.2f}" for name in ("p50_ms", "p90_ms", "p99_ms", "max_ms")),
            f"{row['cpu_ms_each']:.3f}",
            f"{row['generator_share']:.0%}",
            f"{row['idle_share']:.0%}",
            f"{row['load_average']:.1f}",
            saturated(row),
            *("" if value is None else f"{value:.1f}" for value in times),
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)
