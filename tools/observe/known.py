"""Which metrics there are, by docs/METRICS.md, and which of them an expression of PromQL names."""

import re

# Words of PromQL that look like names of metrics, as far as our expressions use them.
WORDS = {"by", "on", "or", "and", "unless", "without", "ignoring", "group_left", "group_right",
         "bool", "offset", "inf", "nan"}
SCRAPER = {"up", "scrape_duration_seconds"}


def read_metrics(root):
    """Name -> type, with the series of each histogram, and what a scraper itself makes."""
    known = {name: "gauge" for name in SCRAPER}
    for line in (root / "docs/METRICS.md").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\| `(\w+)` \| (\w+) \|", line):
            known[match[1]] = match[2]
            if match[2] == "histogram":
                known |= {match[1] + suffix: "counter" for suffix in ("_bucket", "_sum", "_count")}
    return known


def metrics_of(expression):
    """Every name in it that is no function, no label and no word of the language."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    bare = re.sub(r"\b(by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    names = re.findall(r"(?<![\w$.])([a-zA-Z_]\w*)\b(?!\s*\()", bare)
    return {name for name in names if name.lower() not in WORDS}
