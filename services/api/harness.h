// A running Service A for tests: the memory store and state, an edge that is only pretended, a
// clock that the test moves, cheap passwords. Everything goes over real HTTP on a free port. One
// test, one Harness; the test's thread. Whatever is asked and answered is noted for
// openapi_test.cpp.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "auth/tokens.h"
#include "runtime/clock.h"
#include "services/api/edge_gateway.h"
#include "state/revocation_list.h"
#include "state/state.h"
#include "store/store.h"
#include "tests/support/http_client.h"

namespace whoosh::api {

// One answer, with its JSON at hand.
struct Reading {
  tests::HttpAnswer http;

  [[nodiscard]] int status() const { return http.status; }
  // The member at a path ("user.id", "items.0.code"): a text without quotes, else as JSON; "" if
  // absent.
  [[nodiscard]] std::string at(const std::string& path) const;
  [[nodiscard]] std::string code() const { return at("code"); }
};

// What the pretended edge answers.
struct EdgeScript {
  bool away = false;                        // every call: unavailable
  std::optional<base::Error> join_refusal;  // may_join
  wire::RoomPhase phase = wire::RoomPhase::waiting;
  std::vector<std::pair<base::UserId, std::string>> notified;
  std::vector<std::pair<base::RoomId, std::string>> closed;  // with why
  bool draining = false;
};

struct Options {
  bool rate_limits = false;
  std::string web = {};
  bool operators_need_totp = false;
  bool can_seal = true;  // second factors can be set up
};

class Harness {
 public:
  explicit Harness(Options options = {});
  ~Harness();

  Reading call(const std::string& method, const std::string& path, const std::string& token = "",
               const std::optional<std::string>& body = std::nullopt,
               tests::HttpHeaders headers = {});
  Reading get(const std::string& path, const std::string& token = "") {
    return call("GET", path, token);
  }
  Reading post(const std::string& path, const std::string& token, const std::string& body) {
    return call("POST", path, token, body);
  }

  // Shortcuts, each asserted: the answer of register or guest.
  Reading registered(const std::string& username, const std::string& password = "correct horse");
  Reading guest(const std::string& display_name = "");
  // The answer of the login of a fresh account with this role.
  Reading operator_(const std::string& username, const std::string& role);
  // Makes a private room of the first game: join info.
  Reading room(const std::string& token);

  [[nodiscard]] std::uint16_t port() const;
  runtime::ManualClock& clock();
  EdgeScript& edge();
  store::Store& store();
  state::Queue& queue();
  state::Directory& directory();
  void set_store_away(bool away);
  void set_audit_away(bool away);
  // Straight into the store, as another process or the shell would.
  void give_coins(base::UserId user, std::int32_t coins);
  void ban_behind_the_back(const std::string& user, const std::string& reason);
  void set_role(const std::string& user, const std::string& role);
  // Won matches of this user against bots, each a minute after the one before.
  void play_matches(base::UserId user, int count);
  // A new ApiServer over the same store and state, as after a restart of the process.
  void restart();
  // The same with one more signing key, in front of the old one, as `whoosh keys --rotate` makes
  // it.
  void rotate_keys();
  // What was told to on_revoked, by whatever means.
  [[nodiscard]] std::vector<state::Revoked> told();
  // Asks again and again, for 20 s at most: for what is polled.
  bool comes_true(const std::function<bool()>& what);
  [[nodiscard]] std::string service_token(const std::string& name);
  [[nodiscard]] base::Result<auth::SeatTicket> read_ticket(const std::string& ticket);
  // A token of another server, same claims.
  [[nodiscard]] std::string foreign_token() const;
  // Waits for one reply.
  template <class T>
  base::Result<T> wait(const std::function<void(runtime::Reply<T>)>& call) {
    runtime::QueueMailbox mailbox;
    std::optional<base::Result<T>> out;
    call(runtime::Reply<T>(mailbox, [&](base::Result<T> result) { out = std::move(result); }));
    while (!out) mailbox.run_all();
    return std::move(*out);
  }

  // "GET /api/users/{id}" of every route there is.
  [[nodiscard]] std::set<std::string> operations() const;
  // Every (operation, status) that any test of this binary has seen.
  static std::set<std::pair<std::string, int>>& seen();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace whoosh::api
