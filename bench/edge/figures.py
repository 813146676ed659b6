"""What was measured, as lines and tables, and under which circumstances. Pure but for looks at
/proc and git."""

import json
import os
import subprocess
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]


def circumstances(command):
    model = "unknown"
    for row in Path("/proc/cpuinfo").read_text().splitlines():
        if row.startswith("model name"):
            model = row.split(":", 1)[1].strip()
    kib = int(Path("/proc/meminfo").read_text().split()[1])
    commit = subprocess.run(
        ["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=10"],
        capture_output=True,
        text=True,
    ).stdout.strip()
    return {
        "command": command,
        "commit": commit or "unknown",
        "machine": f"{os.cpu_count()} cores, {model}, {kib / 2**20:.1f} GiB,"
        f" Linux {os.uname().release.split('-')[0]}",
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "load_average_before": round(os.getloadavg()[0], 1),
    }


def write(path, circumstance, rows):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**circumstance, "runs": rows}, indent=1) + "\n")


def cpu_s_per_million(report):
    messages = report["summary"]["messages_per_s"]
    return report["summary"]["server_cores"] / messages * 1e6 if messages else 0.0


def table(titles, rows):
    """Columns as wide as they must be; numbers to the right."""
    cells = [titles] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(titles))]
    lines = []
    for row in cells:
        words = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        lines.append("  ".join(words))
    return "\n".join(lines)


def median_of(runs, value):
    return median(value(run) for run in runs)
