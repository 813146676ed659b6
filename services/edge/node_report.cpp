#include "services/edge/node_report.h"

#include "base/time.h"

namespace whoosh::edge {

wire::NodeReport node_report(const state::Node& node) {
  wire::NodeReport report;
  report.name = node.name;
  report.number = node.number;
  report.ws_url = node.ws_url;
  report.version = node.version;
  report.started_at = base::rfc3339(node.started_at);
  report.seen_at = base::rfc3339(node.seen_at);
  report.rooms = node.load.rooms;
  report.players = node.load.players;
  report.players_max = node.load.players_max;
  report.lateness_ms = node.load.lateness_ms;
  report.draining = node.load.draining;
  report.full = node.load.full;
  return report;
}

}  // namespace whoosh::edge
