"""The dashboards of play: players, rooms, ticks, matcher. See panels.py for the parts."""

from panels import Board, Panel

I = 'instance=~"$instance"'
R = "[$__rate_interval]"


def each(metric, more=""):
    """A gauge of the shards, by process."""
    return f"sum by (instance) ({metric}{{{I}{more}}})"


def rate(metric, by="instance", more=""):
    return f"sum by ({by}) (rate({metric}{{{I}{more}}}{R}))"


def quantile(q, bucket, by=""):
    return f"histogram_quantile({q}, sum by (le{by}) (rate({bucket}{{{I}}}{R})))"


def kinds(what, *names):
    """One rate a name, all processes together: whoosh_<what>_<name>_total."""
    return [(f"sum(rate(whoosh_{what}_{name}_total{{{I}}}{R}))", name.replace("_", " "))
            for name in names]


PLAYERS = Board("players", "Players", "Who is connected, who comes in and who is turned away.", [
    ("Now", [
        Panel("Players", "short", "Seated people who are connected, on all edges.",
              [(f"sum(whoosh_players{{{I}}})", "players")], "stat", width=4, height=5),
        Panel("Sessions", "short", "Connections with a session, those in the lobby among them.",
              [(f"sum(whoosh_sessions{{{I}}})", "sessions")], "stat", width=4, height=5),
        Panel("Seats taken", "percentunit",
              "Players by the number with which the edges are full, of all edges together.",
              [(f"sum(whoosh_players{{{I}}}) / sum(whoosh_edge_players_max{{{I}}})", "taken")],
              "stat", ("WhooshEdgesFull",), 4, 5, steps=[(0.6, "orange"), (0.9, "red")]),
        Panel("Full edges", "short", "Edges that refuse newcomers.",
              [(f"sum(whoosh_edge_full{{{I}}})", "full")], "stat", ("WhooshEdgesFull",), 4, 5,
              steps=[(1, "red")]),
        Panel("Edges", "short", "Living edges, as each process knows them: they must agree.",
              [(f"max(whoosh_nodes{{{I}}})", "most"), (f"min(whoosh_nodes{{{I}}})", "fewest")],
              "stat", ("WhooshDown",), 8, 5),
    ]),
    ("By edge", [
        Panel("Players by edge", "short", "Seated people who are connected.",
              [(each("whoosh_players"), "{{instance}}")], stacked=True),
        Panel("Sessions by edge", "short", "Connections with a session, lobby ones among them.",
              [(each("whoosh_sessions"), "{{instance}}")], stacked=True),
        Panel("In the lobby", "short", "Connections without a room.",
              [(each("whoosh_lobby_sessions"), "{{instance}}")], stacked=True),
    ]),
    ("Coming and going", [
        Panel("Let in", "cps", "People let into a room or the lobby, a second.",
              [(rate("whoosh_admitted_total"), "{{instance}}")]),
        Panel("Not let in", "cps",
              "By reason, as the client is told it (docs/PROTOCOL.md). A wave of one reason after "
              "a roll-out points at keys or clocks.",
              [(rate("whoosh_admission_refused_total", "reason"), "{{reason}}")]),
        Panel("Connections ended by the edge", "cps",
              "Replaced by a newer one, token ran out, session revoked, too many wrong messages.",
              kinds("closed", "replaced", "expired", "revoked", "wrong")),
    ]),
    ("Messages", [
        Panel("Messages of players", "mps",
              "Accepted; refused because not possible at that moment; wrong: malformed or too "
              "fast.", kinds("messages", "good", "refused", "wrong")),
        Panel("Bytes", "Bps", "On WebSockets, after TLS.",
              [(f"sum(rate(whoosh_net_bytes_in_total{{{I}}}{R}))", "in"),
               (f"sum(rate(whoosh_net_bytes_out_total{{{I}}}{R}))", "out")]),
        Panel("Slow and silent connections", "cps",
              "Dropped because they read too slowly, were silent, or flooded; and those that found "
              "no place.",
              kinds("net", "slow_dropped", "idle_dropped", "floods", "refused_full")),
    ]),
])

