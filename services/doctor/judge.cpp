#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdlib>
#include <map>

#include "services/doctor/checks.h"
#include "services/role/version.h"

namespace whoosh::doctor {
namespace {

namespace ip = boost::asio::ip;

constexpr std::int64_t clock_warning_ms = 2'000;
constexpr std::int64_t clock_failure_ms = 20'000;  // passes end at 30 s, and clocks drift on
constexpr std::uint64_t descriptors_few = 4'096;
// Of an edge: listeners, Redis, calls to others, files; services/edge/shared.h keeps 256.
constexpr std::uint64_t descriptors_others = 512;

bool within(ip::address_v4 address, std::string_view network) {
  const auto range = ip::make_network_v4(network);
  return range.canonical().network() ==
         ip::network_v4(address, range.prefix_length()).canonical().network();
}

bool is_internal(ip::address_v4 address) {
  static constexpr std::string_view networks[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                                  "169.254.0.0/16", "100.64.0.0/10"};
  return std::any_of(std::begin(networks), std::end(networks),
                     [&](std::string_view network) { return within(address, network); });
}

}  // namespace

Reach reach_of(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return reach_of(ip::address(ip::make_address_v4(ip::v4_mapped, address.to_v6())));
  if (address.is_loopback()) return Reach::loopback;
  if (address.is_v4()) return is_internal(address.to_v4()) ? Reach::internal : Reach::open;
  const ip::address_v6 six = address.to_v6();
  const bool is_unique_local = (six.to_bytes()[0] & 0xfe) == 0xfc;
  return is_unique_local || six.is_link_local() ? Reach::internal : Reach::open;
}

Reach reach_of(const std::string& host) {
  if (host.empty() || host.starts_with('/')) return Reach::loopback;
  boost::system::error_code error;
  if (const auto address = ip::make_address(host, error); !error) return reach_of(address);
  boost::asio::io_context context;
  ip::tcp::resolver resolver(context);
  Reach widest = Reach::loopback;
  for (const auto& entry : resolver.resolve(host, "0", error))
    widest = std::max(widest, reach_of(entry.endpoint().address()));
  return error ? Reach::internal : widest;  // who can't look it up says so elsewhere
}

Findings judge_transport(const Transport& t) {
  Notes notes;
  if (t.reach == Reach::loopback) {
    notes.ok(t.check, t.subject, "is on this machine only.");
    return notes.take();
  }
  const std::string_view where =
      t.reach == Reach::open ? "at an address of the open internet" : "on another machine";
  if (!t.password) {
    notes.fail(
        t.check, t.subject,
        fmt::format("lets everybody in who reaches it: it is {}, without a password.", where),
        t.password_mend);
  }
  if (!t.tls) {
    const std::string seen = fmt::format("is spoken to without TLS, {}.", where);
    if (t.reach == Reach::open)
      notes.fail(t.check, t.subject, seen, t.tls_mend);
    else
      notes.warn(t.check, t.subject, seen,
                 t.tls_mend + " A network that nobody else is in will do, too.");
  }
  if (t.password && t.tls) notes.ok(t.check, t.subject, "has a password and TLS.");
  return notes.take();
}

Finding judge_clock(std::string check, std::string subject, std::int64_t ahead_ms) {
  const std::int64_t off_ms = std::abs(ahead_ms);
  Finding finding{Severity::ok, std::move(check), std::move(subject), "", ""};
  finding.seen = fmt::format("its clock is {}.{:03} s {} this machine's.", off_ms / 1000,
                             off_ms % 1000, ahead_ms < 0 ? "behind" : "ahead of");
  if (off_ms < clock_warning_ms) return finding;
  finding.severity = off_ms < clock_failure_ms ? Severity::warning : Severity::failure;
  finding.mend =
      "Synchronise the clocks of both machines: timedatectl set-ntp true, or chronyc makestep. "
      "From 30 s on processes refuse each other's calls, and tokens are refused.";
  return finding;
}

Finding judge_descriptors(std::uint64_t limit, std::uint32_t players_max) {
  Finding finding{Severity::ok, "descriptors", "", "", ""};
  const std::uint64_t needed = std::uint64_t{players_max} + players_max / 8 + descriptors_others;
  if (players_max == 0 && limit >= descriptors_few) {
    finding.seen = fmt::format("the limit is {}.", limit);
    return finding;
  }
  if (players_max > 0 && limit >= needed) {
    finding.seen =
        fmt::format("the limit is {}, --players-max {} needs {}.", limit, players_max, needed);
    return finding;
  }
  const std::uint64_t want = players_max == 0 ? 65'536 : needed;
  finding.severity = players_max == 0 ? Severity::warning : Severity::failure;
  finding.seen =
      players_max == 0
          ? fmt::format("the limit is {}: an edge takes fewer players than that.", limit)
          : fmt::format(
                "the limit is {}, but --players-max {} needs {}: one for each player, an "
                "eighth more for those who come back, {} for everything else.",
                limit, players_max, needed, descriptors_others);
  finding.mend = fmt::format(
      "Raise it where the edge is started: ulimit -n {0}; LimitNOFILE={0} (systemd); "
      "ulimits: nofile (compose){1}.",
      want, players_max == 0 ? "" : "; or give a smaller --players-max");
  return finding;
}

Findings judge_nodes(const std::vector<state::Node>& nodes) {
  Notes notes;
  if (nodes.empty()) {
    notes.fail("nodes", "", "no edge is alive: nobody can play.",
               "Start one: whoosh edge, with this --state and --cluster-secret; whoosh health "
               "beside it says why it has no place.");
    return notes.take();
  }
  std::map<std::string, std::string> versions;
  for (const state::Node& node : nodes) {
    std::string& names = versions[node.version];
    names += (names.empty() ? "" : ", ") + node.name;
  }
  std::string listed;
  for (const auto& [version, names] : versions)
    listed += fmt::format("{}{} on {}", listed.empty() ? "" : "; ", version, names);
  const bool is_ours = versions.size() == 1 && versions.begin()->first == role::version();
  if (is_ours) {
    notes.ok("versions", "", fmt::format("{}, as this program.", listed));
  } else {
    notes.warn("versions", "",
               fmt::format("versions differ: {}; this program is {}.", listed, role::version()),
               "While an update rolls this is as it should be. Else update what is left: one edge "
               "after the other, whoosh admin nodes drain --node NAME before each.");
  }
  std::int64_t players = 0;
  std::int64_t room_for = 0;
  std::size_t closed = 0;
  for (const state::Node& node : nodes) {
    players += node.load.players;
    room_for += node.load.players_max;
    if (node.load.draining || node.load.full) ++closed;
  }
  const std::string load = fmt::format("{} of {} edges alive take newcomers; {} players of {}.",
                                       nodes.size() - closed, nodes.size(), players, room_for);
  if (closed == nodes.size())
    notes.fail("nodes", "", load,
               "Start more edges, or end the draining: whoosh admin nodes undrain --node NAME.");
  else if (players * 10 > room_for * 9)
    notes.warn("nodes", "", load, "Start more edges.");
  else
    notes.ok("nodes", "", load);
  return notes.take();
}

}  // namespace whoosh::doctor
