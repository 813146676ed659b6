// Nodes, leases, lobbies and revocations in Redis. Owner: Redis (redis.h). Any thread; works on the
// IO thread.
//
//   key (after the prefix)   type  TTL       what
//   {nodes}:about            hash  -         name → the node as text
//   {nodes}:life             hash  -         name → incarnation
//   {nodes}:number           hash  -         name → number
//   {nodes}:seen             zset  -         name, by its last heartbeat
//   {nodes}:load             hash  -         name → load as text
//   {nodes}:last             text  -         the number that was given last
//   lease:{<name>}           hash  -         holder, until, epoch (which must not be forgotten)
//   lobby:{<user>}           text  150 s     "<until> <node>"
//   {revoked}:log            zset  -         revocations as text, by their number
//   {revoked}:ends           zset  -         the same, by their end
//   {revoked}:last           text  -         the number given last
//   {revoked}:life           text  -         random, of this log: a cursor of another is no good
//
// Time is the server's, which all processes share (tests: a clock that they move).
#pragma once

#include <memory>

#include "state/nodes.h"
#include "state/redis/answers.h"
#include "state/redis/client.h"

namespace whoosh::state::redis {

class Nodes final : public state::Nodes {
 public:
  Nodes(Client& client, ServerTime time) : client_(client), time_(time) {}

  void join(Node node, Reply<Node> reply) override;
  void beat(std::string name, std::string incarnation, NodeLoad load, Reply<> reply) override;
  void leave(std::string name, std::string incarnation, Reply<> reply) override;
  void living(Reply<std::vector<Node>> reply) override;

 private:
  [[nodiscard]] Request run(const Script& script, std::vector<std::string> args) const;

  Client& client_;
  const ServerTime time_;
};

class Leases final : public state::Leases {
 public:
  Leases(Client& client, ServerTime time) : client_(client), time_(time) {}

  void hold(std::string name, std::string holder, std::int64_t ttl_ms, Reply<Lease> reply) override;
  void release(std::string name, std::string holder, Reply<> reply) override;

 private:
  Client& client_;
  const ServerTime time_;
};

class Lobbies final : public state::Lobbies {
 public:
  Lobbies(Client& client, ServerTime time) : client_(client), time_(time) {}

  void enter(UserId user, std::string node, Reply<std::string> reply) override;
  void leave(UserId user, std::string node, Reply<> reply) override;
  void find(UserId user, Reply<std::string> reply) override;

 private:
  [[nodiscard]] Request run(const Script& script, UserId user, const std::string& node) const;

  Client& client_;
  const ServerTime time_;
};

class Revocations final : public state::Revocations {
 public:
  Revocations(Client& client, ServerTime time) : client_(client), time_(time) {}

  void publish(std::vector<Revoked> revoked, Reply<> reply) override;
  // Reads in pages until there is no more.
  void since(std::string cursor, Reply<News> reply) override;

 private:
  struct Reading;
  struct Writing;
  void write(std::shared_ptr<Writing> writing);
  void read(std::shared_ptr<Reading> reading);
  [[nodiscard]] Request run(const Script& script, std::vector<std::string> args) const;

  Client& client_;
  const ServerTime time_;
};

}  // namespace whoosh::state::redis