ROOMS = Board("rooms", "Rooms", "Rooms, matches, and the way of results to the database.", [
    ("Now", [
        Panel("Rooms", "short", "Living rooms on all edges.",
              [(f"sum(whoosh_rooms{{{I}}})", "rooms")], "stat", width=6, height=5),
        Panel("Matches finished, of the time shown", "short", "Void ones among them.",
              [(f"sum(increase(whoosh_matches_finished_total{{{I}}}[$__range]))", "matches")],
              "stat", width=6, height=5),
        Panel("Rooms broken, of the time shown", "short", "Ended by a broken rule: a bug.",
              [(f"sum(increase(whoosh_rooms_broken_total{{{I}}}[$__range]))", "rooms")], "stat",
              ("WhooshRoomsBreak",), 6, 5, steps=[(1, "red")]),
        Panel("Results lost or set aside, of the time shown", "short",
              "Found no room on disk, or can never be written: people lack a match.",
              [(f"sum(increase(whoosh_results_lost_total{{{I}}}[$__range]))", "lost"),
               (f"sum(increase(whoosh_results_aside_total{{{I}}}[$__range]))", "aside")], "stat",
              ("WhooshResultsLost",), 6, 5, steps=[(1, "red")]),
    ]),
    ("Rooms", [
        Panel("Rooms by edge", "short", "Living rooms.",
              [(each("whoosh_rooms"), "{{instance}}")], stacked=True),
        Panel("Made and closed", "cps", "Rooms a second; those closed have broken ones in them.",
              kinds("rooms", "made", "closed", "broken")),
        Panel("Matches", "cps", "Void: it counts for nobody.",
              kinds("matches", "started", "finished", "void"), runbooks=("WhooshRoomsBreak",)),
    ]),
    ("Results", [
        Panel("Written", "cps",
              "By the API's processes. Repeated: had been written before, which is harmless.",
              kinds("results", "applied", "repeated", "retried", "aside"),
              runbooks=("WhooshResultsLost",)),
        Panel("Waiting on an edge's disk", "short",
              "Results that wait until Redis answers. They outlive a restart of the edge.",
              [(each("whoosh_results_spooled"), "{{instance}}")], runbooks=("WhooshResultsLost",)),
        Panel("Results after GAME_OVER, logs cut", "cps",
              "Results that came after GAME_OVER was sent, and matches that outgrew their log.",
              [(f"sum(rate(whoosh_settlements_late_total{{{I}}}{R}))", "late"),
               (f"sum(rate(whoosh_match_logs_truncated_total{{{I}}}{R}))", "log cut")]),
    ]),
])

