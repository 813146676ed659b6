#include "state/redis/results.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "match/record_text.h"
#include "state/redis/answers.h"
#include "state/redis/gather.h"

namespace whoosh::state::redis {

namespace {

constexpr const char* group = "workers";
// Nobody blocks longer at a time: what another consumer left behind is looked for in between.
constexpr std::int64_t block_ms_max = 1'000;

// KEYS: stream, epoch. ARGV: epoch, its TTL, most entries, record. Answers 'conflict', 'full' or
// the entry's id.
const Script append_script(2, R"(
local known = tonumber(redis.call('GET', KEYS[2]))
if known and known > tonumber(ARGV[1]) then return 'conflict' end
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 'full' end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return redis.call('XADD', KEYS[1], '*', 'r', ARGV[4])
)");

// KEYS: stream, aside. ARGV: group, id, reason, most kept.
const Script aside_script(2, R"(
local found = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])
if #found > 0 then
  redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[4], '*', 'why', ARGV[3], unpack(found[1][2]))
  redis.pcall('XACK', KEYS[1], ARGV[1], ARGV[2])
  redis.call('XDEL', KEYS[1], ARGV[2])
end
return #found
)");

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool is_no_group(const Value& value) {
  return value.error_word() == "NOGROUP";
}

// An id as this module gives them: "1526919030474-55".
bool is_id(const std::string& id) {
  return !id.empty() && id.find_first_not_of("0123456789-") == std::string::npos;
}

}  // namespace

struct Results::Take {
  std::string consumer;
  std::int32_t count = 1;
  std::int64_t due_ms = 0;
  Reply<std::vector<Entry>> reply;
  std::vector<Entry> entries;
  std::vector<std::pair<std::string, std::string>> unreadable;  // id, why
  std::string cursor = "0-0";                                   // of XAUTOCLAIM
  bool has_made_group = false;

  [[nodiscard]] std::size_t missing() const {
    const auto wanted = static_cast<std::size_t>(count);
    return wanted - std::min(wanted, entries.size());
  }
};

// ---- append, done ------------------------------------------------------------------------------

void Results::append(match::MatchRecord record, Reply<> reply) {
  Request request;
  request.key = key("stream");
  request.script = &append_script;
  request.is_idempotent = true;  // twice in the stream is applied once
  request.args = {request.key,
                  key("epoch:" + record.room.text() + ":" + record.id.text()),
                  std::to_string(record.epoch),
                  std::to_string(epochs_kept_ms),
                  std::to_string(options_.pending_max),
                  match::record_text(record)};
  client_.call(std::move(request), [reply = std::move(reply)](base::Result<Value> result) mutable {
    result = checked(std::move(result));
    if (!result) return reply(result.error());
    if (result->text == "conflict") {
      base::Error older{base::ErrorCode::conflict, "A newer life of the room has told this match."};
      return reply(std::move(older));
    }
    if (result->text == "full") {
      base::Error full{base::ErrorCode::unavailable, "Too many results wait for the database."};
      full.retry_after_s = 1;
      return reply(std::move(full));
    }
    reply(base::Result<>{});
  });
}

void Results::done(std::vector<std::string> ids, Reply<> reply) {
  std::erase_if(ids, [](const std::string& id) { return !is_id(id); });
  if (ids.empty()) return reply(base::Result<>{});
  std::vector<std::string> acknowledge{"XACK", key("stream"), group};
  std::vector<std::string> erase{"XDEL", key("stream")};
  acknowledge.insert(acknowledge.end(), ids.begin(), ids.end());
  erase.insert(erase.end(), ids.begin(), ids.end());
  // Deleted first: an entry that is only acknowledged would be pending for ever, one that is only
  // deleted is forgotten by the next XAUTOCLAIM.
  auto shared = std::make_shared<Reply<>>(std::move(reply));
  gather(client_, {command(std::move(erase), true), command(std::move(acknowledge), true)},
         [shared](std::vector<base::Result<Value>> answers) {
           const auto erased = checked(std::move(answers[0]));
           if (!erased) return (*shared)(erased.error());
           (*shared)(base::Result<>{});
         });
}

void Results::set_aside(std::string id, std::string reason, Reply<> reply) {
  if (!is_id(id)) return reply(base::Result<>{});
  Request request;
  request.key = key("stream");
  request.script = &aside_script;
  request.is_idempotent = true;
  request.args = {request.key,   key("aside"),      group,
                  std::move(id), std::move(reason), std::to_string(aside_max)};
  client_.call(std::move(request), redis::done(std::move(reply)));
}

void Results::pending(Reply<std::int64_t> reply) {
  client_.call(command({"XLEN", key("stream")}, true),
               [reply = std::move(reply)](base::Result<Value> result) mutable {
                 result = checked(std::move(result));
                 if (!result) return reply(result.error());
                 reply(result->integer);
               });
}

// ---- take --------------------------------------------------------------------------------------

