// The checks of `whoosh doctor`, in groups that run at the same time, each on a thread of its own.
// None changes anything: they read files, ask Redis and PostgreSQL with reading commands only, and
// knock at doors with requests that are refused after what is checked has been seen.
//
// Each takes a resolved Config (the ...-file knobs read) by reference, which outlives it, and waits
// for nothing longer than some timeout_ms; run.h gives up one that does all the same.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "services/doctor/config.h"
#include "services/doctor/finding.h"
#include "state/nodes.h"

namespace whoosh::doctor {

// What one group has found so far.
class Notes {
 public:
  void ok(std::string check, std::string subject, std::string seen) {
    add({Severity::ok, std::move(check), std::move(subject), std::move(seen), ""});
  }
  void skip(std::string check, std::string seen, std::string mend) {
    add({Severity::skipped, std::move(check), "", std::move(seen), std::move(mend)});
  }
  void warn(std::string check, std::string subject, std::string seen, std::string mend) {
    add({Severity::warning, std::move(check), std::move(subject), std::move(seen),
         std::move(mend)});
  }
  void fail(std::string check, std::string subject, std::string seen, std::string mend) {
    add({Severity::failure, std::move(check), std::move(subject), std::move(seen),
         std::move(mend)});
  }
  void add(Finding finding) { findings_.push_back(std::move(finding)); }
  void add(Findings findings) {
    for (Finding& finding : findings) add(std::move(finding));
  }
  [[nodiscard]] Findings take() { return std::move(findings_); }

 private:
  Findings findings_;
};

// Keys, secrets and certificates as files of this machine.
[[nodiscard]] Findings check_files(const Config& config);
// Data folder, disk, descriptors.
[[nodiscard]] Findings check_machine(const Config& config);
// Redis, what is entered there, and each living edge by its own addresses.
[[nodiscard]] Findings check_state(const Config& config);
// The database: reached how, which schema, which time.
[[nodiscard]] Findings check_database(const Config& config);
// Pages, REST and WebSockets as players reach them.
[[nodiscard]] Findings check_pages(const Config& config);

// ---- parts, for the checks and their tests ----

enum class Reach : std::uint8_t { loopback, internal, open };
[[nodiscard]] Reach reach_of(const boost::asio::ip::address& address);
// Of the widest of a name's addresses; looked up, which may take a while. A path is loopback.
[[nodiscard]] Reach reach_of(const std::string& host);

struct Transport {
  std::string check;    // "state-transport"
  std::string subject;  // shown
  Reach reach = Reach::loopback;
  bool tls = false;
  bool password = false;
  std::string tls_mend;
  std::string password_mend;
};
// Without a password whoever reaches it owns it; without TLS whoever listens reads it.
[[nodiscard]] Findings judge_transport(const Transport& transport);

// `ahead_ms`: how far that clock is before ours. Passes between processes are good for 30 s, and
// tokens have a leeway of as much.
[[nodiscard]] Finding judge_clock(std::string check, std::string subject, std::int64_t ahead_ms);

// Fewer than `days_min` days: a warning; none: a failure.
[[nodiscard]] Finding judge_certificate(std::string subject, base::UnixMs ends,
                                        std::uint32_t days_min);

// How many players a process may take with so many descriptors, when so many are asked for.
[[nodiscard]] Finding judge_descriptors(std::uint64_t limit, std::uint32_t players_max);

struct Disk {
  std::string folder;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_free = 0;  // for who is not root
  std::uint64_t files = 0;       // 0: without such a limit
  std::uint64_t files_free = 0;
};
// Less than that is a warning; less than 64 MiB, or nearly no file more, a failure.
[[nodiscard]] Finding judge_disk(const Disk& disk, std::uint32_t free_percent_min);

// One living edge: its internal port, its own keys and secret, its advertised address.
[[nodiscard]] Findings check_node(const Config& config, const state::Node& node);
// Versions, addresses and room for players of all of them together.
[[nodiscard]] Findings judge_nodes(const std::vector<state::Node>& nodes);

// One knock at a WebSocket address with an Origin.
struct Door {
  std::string subject;  // whose it is
  std::string url;      // ws or wss
  std::string origin;   // of the pages; "": none is sent
  std::string flag;     // which knob says the address
};
[[nodiscard]] Finding check_door(const Config& config, const Door& door);

}  // namespace whoosh::doctor