TICKS = Board("ticks", "Ticks", "How late the games' clocks are, and what the loops do.", [
    ("Lateness", [
        Panel("How late ticks are", "s",
              "Ticks in each step of lateness, all edges and shards. A good evening is one dark "
              "band at the bottom.",
              [(f"sum by (le) (increase(whoosh_tick_lateness_seconds_bucket{{{I}}}{R}))",
                "{{le}}")], "heatmap", ("WhooshTicksLate",), 16, 10),
        Panel("Late by edge, 99th percentile", "s",
              "From 0.25 s on the edge refuses newcomers, until it is within 0.1 s.",
              [(quantile(0.99, "whoosh_tick_lateness_seconds_bucket", ", instance"),
                "{{instance}}")],
              runbooks=("WhooshTicksLate",), height=10, steps=[(0.25, "red")]),
    ]),
    ("Ticks", [
        Panel("Late, all edges", "s", "Percentiles of the lateness of room ticks.",
              [(quantile(q, "whoosh_tick_lateness_seconds_bucket"), f"p{100 * q:g}")
               for q in (0.5, 0.99, 0.999)], runbooks=("WhooshTicksLate",)),
        Panel("Ticks by edge", "ops", "Room ticks done, a second.",
              [(rate("whoosh_ticks_total"), "{{instance}}")]),
        Panel("Late, skipped, clock jumps", "ops",
              "Skipped: given up after a stall. A jump: the wall clock was moved.",
              [(f"sum(rate(whoosh_ticks_late_total{{{I}}}{R}))", "late"),
               (f"sum(rate(whoosh_ticks_skipped_total{{{I}}}{R}))", "skipped"),
               (f"sum(rate(whoosh_clock_jumps_total{{{I}}}{R}))", "clock jumps")],
              runbooks=("WhooshTicksLate",)),
    ]),
    ("Event loops", [
        Panel("Turns", "ops", "Turns of the loops, a second.",
              [(rate("whoosh_net_turns_total"), "{{instance}}")]),
        Panel("System calls a frame", "short",
              "Of the loops, by the frames that they received and sent. Rises when they are idle.",
              [(f"sum(rate(whoosh_net_syscalls_total{{{I}}}{R})) / "
                f"(sum(rate(whoosh_net_frames_in_total{{{I}}}{R})) "
                f"+ sum(rate(whoosh_net_frames_out_total{{{I}}}{R})))", "calls")]),
        Panel("Buffers", "bytes", "Bytes of buffers in use at the end of a turn.",
              [(each("whoosh_net_buffer_bytes"), "{{instance}}")]),
    ]),
])

MATCHER = Board("matcher", "Matcher", "Who waits for a match, how long, and what comes of it.", [
    ("Now", [
        Panel("Waiting", "short", "People who wait, in all queues.",
              [(f"sum(whoosh_matcher_waiting{{{I}}})", "people")], "stat", width=6, height=5),
        Panel("Longest wait", "s", "Of the first in a queue; who is alone waits until 120 s.",
              [(f"max(whoosh_matcher_oldest_wait_seconds{{{I}}})", "wait")], "stat",
              ("WhooshMatcherStuck",), 6, 5),
        Panel("Overdue", "s", "Beyond the time when bots should have filled up a match.",
              [(f"max(whoosh_matcher_overdue_seconds{{{I}}})", "overdue")], "stat",
              ("WhooshMatcherStuck",), 6, 5, steps=[(20, "red")]),
        Panel("Matchmakers at work", "short", "At least 1; others stand by.",
              [(f"sum(whoosh_matchmaker_active{{{I}}})", "active")], "stat", ("WhooshNoMatcher",),
              6, 5),
    ]),
    ("Queues", [
        Panel("Waiting by game", "short", "People who wait.",
              [(f"sum by (game) (whoosh_matcher_waiting{{{I}}})", "{{game}}")], stacked=True),
        Panel("Matches by game", "cps", "Matches made, a second.",
              [(rate("whoosh_matcher_matches_total", "game"), "{{game}}")]),
        Panel("People by match", "short", "How many people, beside bots, a match has.",
              [(rate("whoosh_matcher_people_total", "game") + " / "
                + rate("whoosh_matcher_matches_total", "game"), "{{game}}")]),
    ]),
    ("Waiting", [
        Panel("From the join to the match", "s", "People in each step of waiting.",
              [(f"sum by (le) (increase(whoosh_matcher_wait_seconds_bucket{{{I}}}{R}))",
                "{{le}}")], "heatmap"),
        Panel("Wait", "s", "Percentiles, of those who were matched.",
              [(quantile(q, "whoosh_matcher_wait_seconds_bucket"), f"p{100 * q:g}")
               for q in (0.5, 0.95)]),
        Panel("Failures", "cps",
              "Rooms that could not be made; rooms made in vain, because a ticket ended.",
              kinds("matcher", "failures", "lost_races"), runbooks=("WhooshMatcherStuck",)),
    ]),
])
