// Client: commands to Redis, wherever they have to go: one server, the master that sentinels name,
// or the node of a cluster that has the key's slot. Owner: Redis (redis.h). Calls from any thread;
// answers come on its one IO thread, on which adapters do their (short) work between steps.
//
// Promises:
//  1. Every call is answered once, within call_timeout_ms (and a tick): with the server's answer,
//     or `unavailable` with retry_after_s. While the server is away that is at once.
//  2. A command that may have been executed although its answer got lost is sent again only when it
//     says that this does no harm (is_idempotent); else the answer is `unavailable`. MOVED, ASK,
//     READONLY, TRYAGAIN and the like are no execution: those are followed or repeated.
//  3. At most pending_max calls are under way; beyond, `unavailable` at once.
//  4. Redis replicates asynchronously: what it has acknowledged may be lost when a master dies
//     before its replica has heard of it. Nothing here pretends otherwise; what must not be lost is
//     in the store, or comes again (results are appended until they are acknowledged; a record lost
//     in a failover after that is lost).
//
// Lock ledger: mutex_ protects inbox_ and is_stopped_; taken in call(), post() and by the IO thread
// for a swap; nothing is called under it.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/function.h"
#include "base/result.h"
#include "runtime/mailbox.h"
#include "state/redis/io.h"
#include "state/redis/link.h"
#include "state/redis/options.h"
#include "state/redis/script.h"
#include "state/redis/slots.h"
#include "state/redis/value.h"

namespace whoosh::state::redis {

struct Request {
  std::vector<std::string> args;  // the command; or, with a script, its keys and arguments
  std::string key;                // decides the node; "": any
  bool is_idempotent = false;
  const Script* script = nullptr;  // lives for ever
  std::int64_t block_ms = 0;       // > 0: on a connection of its own, which may wait that long
};

using Answered = base::Function<void(base::Result<Value>)>;

class Client final : public runtime::Mailbox {
 public:
  static constexpr std::int64_t tick_ms = 20;
  static constexpr int redirections_max = 8;
  static constexpr int attempts_max = 3;
  static constexpr std::size_t blocking_links_max = 16;

  // REQUIRES: options that parse_url() would give, and an Io made with them.
  Client(Options options, std::unique_ptr<Io> io, std::uint64_t seed);
  // Ends what is under way with `unavailable`.
  ~Client() override;

  // An error that the server answers comes as a Value that is_error(), except those that say it is
  // not able to do anything now.
  void call(Request request, Answered answered);
  // On the IO thread, soon: the client is a mailbox, too.
  void post(runtime::Task work) override;
  // Every tick_ms on the IO thread, from before the first call on.
  void on_tick(std::function<void()> hook);
  // Joins the IO thread. Twice does no harm.
  void stop();

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] std::string key(std::string_view name) const {
    return options_.key_prefix + std::string(name);
  }
  // Deadlines of the network are the system's, also where a test moves the clock of an adapter.
  [[nodiscard]] static std::int64_t steady_now_ms();
  // Calls under way; of these, those that wait on a connection of their own. Any thread.
  [[nodiscard]] std::size_t pending() const { return pending_.load(); }
  [[nodiscard]] std::size_t pending_blocking() const { return pending_blocking_.load(); }
  // The IO thread's: a random name; a sentence for people, once until another of its subject.
  [[nodiscard]] std::string random_name();
  void tell(std::string_view subject, const std::string& sentence);

 private:
  struct Attempt {
    Request request;
    Answered answered;
    std::int64_t due_ms = 0;
    std::int64_t not_before_ms = 0;
    int attempts = 0;
    int redirections = 0;
    bool with_body = false;  // the script's text instead of its hash
    bool is_asking = false;
    Endpoint to;  // is_asking
  };
  using Ticket = std::unique_ptr<Attempt>;

  void run_inbox();
  void tick();
  void dispatch(Ticket ticket);
  void came_back(Ticket ticket, const Endpoint& from, Outcome outcome);
  void refused(Ticket ticket, const Endpoint& from, Value error);
  void later(Ticket ticket, std::int64_t pause_ms);
  void finish(Ticket ticket, base::Result<Value> result);
  void fail(Ticket ticket);

  [[nodiscard]] std::string bytes_of(const Attempt& attempt) const;
  Link* route(const Attempt& attempt);
  Link& link_to(const Endpoint& endpoint);
  Link* blocking_link_to(const Endpoint& endpoint);
  [[nodiscard]] bool is_hopeless() const;

  // client_topology.cpp
  void find_out(std::int64_t now_ms);
  void ask_slots();
  void slots_came(const Endpoint& from, const Outcome& outcome);
  void ask_sentinel();
  void sentinel_came(std::size_t index, const Outcome& outcome);
  void use_master(const Endpoint& master);
  void check_links(std::int64_t now_ms);
  [[nodiscard]] LinkRole sentinel_role() const;
  [[nodiscard]] LinkRole data_role() const;

  const Options options_;
  const std::unique_ptr<Io> io_;
  base::Rng rng_;
  std::vector<std::function<void()>> hooks_;

  std::mutex mutex_;
  std::vector<base::Function<void()>> inbox_;
  bool is_stopped_ = false;
  std::atomic<std::size_t> pending_ = 0;
  std::atomic<std::size_t> pending_blocking_ = 0;

  // The IO thread's, and stop()'s after it.
  bool is_closing_ = false;
  std::vector<Ticket> delayed_;  // for their time, or for the topology to be known
  std::map<Endpoint, std::unique_ptr<Link>> links_;
  std::vector<std::unique_ptr<Link>> blocking_;
  std::map<Endpoint, std::unique_ptr<Link>> guides_;  // sentinels, nodes asked for the slots
  SlotMap slots_;
  std::optional<Endpoint> master_;
  std::size_t guide_ = 0;  // next to be asked
  bool is_asking_guide_ = false;
  bool is_doubtful_ = true;  // the topology should be asked anew
  int guide_failures_ = 0;   // in a row; all of them: hopeless
  std::int64_t ask_due_ms_ = 0;
  std::map<std::string, std::string, std::less<>> told_;  // last report by subject
  std::thread thread_;                                    // last
};

}  // namespace whoosh::state::redis
