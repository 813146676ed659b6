"""The dashboards beside play: API, economy, nodes. See panels.py for the parts."""

from boards_play import I, R, quantile, rate
from panels import PROCESSES, Board, Panel

J = f'{I},job=~"{PROCESSES}"'
BY_STATUS = "sum by (status) (rate(whoosh_http_requests_total{" + I + "}" + R + "))"


def errors(by=""):
    wrong = f'rate(whoosh_http_requests_total{{{I},status="5xx"}}{R})'
    every = f"rate(whoosh_http_requests_total{{{I}}}{R})"
    return f"sum{by}({wrong}) / sum{by}({every})"


API = Board("api", "API", "REST: how much, how fast, how often in vain, by route.", [
    ("Now", [
        Panel("Requests", "reqps", "Answered, a second.",
              [(f"sum(rate(whoosh_http_requests_total{{{I}}}{R}))", "requests")], "stat", width=6,
              height=5),
        Panel("Errors", "percentunit", "Answers 5xx, of all.", [(errors(), "5xx")], "stat",
              ("WhooshApiErrors",), 6, 5, steps=[(0.005, "orange"), (0.02, "red")]),
        Panel("Latency, 99th percentile", "s", "From the whole request to its answer.",
              [(quantile(0.99, "whoosh_http_request_seconds_bucket"), "p99")], "stat", width=6,
              height=5, steps=[(0.25, "orange"), (1, "red")]),
        Panel("Connections", "short", "Open connections of REST.",
              [(f"sum(whoosh_http_connections{{{I}}})", "open")], "stat", width=6, height=5),
    ]),
    ("Answers", [
        Panel("By status", "reqps", "Answers a second.", [(BY_STATUS, "{{status}}")], stacked=True),
        Panel("Errors by route", "percentunit", "Answers 5xx of all answers of the route.",
              [(errors(" by (method, route) "), "{{method}} {{route}}")],
              runbooks=("WhooshApiErrors",)),
        Panel("Refused by route", "reqps",
              "Answers 4xx: wrong input, no rights, too fast. Route \"\": what has no route.",
              [(f'sum by (method, route) (rate(whoosh_http_requests_total{{{I},status="4xx"}}'
                f"{R})) > 0", "{{method}} {{route}}")]),
    ]),
    ("By route", [
        Panel("Requests by route", "reqps", "The fifteen busiest routes.",
              [("topk(15, " + rate("whoosh_http_requests_total", "method, route") + " > 0)",
                "{{method}} {{route}}")], width=12, height=10),
        Panel("Latency by route, 99th percentile", "s", "Of routes that are asked.",
              [(quantile(0.99, "whoosh_http_request_seconds_bucket", ", method, route") + " >= 0",
                "{{method}} {{route}}")], width=12, height=10),
    ]),
    ("Latency", [
        Panel("How long answers take", "s", "Answers in each step of time, all routes.",
              [(f"sum by (le) (increase(whoosh_http_request_seconds_bucket{{{I}}}{R}))",
                "{{le}}")], "heatmap", width=12),
        Panel("Latency, all routes", "s", "Percentiles.",
              [(quantile(q, "whoosh_http_request_seconds_bucket"), f"p{100 * q:g}")
               for q in (0.5, 0.95, 0.99)]
              + [(f"sum(rate(whoosh_http_request_seconds_sum{{{I}}}{R})) "
                  f"/ sum(rate(whoosh_http_request_seconds_count{{{I}}}{R}))", "mean")],
              width=12),
    ]),
])

ECONOMY = Board("economy", "Economy", "Coins that come into the world and leave it.", [
    ("Of the time shown", [
        Panel("Coins in", "short", "That people got.",
              [(f"sum(increase(whoosh_coins_in_total{{{I}}}[$__range]))", "coins")], "stat",
              width=6, height=5),
        Panel("Coins out", "short", "That people spent or lost.",
              [(f"sum(increase(whoosh_coins_out_total{{{I}}}[$__range]))", "coins")], "stat",
              width=6, height=5),
        Panel("Bought", "short", "Items of the store.",
              [(f'sum(increase(whoosh_purchases_total{{{I},outcome="bought"}}[$__range]))',
                "items")], "stat", width=6, height=5),
        Panel("Refunds", "short", "Items that operators took back for their price.",
              [(f"sum(increase(whoosh_refunds_total{{{I}}}[$__range]))", "items")], "stat",
              width=6, height=5),
    ]),
    ("Flow", [
        Panel("Coins in, by reason", "short",
              "A second. What matches give is counted when their results are written.",
              [(rate("whoosh_coins_in_total", "reason"), "{{reason}}")], stacked=True),
        Panel("Coins out, by reason", "short", "A second.",
              [(rate("whoosh_coins_out_total", "reason"), "{{reason}}")], stacked=True),
        Panel("Purchases, by outcome", "cps", "A second; those refused for lack of coins too.",
              [(rate("whoosh_purchases_total", "outcome"), "{{outcome}}")]),
    ]),
])