void Results::take(std::string consumer, std::int32_t count, std::int64_t wait_ms,
                   Reply<std::vector<Entry>> reply) {
  auto take = std::make_shared<Take>(Take{std::move(consumer),
                                          std::clamp(count, 1, take_max),
                                          steady_ms() + std::min(wait_ms, options_.wait_ms_max),
                                          std::move(reply),
                                          {},
                                          {},
                                          "0-0",
                                          false});
  client_.post([this, take = std::move(take)] { claim(take); });
}

// First what somebody has left undone: it is the oldest.
void Results::claim(TakePtr take) {
  client_.call(command({"XAUTOCLAIM", key("stream"), group, take->consumer,
                        std::to_string(options_.retake_ms), take->cursor, "COUNT",
                        std::to_string(take->missing())},
                       false),
               [this, take](base::Result<Value> result) {
                 if (!result) return take->reply(result.error());
                 if (is_no_group(*result)) return make_group(take);
                 result = checked(std::move(result));
                 if (!result) return take->reply(result.error());
                 claimed(take, *result);
               });
}

void Results::claimed(TakePtr take, const Value& answer) {
  take->cursor = answer.at(0).text;
  const std::size_t known = take->entries.size();
  decode(*take, answer.at(1));
  std::vector<Request> counts;
  for (std::size_t i = known; i < take->entries.size(); ++i) {
    const std::string& id = take->entries[i].id;
    counts.push_back(command({"XPENDING", key("stream"), group, id, id, "1"}, true));
  }
  gather(client_, std::move(counts), [this, take, known](std::vector<base::Result<Value>> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      // Unknown (acknowledged meanwhile, or the connection broke): at least the second time.
      const auto times = answers[i] ? answers[i]->at(0).at(3).number() : std::nullopt;
      take->entries[known + i].deliveries = static_cast<std::int32_t>(times.value_or(2));
    }
    const bool has_more = take->cursor != "0-0" && !take->cursor.empty();
    if (has_more && take->missing() > 0) return claim(take);
    read(take);
  });
}

// Then what nobody has had. Waits only with empty hands.
void Results::read(TakePtr take) {
  if (take->missing() == 0) return answer(std::move(take));
  const std::int64_t left_ms = take->due_ms - steady_ms();
  const bool may_wait = take->entries.empty() && left_ms > 0;
  Request request = command(
      {"XREADGROUP", "GROUP", group, take->consumer, "COUNT", std::to_string(take->missing())},
      false);
  if (may_wait) {
    request.block_ms =
        std::min({left_ms, block_ms_max, std::max<std::int64_t>(options_.retake_ms / 2, 1)});
    request.args.insert(request.args.end(), {"BLOCK", std::to_string(request.block_ms)});
  }
  request.args.insert(request.args.end(), {"STREAMS", key("stream"), ">"});
  client_.call(std::move(request), [this, take, may_wait](base::Result<Value> result) {
    if (result && is_no_group(*result)) return make_group(take);
    result = checked(std::move(result));
    if (!result) {
      if (!take->entries.empty()) return answer(take);
      return take->reply(result.error());
    }
    decode(*take, result->at(0).at(1));
    if (!take->entries.empty() || !may_wait || steady_ms() >= take->due_ms) return answer(take);
    take->cursor = "0-0";
    claim(take);
  });
}

void Results::answer(TakePtr take) {
  for (const auto& [id, why] : take->unreadable) {
    // Without an answer: it comes again if this fails.
    client_.tell("unreadable",
                 "A result in the stream is not readable and is set aside: " + id + " " + why);
    set_aside(id, "not readable: " + why, Reply<>(client_, [](const base::Result<>&) {}));
  }
  take->reply(std::move(take->entries));
}

void Results::make_group(TakePtr take) {
  if (std::exchange(take->has_made_group, true)) {
    return take->reply(base::Error{base::ErrorCode::unavailable});
  }
  client_.call(command({"XGROUP", "CREATE", key("stream"), group, "0", "MKSTREAM"}, true),
               [this, take](base::Result<Value> result) {
                 if (!result) return take->reply(result.error());
                 if (result->is_error() && result->error_word() != "BUSYGROUP") {
                   return take->reply(strange(*result));
                 }
                 claim(take);
               });
}

// [[id, [field, value …]] …]; entries that were deleted are nil, or have no fields.
void Results::decode(Take& take, const Value& entries) {
  for (const Value& entry : entries.items) {
    if (entry.at(0).text.empty() || entry.at(1).items.empty()) continue;
    const Value& fields = entry.at(1);
    if (fields.at(0).text != "r") {
      take.unreadable.emplace_back(entry.at(0).text, "has no record");
      continue;
    }
    auto record = match::read_record(fields.at(1).text);
    if (record) {
      take.entries.push_back({entry.at(0).text, std::move(*record), 1});
    } else {
      take.unreadable.emplace_back(entry.at(0).text, record.error().sentence());
    }
  }
}

}  // namespace whoosh::state::redis
