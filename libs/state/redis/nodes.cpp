#include "state/redis/nodes.h"

#include <algorithm>
#include <utility>

#include "state/redis/codec.h"

namespace whoosh::state::redis {

namespace {

using base::Error;
using base::ErrorCode;

// KEYS: about, life, number, seen, load, last, owner (of each number: the incarnation that had it
// last; at most node_numbers_max). ARGV: time, node_dead_ms, then the script's own.
// bury() forgets who is dead, at every call.
constexpr std::string_view bury = R"(
local time = now(ARGV[1])
local dead = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', '(' .. whole(time - tonumber(ARGV[2])))
for _, name in ipairs(dead) do
  for _, key in ipairs({KEYS[1], KEYS[2], KEYS[3], KEYS[5]}) do redis.call('HDEL', key, name) end
  redis.call('ZREM', KEYS[4], name)
end
)";

std::string with_bury(std::string_view program) {
  return std::string(bury) + std::string(program);
}

// ARGV: … name, incarnation, about, load, most numbers, the number it had. Answers the number; 0:
// the name is taken; -1: no number is free. Where nothing is known any more numbers start anywhere,
// so that a new node hardly takes what an older one is about to ask for again.
const Script join_script(7, with_bury(R"(
local name, life, most, had = ARGV[3], ARGV[4], tonumber(ARGV[7]), tonumber(ARGV[8])
local present = redis.call('HGET', KEYS[2], name)
local number
if present then
  if present ~= life then return 0 end
  number = tonumber(redis.call('HGET', KEYS[3], name))
else
  local taken = {}
  local count = 0
  for _, value in ipairs(redis.call('HVALS', KEYS[3])) do
    taken[tonumber(value)] = true
    count = count + 1
  end
  if count >= most then return -1 end
  local owner = redis.call('HGET', KEYS[7], whole(had))
  if had >= 1 and had <= most and not taken[had] and (not owner or owner == life) then
    number = had
  else
    local anywhere = tonumber(string.sub(redis.sha1hex(life), 1, 8), 16)
    number = tonumber(redis.call('GET', KEYS[6]) or anywhere)
    repeat number = number % most + 1 until not taken[number]
    redis.call('SET', KEYS[6], whole(number))
  end
end
redis.call('HSET', KEYS[7], whole(number), life)
redis.call('HSET', KEYS[1], name, ARGV[5])
redis.call('HSET', KEYS[2], name, life)
redis.call('HSET', KEYS[3], name, whole(number))
redis.call('ZADD', KEYS[4], whole(time), name)
redis.call('HSET', KEYS[5], name, ARGV[6])
return {number, whole(time)}
)"));

// ARGV: … name, incarnation, load. 0: it was taken for dead.
const Script beat_script(7, with_bury(R"(
if redis.call('HGET', KEYS[2], ARGV[3]) ~= ARGV[4] then return 0 end
redis.call('ZADD', KEYS[4], whole(time), ARGV[3])
redis.call('HSET', KEYS[5], ARGV[3], ARGV[5])
return 1
)"));

// ARGV: … name, incarnation.
const Script leave_script(7, with_bury(R"(
if redis.call('HGET', KEYS[2], ARGV[3]) ~= ARGV[4] then return 0 end
for _, key in ipairs({KEYS[1], KEYS[2], KEYS[3], KEYS[5]}) do redis.call('HDEL', key, ARGV[3]) end
redis.call('ZREM', KEYS[4], ARGV[3])
return 1
)"));

// Answers [about, number, seen, load] of each.
const Script living_script(7, with_bury(R"(
local all = {}
local seen = redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')
for i = 1, #seen, 2 do
  local name = seen[i]
  all[#all + 1] = {redis.call('HGET', KEYS[1], name), redis.call('HGET', KEYS[3], name),
                   seen[i + 1], redis.call('HGET', KEYS[5], name)}
end
return all
)"));

}  // namespace

// ---- nodes -------------------------------------------------------------------------------------

Request Nodes::run(const Script& script, std::vector<std::string> args) const {
  Request request;
  request.key = client_.key("{nodes}:about");
  request.script = &script;
  request.is_idempotent = true;
  for (const char* name : {"about", "life", "number", "seen", "load", "last", "owner"}) {
    request.args.push_back(client_.key("{nodes}:" + std::string(name)));
  }
  request.args.push_back(time_.text());
  request.args.push_back(std::to_string(node_dead_ms));
  request.args.insert(request.args.end(), args.begin(), args.end());
  return request;
}

void Nodes::join(Node node, Reply<Node> reply) {
  auto request = run(join_script, {node.name, node.incarnation, text_of(node), text_of(node.load),
                                   std::to_string(node_numbers_max), std::to_string(node.number)});
  client_.call(std::move(request), [reply = std::move(reply),
                                    node = std::move(node)](base::Result<Value> result) mutable {
    result = checked(std::move(result));
    if (!result) return reply(result.error());
    if (result->kind == Value::Kind::integer) {
      if (result->integer == 0) {
        return reply(Error{ErrorCode::conflict, "Another living node has this name."});
      }
      return reply(Error{ErrorCode::unavailable, "There are too many nodes."});
    }
    node.number = static_cast<std::uint16_t>(result->at(0).integer);
    node.seen_at = {result->at(1).number().value_or(0)};
    reply(std::move(node));
  });
}

void Nodes::beat(std::string name, std::string incarnation, NodeLoad load, Reply<> reply) {
  client_.call(run(beat_script, {std::move(name), std::move(incarnation), text_of(load)}),
               [reply = std::move(reply)](base::Result<Value> result) mutable {
                 result = checked(std::move(result));
                 if (!result) return reply(result.error());
                 if (result->integer == 0) {
                   return reply(Error{ErrorCode::conflict, "This node was taken for dead."});
                 }
                 reply(base::Result<>{});
               });
}

void Nodes::leave(std::string name, std::string incarnation, Reply<> reply) {
  client_.call(run(leave_script, {std::move(name), std::move(incarnation)}),
               done(std::move(reply)));
}

void Nodes::living(Reply<std::vector<Node>> reply) {
  client_.call(run(living_script, {}),
               [reply = std::move(reply)](base::Result<Value> result) mutable {
                 result = checked(std::move(result));
                 if (!result) return reply(result.error());
                 std::vector<Node> living;
                 for (const Value& row : result->items) {
                   auto node = read_node(row.at(0).text);
                   const auto number = row.at(1).number();
                   if (!node || !number) continue;  // of a newer release
                   node->number = static_cast<std::uint16_t>(*number);
                   node->seen_at = {row.at(2).number().value_or(0)};
                   node->load = read_load(row.at(3).text).value_or(NodeLoad{});
                   living.push_back(std::move(*node));
                 }
                 std::sort(living.begin(), living.end(),
                           [](const Node& a, const Node& b) { return a.name < b.name; });
                 reply(std::move(living));
               });
}

// ---- leases ------------------------------------------------------------------------------------

namespace {

// KEYS: the lease. ARGV: time, holder, TTL.
const Script hold_script(1, R"(
local time = now(ARGV[1])
local holder, ends, epoch = unpack(redis.call('HMGET', KEYS[1], 'holder', 'until', 'epoch'))
epoch = tonumber(epoch or '0')
if not holder or holder == '' or tonumber(ends) <= time then
  holder = ARGV[2]
  epoch = epoch + 1
end
if holder == ARGV[2] then
  redis.call('HSET', KEYS[1], 'holder', holder, 'until', whole(time + tonumber(ARGV[3])),
             'epoch', whole(epoch))
end
return {holder, whole(epoch)}
)");

const Script release_script(1, R"(
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'holder', '')
return 1
)");

}  // namespace

void Leases::hold(std::string name, std::string holder, std::int64_t ttl_ms, Reply<Lease> reply) {
  Request request;
  request.key = client_.key("lease:{" + name + "}");
  request.script = &hold_script;
  request.is_idempotent = true;  // the second time prolongs what the first took
  request.args = {request.key, time_.text(), holder, std::to_string(ttl_ms)};
  client_.call(std::move(request), [reply = std::move(reply), holder = std::move(holder)](
                                       base::Result<Value> result) mutable {
    result = checked(std::move(result));
    if (!result) return reply(result.error());
    Lease lease;
    lease.holder = result->at(0).text;
    lease.held = lease.holder == holder;
    lease.epoch = static_cast<std::uint64_t>(result->at(1).number().value_or(0));
    reply(std::move(lease));
  });
}

void Leases::release(std::string name, std::string holder, Reply<> reply) {
  Request request;
  request.key = client_.key("lease:{" + name + "}");
  request.script = &release_script;
  request.is_idempotent = true;
  request.args = {request.key, std::move(holder)};
  client_.call(std::move(request), done(std::move(reply)));
}

// ---- lobby connections -------------------------------------------------------------------------

namespace {

// KEYS: the user. ARGV: time, node, lifetime. The server forgets the key a minute after its end.
constexpr std::string_view lobby_now = R"(
local time = now(ARGV[1])
local ends, node = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (.*)$')
if ends and tonumber(ends) <= time then node = nil end
)";

const Script enter_script(1, std::string(lobby_now) + R"(
local life = tonumber(ARGV[3])
redis.call('SET', KEYS[1], whole(time + life) .. ' ' .. ARGV[2], 'PX', whole(life + 60000))
if node == ARGV[2] then return '' end
return node or ''
)");

const Script quit_script(1, std::string(lobby_now) + R"(
if node == ARGV[2] then redis.call('DEL', KEYS[1]) end
return ''
)");

const Script find_script(1, std::string(lobby_now) + R"(
return node or ''
)");

Answered text(Reply<std::string> reply) {
  return [reply = std::move(reply)](base::Result<Value> result) mutable {
    result = checked(std::move(result));
    if (!result) return reply(result.error());
    reply(std::move(result->text));
  };
}

}  // namespace

Request Lobbies::run(const Script& script, UserId user, const std::string& node) const {
  Request request;
  request.key = client_.key("lobby:{" + std::to_string(user.value) + "}");
  request.script = &script;
  request.is_idempotent = &script != &enter_script;  // the second time would not name the other
  request.args = {request.key, time_.text(), node, std::to_string(lobby_lifetime_ms)};
  return request;
}

void Lobbies::enter(UserId user, std::string node, Reply<std::string> reply) {
  client_.call(run(enter_script, user, node), text(std::move(reply)));
}

void Lobbies::leave(UserId user, std::string node, Reply<> reply) {
  client_.call(run(quit_script, user, node), done(std::move(reply)));
}

void Lobbies::find(UserId user, Reply<std::string> reply) {
  client_.call(run(find_script, user, ""), text(std::move(reply)));
}

}  // namespace whoosh::state::redis
