// ResultSpool: the way of a finished match's result from a room to state::Results. While those are
// away results wait on this node's disk, and games go on.
//
//   match_finished ─> append ──────────────────────────> state
//                       │ unavailable, or others wait       ↑ oldest first, when state is back,
//                       └─> <folder>/<number>-<match>.json ─┘ also after a restart
//
// A file is written under another name, synchronised and renamed, so a half written one is never
// read. One that can't be read is renamed to *.bad and reported: a person has to look at it.
//
// Owner: the edge's wiring; stop() while the results still answer. put() from any thread, never
// waits; everything else is done on an own thread.
// Invariants: 1. a record is in memory or in a file until state has it, or has refused it for good
// (conflict: a later life of the room has played); 2. at most in_flight_max are with state at once
// and at most files_max on disk: what comes beyond is lost, which is counted and said in the log;
// 3. nothing overtakes a file.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "state/state.h"

namespace whoosh::edge {

struct ResultSpoolOptions {
  std::string folder;  // made when first needed
  std::size_t files_max = 10'000;
  std::size_t in_flight_max = 256;
  std::int64_t retry_ms_min = 250;  // after state was away; doubled …
  std::int64_t retry_ms_max = 5'000;
};

class ResultSpool {
 public:
  ResultSpool(ResultSpoolOptions options, state::Results& results, const runtime::Clock& clock);
  ~ResultSpool() { stop(); }

  void put(match::MatchRecord record);
  // Waits for what is with state, at most wait_ms; what has no answer by then goes to disk.
  void stop(std::int64_t wait_ms = 3'000);

  // Any thread.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }  // files
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  using Number = std::uint64_t;

  std::int64_t turn();
  void find_files();
  void take(match::MatchRecord record);
  void send(match::MatchRecord record);
  void sent(Number number, const base::Result<>& done);
  void send_oldest();
  void oldest_sent(const base::Result<>& done);
  void pause();
  void keep(const match::MatchRecord& record);
  [[nodiscard]] std::string path_of(const std::string& name) const;
  void set_aside(const std::string& name, std::string_view why);
  void drop_oldest();

  const ResultSpoolOptions options_;
  state::Results& results_;
  const runtime::Clock& clock_;
  // Of the own thread.
  std::deque<std::string> files_;  // names, oldest first
  std::map<Number, match::MatchRecord> in_flight_;
  Number next_number_ = 1;  // of files and of calls
  bool found_ = false;      // the files of an earlier start
  bool sending_ = false;    // the oldest file is with state
  std::int64_t due_ms_ = 0;
  std::int64_t pause_ms_ = 0;
  bool stopping_ = false;

  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::uint64_t> lost_{0};
  bool stopped_ = false;        // whoever calls stop()
  runtime::LoopThread thread_;  // last: it calls turn()
};

}  // namespace whoosh::edge
