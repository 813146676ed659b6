"""The parts that Whoosh's dashboards are made of, and how they become Grafana's JSON.

A Board is rows of Panels; a panel knows its title, its queries, its unit and its runbook. Places
and ids are given here, so that no two panels overlap. Pure.
"""

from dataclasses import dataclass, field

GRID_COLUMNS = 24
SCHEMA_VERSION = 39  # Grafana 10.4 and newer read it; they bring it up to date by themselves
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
PROCESSES = "api|edge|matchmaker|solo"


@dataclass
class Panel:
    title: str
    unit: str
    says: str
    queries: list  # (expression, legend)
    kind: str = "timeseries"
    runbooks: tuple = ()  # names of alerts
    width: int = 8
    height: int = 8
    stacked: bool = False
    steps: list = field(default_factory=list)  # (from, colour): thresholds
    most: float | None = None  # of the axis
    words: dict = field(default_factory=dict)  # value -> what a person reads instead


@dataclass
class Board:
    uid: str
    title: str
    says: str
    rows: list  # of (title, [Panel])


def runbook_file(alert):
    return "whoosh" + "".join(f"-{c.lower()}" if c.isupper() else c
                              for c in alert.removeprefix("Whoosh")) + ".md"


def targets(panel):
    for place, (expression, legend) in enumerate(panel.queries):
        target = {
            "datasource": DATASOURCE,
            "editorMode": "code",
            "expr": " ".join(expression.split()),
            "legendFormat": legend,
            "range": panel.kind != "table",
            "refId": chr(ord("A") + place),
        }
        if panel.kind == "heatmap":
            target["format"] = "heatmap"
        if panel.kind == "table":
            target |= {"format": "table", "instant": True}
        yield target


def options(panel):
    if panel.kind == "timeseries":
        return {
            "legend": {"calcs": ["lastNotNull", "max"], "displayMode": "table",
                       "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    if panel.kind == "stat":
        return {"colorMode": "value", "graphMode": "area", "justifyMode": "auto",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                "textMode": "auto"}
    if panel.kind == "heatmap":
        return {
            "calculate": False,
            "cellGap": 1,
            "color": {"exponent": 0.5, "fill": "dark-orange", "mode": "scheme", "reverse": False,
                      "scale": "exponential", "scheme": "Oranges", "steps": 64},
            "filterValues": {"le": 1e-9},
            "legend": {"show": True},
            "rowsFrame": {"layout": "auto"},
            "tooltip": {"mode": "single", "yHistogram": False},
            "yAxis": {"axisPlacement": "left", "reverse": False, "unit": panel.unit},
        }
    return {"cellHeight": "sm", "footer": {"show": False}, "showHeader": True}


def defaults(panel):
    steps = [{"color": "green", "value": None}]
    steps += [{"color": colour, "value": value} for value, colour in panel.steps]
    out = {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}}
    if panel.kind == "timeseries":
        out["min"] = 0
        custom = {"drawStyle": "line", "fillOpacity": 12, "lineWidth": 1, "showPoints": "never",
                  "spanNulls": False}
        custom["stacking"] = {"group": "A", "mode": "normal" if panel.stacked else "none"}
        if panel.steps:
            custom["thresholdsStyle"] = {"mode": "dashed"}
        out["custom"] = custom
    if panel.most is not None:
        out["max"] = panel.most
    if panel.words:
        texts = {value: {"index": i, "text": text}
                 for i, (value, text) in enumerate(panel.words.items())}
        out["mappings"] = [{"type": "value", "options": texts}]
    return out


def panel_json(panel, number, x, y):
    out = {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.says,
        "datasource": DATASOURCE,
        "gridPos": {"h": panel.height, "w": panel.width, "x": x, "y": y},
        "fieldConfig": {"defaults": defaults(panel), "overrides": []},
        "options": options(panel),
        "targets": list(targets(panel)),
        "links": [{"title": f"Runbook {alert}", "url": f"${{runbooks}}/{runbook_file(alert)}",
                   "targetBlank": True} for alert in panel.runbooks],
    }
    if panel.kind == "table":
        hidden = {"Time": True, "Value": True, "__name__": True}
        out["transformations"] = [{"id": "organize", "options": {"excludeByName": hidden}}]
    return out


def placed(board):
    """Rows from the top; panels of a row from the left, a new line when the row is full."""
    y, number = 0, 0
    for title, panels in board.rows:
        number += 1
        yield {"id": number, "type": "row", "title": title, "collapsed": False, "panels": [],
               "gridPos": {"h": 1, "w": GRID_COLUMNS, "x": 0, "y": y}}
        y += 1
        x, line = 0, 0
        for panel in panels:
            if x + panel.width > GRID_COLUMNS:
                x, y, line = 0, y + line, 0
            number += 1
            yield panel_json(panel, number, x, y)
            x += panel.width
            line = max(line, panel.height)
        y += line


def variables():
    return [
        {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus",
         "current": {}, "hide": 0, "includeAll": False, "multi": False, "refresh": 1, "regex": ""},
        {"name": "instance", "label": "Process", "type": "query", "datasource": DATASOURCE,
         "definition": f'label_values(up{{job=~"{PROCESSES}"}}, instance)',
         "query": {"query": f'label_values(up{{job=~"{PROCESSES}"}}, instance)',
                   "refId": "instance"},
         "allValue": ".*", "includeAll": True, "multi": True, "refresh": 2, "sort": 1,
         "current": {"text": ["All"], "value": ["$__all"]}, "hide": 0, "regex": ""},
        # Where docs/runbooks is read; docker-compose.yml has Grafana itself serve it.
        {"name": "runbooks", "type": "constant", "query": "/public/runbooks", "hide": 2,
         "current": {"text": "/public/runbooks", "value": "/public/runbooks"}},
    ]


def board_json(board):
    return {
        "uid": f"whoosh-{board.uid}",
        "title": f"Whoosh / {board.title}",
        "description": board.says,
        "tags": ["whoosh"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "links": [{"type": "dashboards", "tags": ["whoosh"], "title": "Whoosh", "asDropdown": True,
                   "includeVars": True, "keepTime": True}],
        "templating": {"list": variables()},
        "annotations": {"list": []},
        "panels": list(placed(board)),
    }
