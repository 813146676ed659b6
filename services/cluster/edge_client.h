// EdgeClient: typed calls to the internal HTTP of an edge (services/edge/internal_routes.h), signed
// with the cluster's secret. Owner: ClusterGateway, EdgeRole; any thread.
//
// Errors are those of the call as the edge said them; `unavailable` where it did not answer, or not
// in a way that makes sense (that it refuses our secret is logged, too).
#pragma once

#include <string>
#include <string_view>

#include "auth/cluster_key.h"
#include "base/described.h"
#include "base/json.h"
#include "http/client.h"
#include "runtime/clock.h"
#include "state/nodes.h"
#include "wire/cluster.h"

namespace whoosh::cluster {

class EdgeClient {
 public:
  // All outlive it. Answers are read on `mailbox`, which is a thread's own.
  EdgeClient(http::Client& client, const auth::ClusterKey& key, const runtime::Clock& clock,
             runtime::Mailbox& mailbox)
      : client_(client), key_(key), clock_(clock), mailbox_(mailbox) {}

  // `reply` is answered on its own mailbox. Out: wire::Nothing for calls without an answer.
  enum class Twice : bool { harmful, harmless };
  template <class Out, class In>
  void call(const state::Node& node, std::string_view name, const In& in, Twice twice,
            runtime::Reply<Out> reply) {
    auto read = [name = node.name,
                 reply = std::move(reply)](base::Result<http::Response> response) mutable {
      if (!response) return reply(response.error());
      const auto body = good_body(*response, name);
      if (!body) return reply(body.error());
      if constexpr (std::is_same_v<Out, wire::Nothing>)
        reply(wire::Nothing{});
      else
        reply(base::decode_as<Out>(*body, base::ErrorCode::unavailable));
    };
    client_.call(prepare(node, name, base::to_json(in), twice),
                 runtime::Reply<http::Response>(mailbox_, std::move(read)));
  }

 private:
  [[nodiscard]] http::Call prepare(const state::Node& node, std::string_view name, std::string body,
                                   Twice twice) const;
  // The JSON of a 2xx, alive until this thread reads the next; null for an empty one.
  [[nodiscard]] static base::Result<base::JsonValue> good_body(const http::Response& response,
                                                               std::string_view node);

  http::Client& client_;
  const auth::ClusterKey& key_;
  const runtime::Clock& clock_;
  runtime::Mailbox& mailbox_;
};

}  // namespace whoosh::cluster
