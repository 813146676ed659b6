#include "services/edge/edge_metrics.h"

#include <vector>

namespace whoosh::edge {
namespace {

constexpr const char* admission_refused_help = "People not let in, by reason (shard, reason).";

}  // namespace

void write_shard(metrics::Exposition& out, const std::string& shard, const shard::Counters& c) {
  const metrics::Labels labels{{"shard", shard}};
  const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
    out.gauge(std::string("whoosh_") + name, help, labels, static_cast<double>(value));
  };
  const auto count = [&](const char* name, const char* help, std::uint64_t value) {
    out.counter(std::string("whoosh_") + name + "_total", help, labels, static_cast<double>(value));
  };
  gauge("rooms", "Living rooms.", c.rooms);
  gauge("sessions", "Connections with a session, lobby ones among them.", c.sessions);
  gauge("players", "Seated people who are connected.", c.players);
  gauge("lobby_sessions", "Connections without a room.", c.lobby);
  count("rooms_made", "Rooms made.", c.rooms_made);
  count("rooms_closed", "Rooms closed, broken ones among them.", c.rooms_closed);
  count("rooms_broken", "Rooms ended by a broken rule.", c.rooms_broken);
  count("matches_started", "Matches started.", c.matches_started);
  count("matches_finished", "Matches finished, void ones among them.", c.matches_finished);
  count("matches_void", "Matches that count for nobody.", c.matches_void);
  count("settlements_late", "Results that came after GAME_OVER.", c.settlements_late);
  count("match_logs_truncated", "Matches that outgrew their event log.", c.logs_truncated);
  count("ticks", "Room ticks done.", c.ticks);
  count("ticks_late", "Room ticks done late.", c.ticks_late);
  count("ticks_skipped", "Room ticks given up after a stall.", c.ticks_skipped);
  count("clock_jumps", "Times that the wall clock moved against the monotonic one.", c.clock_jumps);
  count("messages_good", "Messages accepted.", c.messages_good);
  count("messages_refused", "Messages not possible at their moment.", c.messages_refused);
  count("messages_wrong", "Messages malformed, unknown, too long or too fast.", c.messages_wrong);
  count("closed_wrong", "Connections closed for too many wrong messages.", c.closed_wrong);
  count("closed_replaced", "Connections replaced by a newer one.", c.closed_replaced);
  count("closed_expired", "Connections closed because a token ran out.", c.closed_expired);
  count("closed_revoked", "Connections closed because their session was revoked.",
        c.closed_revoked);
  count("kicked", "People kicked.", c.kicked);
  count("viewer_overflows", "Viewers whose buffer was full.", c.overflows);
  count("viewer_dropped", "Messages not sent to viewers whose buffer was full.", c.dropped);
  count("admitted", "People let into a room or the lobby.", c.admitted);
  out.counter_family("whoosh_admission_refused_total", admission_refused_help);
  for (const auto& [reason, refused] : c.admission_refused) {
    out.counter("whoosh_admission_refused_total", admission_refused_help,
                {{"shard", shard}, {"reason", std::string(base::error_name(reason))}},
                static_cast<double>(refused));
  }
  std::vector<double> bounds;
  for (const auto ms : shard::lateness_bounds_ms) bounds.push_back(ms / 1000.0);
  out.histogram("whoosh_tick_lateness_seconds", "How late ticks were done after they were due.",
                labels, bounds, c.lateness, static_cast<double>(c.lateness_sum_ms) / 1000.0);
}

void write_loop(metrics::Exposition& out, const std::string& shard, const net::Counters& c) {
  const metrics::Labels labels{{"shard", shard}};
  const auto write = [&](std::string_view name, std::string_view what, std::uint64_t value) {
    const bool gauge = name == "connections" || name == "forwards" || name == "buffer_bytes" ||
                       name == "tls_waiting";
    std::string help(what);
    help[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(help[0])));
    if (gauge)
      out.gauge("whoosh_net_" + std::string(name), help + ".", labels, static_cast<double>(value));
    else
      out.counter("whoosh_net_" + std::string(name) + "_total", help + ".", labels,
                  static_cast<double>(value));
  };
#define X(name, what) write(#name, what, c.name.value());
  WHOOSH_NET_COUNTERS(X)
#undef X
}

}  // namespace whoosh::edge