NODES = Board("nodes", "Nodes", "Every process: up, ready, and what it takes of its machine.", [
    ("Now", [
        Panel("Processes up", "short", "That Prometheus reads.",
              [(f"sum by (job) (up{{{J}}})", "{{job}}")], "stat", ("WhooshDown",), 8, 5),
        Panel("Checks that fail", "short",
              "Of /readyz. An edge that drains fails its check `edge`, and should.",
              [(f"count(whoosh_check{{{I}}} == 0) or vector(0)", "checks")], "stat",
              ("WhooshCheckFails",), 8, 5, steps=[(1, "red")]),
        Panel("Versions", "short", "How many run beside each other; 2 while a roll-out lasts.",
              [(f"count(count by (version) (whoosh_build_info{{{I}}}))", "versions")], "stat",
              ("WhooshVersionsDiffer",), 8, 5, steps=[(2, "orange")]),
    ]),
    ("Processes", [
        Panel("Which version runs where", "short", "Of whoosh_build_info.",
              [(f"sum by (job, instance, role, version) (whoosh_build_info{{{J}}})", "")], "table",
              ("WhooshVersionsDiffer",), 12),
        Panel("Checks of /readyz", "short", "1: good, 0: fails.",
              [(f"whoosh_check{{{I}}}", "{{instance}} {{check}}")],
              runbooks=("WhooshCheckFails",), width=12, most=1, words={"0": "fails", "1": "good"}),
    ]),
    ("What they take", [
        Panel("CPU", "percentunit", "100 % is one core.",
              [(f"rate(process_cpu_seconds_total{{{J}}}{R})", "{{instance}}")],
              runbooks=("WhooshTicksLate",)),
        Panel("Resident memory", "bytes", "Of the process.",
              [(f"process_resident_memory_bytes{{{J}}}", "{{instance}}")]),
        Panel("Descriptors", "percentunit", "Open ones, of those that it may have.",
              [(f"process_open_fds{{{J}}} / process_max_fds{{{J}}}", "{{instance}}")],
              runbooks=("WhooshDescriptorsLow",), steps=[(0.9, "red")]),
        Panel("Disk of --data that is free", "percentunit", "Results wait there for Redis.",
              [(f"whoosh_data_free_bytes{{{I}}} / whoosh_data_size_bytes{{{I}}}",
                "{{instance}}")], runbooks=("WhooshDiskLow",), most=1),
        Panel("Up since", "s", "A saw tooth is a process that dies again and again.",
              [(f"time() - process_start_time_seconds{{{J}}}", "{{instance}}")],
              runbooks=("WhooshDown",)),
        Panel("WebSockets and their loops", "short", "Connections now, in whatever state.",
              [(f"sum by (instance) (whoosh_net_connections{{{I}}})", "{{instance}}")]),
    ]),
    ("Keys and certificates", [
        Panel("Certificate expires in", "s",
              "Of the certificate in use or one that signed it; below 0: it has expired.",
              [(f"whoosh_tls_certificate_expires_seconds{{{I}}}", "{{instance}}")]),
        Panel("Can't be read", "short",
              "1: key files or the certificate's can't be used, and the former ones are in use.",
              [(f"whoosh_keys_stale{{{I}}}", "{{instance}} keys"),
               (f"whoosh_tls_stale{{{I}}}", "{{instance}} certificate")],
              runbooks=("WhooshKeysStale",), most=1),
        Panel("Keys that check tokens", "short", "2 while a rotation lasts, equal everywhere.",
              [(f"whoosh_keys{{{I}}}", "{{instance}}")], runbooks=("WhooshKeysStale",)),
    ]),
])
