#include "services/doctor/redis_look.h"

#include <algorithm>
#include <future>
#include <map>

#include "runtime/clock.h"
#include "state/redis/codec.h"

namespace whoosh::doctor {
namespace {

using base::Error;
using base::ErrorCode;
using state::redis::Value;

// [name, value, name, value …] as a map.
std::map<std::string, std::string> pairs_of(const Value& list) {
  std::map<std::string, std::string> pairs;
  for (std::size_t at = 0; at + 1 < list.items.size(); at += 2)
    pairs[list.at(at).text] = list.at(at + 1).text;
  return pairs;
}

}  // namespace

base::Result<std::unique_ptr<RedisLook>> RedisLook::open(state::redis::Options options) {
  auto said = std::make_shared<Said>();
  options.report = [said](std::string_view sentence) {
    const std::lock_guard lock(said->mutex);
    said->last = std::string(sentence);
  };
  auto io = state::redis::Io::open(options);
  if (!io) return io.error();
  return std::unique_ptr<RedisLook>(new RedisLook(std::move(options), std::move(*io),
                                                  std::move(said), runtime::OsEntropy().u64()));
}

base::Result<Value> RedisLook::ask(std::vector<std::string> command, const std::string& key) {
  const auto answer = std::make_shared<std::promise<base::Result<Value>>>();
  auto answered = answer->get_future();
  state::redis::Request request;
  request.args = std::move(command);
  request.key = key;
  request.is_idempotent = true;
  client_.call(std::move(request),
               [answer](base::Result<Value> value) { answer->set_value(std::move(value)); });
  auto value = answered.get();  // promise 1 of the client: each call is answered
  if (value && value->is_error()) return Error{ErrorCode::unavailable, value->text};
  return value;
}

base::Result<std::int64_t> RedisLook::server_now_ms() {
  const auto time = ask({"TIME"});
  if (!time) return time.error();
  return time->at(0).number().value_or(0) * 1000 + time->at(1).number().value_or(0) / 1000;
}

base::Result<std::int64_t> RedisLook::ahead_ms() {
  const runtime::OsClock clock;
  const std::int64_t asked = clock.now().value;
  const auto server = server_now_ms();
  if (!server) return server.error();
  const std::int64_t came = clock.now().value;
  return *server - (asked + (came - asked) / 2);
}

std::string RedisLook::info(const std::string& section, const std::string& name) {
  const auto text = ask({"INFO", section});
  if (!text) return "";  // an ACL may refuse it; then it is not judged
  const std::string wanted = "\n" + name + ":";
  const auto at = text->text.find(wanted);
  if (at == std::string::npos) return "";
  const auto begin = at + wanted.size();
  return text->text.substr(begin, text->text.find_first_of("\r\n", begin) - begin);
}

base::Result<std::vector<state::Node>> RedisLook::living() {
  const std::string prefix = client_.key("{nodes}:");
  const auto about = ask({"HGETALL", prefix + "about"}, prefix + "about");
  if (!about) return about.error();
  const auto loads = ask({"HGETALL", prefix + "load"}, prefix + "load");
  if (!loads) return loads.error();
  const auto seen = ask({"ZRANGE", prefix + "seen", "0", "-1", "WITHSCORES"}, prefix + "seen");
  if (!seen) return seen.error();
  const auto now = server_now_ms();
  if (!now) return now.error();
  const auto load_of = pairs_of(*loads);
  const auto seen_of = pairs_of(*seen);
  std::vector<state::Node> living;
  for (const auto& [name, text] : pairs_of(*about)) {
    auto node = state::redis::read_node(text);
    const auto heard = seen_of.find(name);
    if (!node || heard == seen_of.end()) continue;  // of a newer release; dead
    node->seen_at = {std::strtoll(heard->second.c_str(), nullptr, 10)};
    if (node->seen_at.value + state::node_dead_ms < *now) continue;
    const auto load = load_of.find(name);
    if (load != load_of.end())
      node->load = state::redis::read_load(load->second).value_or(state::NodeLoad{});
    living.push_back(std::move(*node));
  }
  return living;  // a map is sorted by name
}

base::Result<std::string> RedisLook::holder(const std::string& lease) {
  const std::string key = client_.key("lease:{" + lease + "}");
  const auto fields = ask({"HMGET", key, "holder", "until"}, key);
  if (!fields) return fields.error();
  const auto now = server_now_ms();
  if (!now) return now.error();
  return fields->at(1).number().value_or(0) > *now ? fields->at(0).text : std::string();
}

std::string RedisLook::trouble() const {
  const std::lock_guard lock(said_->mutex);
  return said_->last;
}

}  // namespace whoosh::doctor
