// Parts: what Solo is made of, in the order in which it is built up; torn down in the order of
// Solo::stop().
#pragma once

#include <memory>

#include "auth/tokens.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/loop_thread.h"
#include "services/api/api_server.h"
#include "services/api/result_worker.h"
#include "services/edge/edge_server.h"
#include "services/edge/local_gateway.h"
#include "services/matchmaker/matchmaker.h"
#include "services/role/data_lock.h"
#include "services/role/key_watch.h"
#include "services/role/ops.h"
#include "services/role/tls_watch.h"
#include "services/solo/config.h"
#include "services/solo/solo.h"
#include "state/memory/directory.h"
#include "state/memory/nodes.h"
#include "state/memory/queue.h"
#include "state/memory/rate_limits.h"
#include "state/memory/results.h"
#include "state/revocation_feed.h"
#include "state/revocation_list.h"
#include "store/store.h"

namespace whoosh::solo {

struct Solo::Parts {
  explicit Parts(Config c) : config(std::move(c)) {}

  [[nodiscard]] base::Result<> open_data();
  [[nodiscard]] base::Result<> read_keys();
  [[nodiscard]] base::Result<> open_store();
  [[nodiscard]] base::Result<> read_certificate();
  void watch_certificate();
  [[nodiscard]] base::Result<> start_edge();
  [[nodiscard]] base::Result<> start_api();
  [[nodiscard]] base::Result<> start_ops();
  void start_matchmaker();
  void free_tickets(const match::MatchRecord& record);
  void start_result_worker();
  void tell_revoked(std::vector<state::Revoked> revoked);

  const Config config;
  role::DataLock data_lock;  // first: the folder is another's only when all of this is gone
  runtime::OsClock clock;
  runtime::OsEntropy entropy;
  std::unique_ptr<auth::TokenAuthority> authority;
  std::unique_ptr<role::KeyWatch> key_watch;
  std::unique_ptr<role::TlsWatch> tls_watch;  // null: no TLS
  std::unique_ptr<store::Store> store;
  state::memory::Directory directory{entropy};
  state::memory::Queue queue{directory, clock};
  state::memory::RateLimits limits;
  runtime::LoopThread mailbox;  // where answers arrive that belong to no service
  state::memory::Results results{clock};
  state::memory::Revocations revocations{clock};
  state::RevocationList revocation_list;  // of the edge
  state::RevocationList api_revoked;      // of Service A, which has it from the store
  std::unique_ptr<edge::EdgeServer> edge;
  std::unique_ptr<state::RevocationFeed> revocation_feed;  // after the edge: it tells it
  std::unique_ptr<api::ResultWorker> result_worker;
  std::unique_ptr<edge::LocalGateway> gateway;
  std::unique_ptr<api::ApiServer> api;
  std::unique_ptr<matchmaker::MatchmakerThread> matchmaker;
  std::unique_ptr<role::OpsPages> ops;
  std::unique_ptr<role::OpsPages> ops_edge;
  bool stopped = false;
};

}  // namespace whoosh::solo
