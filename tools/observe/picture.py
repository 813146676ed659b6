"""One page of a dashboard's panels, drawn from what a real Prometheus answered, as a PNG.

Not Grafana: its places, titles, units and queries, drawn in SVG by this file, so that a person sees
what the queries give. Needs Chromium. Used by prometheus_test.py --picture.
"""

import html
import math
import shutil
import subprocess
import time
from pathlib import Path

COLUMN, LINE, GAP = 64, 34, 6
COLOURS = ["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#b877d9", "#5794f2", "#ffa6b0"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAGE = """<!doctype html><meta charset="utf-8"><style>
body{{margin:0;background:#111217;color:#ccccdc;font:13px sans-serif}}
h1{{font-size:18px;margin:12px 10px 4px}}main{{position:relative;width:{width}px;height:{height}px}}
section{{position:absolute;background:#181b1f;border:1px solid #2a2d33;border-radius:3px;
overflow:hidden;box-sizing:border-box;padding:6px 8px}}
h2{{font-size:13px;font-weight:600;margin:0 0 4px;white-space:nowrap}}
.row{{background:none;border:0;color:#9a9ba5;padding:8px}}
.big{{font-size:30px;color:#73bf69;text-align:center;padding-top:22px}}
.key{{font-size:10px;line-height:13px;white-space:nowrap}}table{{font-size:11px;width:100%}}
td,th{{text-align:left;padding:2px 4px}}</style><h1>{title}</h1><main>{panels}</main>"""


def shown(value, unit):
    if not math.isfinite(value):
        return "–"
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "s":
        for size, word in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
            if abs(value) >= size:
                return f"{value / size:.3g} {word}"
        return f"{1000 * value:.3g} ms"
    if unit in ("bytes", "Bps"):
        word = 0
        while abs(value) >= 1024 and word < 4:
            value, word = value / 1024, word + 1
        return f"{value:.3g} {['B', 'KiB', 'MiB', 'GiB', 'TiB'][word]}" + "/s" * (unit == "Bps")
    return f"{value:.3g}" + ("" if unit == "short" else "/s")


def name_of(series, target):
    text = target["legendFormat"]
    for label in ("instance", "method", "route", "game", "reason", "outcome", "status", "check",
                  "job", "le"):
        text = text.replace("{{" + label + "}}", series["metric"].get(label, ""))
    return text.strip() or "(none)"


def points_of(series):
    return [(float(at), float(value)) for at, value in series["values"]
            if math.isfinite(float(value))]


def lines(panel, found, width, height, span):
    unit = panel["fieldConfig"]["defaults"]["unit"]
    rows = [(name_of(series, target), points_of(series))
            for target, answer in found for series in answer]
    rows = sorted((row for row in rows if row[1]), key=lambda row: -max(v for _, v in row[1]))[:8]
    top = max([v for _, points in rows for _, v in points], default=0) or 1
    body = height - 13 * len(rows) - 42
    parts = [f'<text x="0" y="9" fill="#9a9ba5" font-size="10">{shown(top, unit)}</text>'
             f'<path d="M0 {body}H{width}" stroke="#33363d"/>']
    for place, (_, points) in enumerate(rows):
        path = "L".join(f"{(at - span[0]) / (span[1] - span[0]) * width:.1f} "
                        f"{body - value / top * (body - 14):.1f}" for at, value in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{COLOURS[place]}"/>')
    keys = "".join(f'<div class="key"><span style="color:{COLOURS[i]}">▬</span> '
                   f"{html.escape(name)}: {shown(points[-1][1], unit)}</div>"
                   for i, (name, points) in enumerate(rows))
    return f'<svg width="{width}" height="{body + 2}">{"".join(parts)}</svg>{keys}'


def heat(panel, found, width, height, span):
    rows = sorted(((float(series["metric"]["le"]), dict(points_of(series)))
                   for _, answer in found for series in answer), key=lambda row: row[0])
    times = sorted({at for _, points in rows for at in points})
    cells, most, before = [], 1e-9, {}
    for number, (_, points) in enumerate(rows):  # buckets are cumulative
        for at in times:
            value = max(0.0, points.get(at, 0) - before.get(at, 0))
            most = max(most, value)
            cells.append((number, at, value))
        before = points
    tall, wide = (height - 40) / max(1, len(rows)), (width - 60) / max(1, len(times))
    unit = panel["fieldConfig"]["defaults"]["unit"]
    parts = [f'<text x="0" y="{height - 40 - tall * number - tall / 3:.1f}" fill="#9a9ba5" '
             f'font-size="10">{"more" if math.isinf(le) else shown(le, unit)}</text>'
             for number, (le, _) in enumerate(rows)]
    for number, at, value in cells:
        if value > 0:
            x = 60 + (at - span[0]) / (span[1] - span[0]) * (width - 60)
            parts.append(f'<rect x="{x:.1f}" y="{height - 40 - tall * (number + 1):.1f}" '
                         f'width="{wide:.1f}" height="{tall - 1:.1f}" fill="#ff780a" '
                         f'opacity="{0.15 + 0.85 * math.sqrt(value / most):.2f}"/>')
    return f'<svg width="{width}" height="{height - 34}">{"".join(parts)}</svg>'


def big(panel, found):
    unit = panel["fieldConfig"]["defaults"]["unit"]
    last = [(name_of(series, target), points_of(series)[-1][1])
            for target, answer in found for series in answer if points_of(series)]
    words = [shown(value, unit) + (f" {name}" if len(last) > 1 else "") for name, value in last]
    return f'<div class="big">{html.escape(" · ".join(words))}</div>'


def table(found):
    rows = [series["metric"] for _, answer in found for series in answer]
    names = sorted({name for row in rows for name in row})
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(row.get(name, ''))}</td>"
                                    for name in names) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def drawn(panel, found, span):
    place = panel["gridPos"]
    width, height = place["w"] * COLUMN - GAP, place["h"] * LINE - GAP
    style = f"left:{place['x'] * COLUMN + 4}px;top:{place['y'] * LINE}px;"
    style += f"width:{width}px;height:{height}px"
    title = html.escape(panel["title"])
    if panel["type"] == "row":
        return f'<section class="row" style="{style}">{title}</section>'
    inside = {"stat": lambda: big(panel, found), "table": lambda: table(found),
              "heatmap": lambda: heat(panel, found, width - 18, height, span),
              "timeseries": lambda: lines(panel, found, width - 18, height, span)}
    return f'<section style="{style}"><h2>{title}</h2>{inside[panel["type"]]()}</section>'


def draw(look, document, target):
    """`look.series(query)` answers; `target` is the PNG."""
    span = (look.began, time.time())
    parts, bottom = [], 0
    for panel in document["panels"]:
        found = [(query, look.series(query)) for query in panel.get("targets", [])]
        parts.append(drawn(panel, found, span))
        bottom = max(bottom, (panel["gridPos"]["y"] + panel["gridPos"]["h"]) * LINE)
    width = 24 * COLUMN + 8
    page = Path(look.world.folder) / f"{target.stem}.html"
    page.write_text(PAGE.format(width=width, height=bottom, panels="".join(parts),
                                title=html.escape(document["title"])), encoding="utf-8")
    browser = next(filter(None, map(shutil.which, BROWSERS)))
    subprocess.run([browser, "--headless", "--no-sandbox", "--hide-scrollbars",
                    f"--window-size={width},{bottom + 50}", f"--screenshot={target.resolve()}",
                    f"--user-data-dir={look.world.folder / 'browser'}", page.as_uri()],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    print(f"{target}: {document['title']}")
