// Revocations: the part of nodes.h that is a log with cursors.
#include <algorithm>
#include <utility>

#include "state/redis/codec.h"
#include "state/redis/nodes.h"

namespace whoosh::state::redis {

namespace {

constexpr std::size_t page_max = 1'000;
constexpr int forgotten_a_call = 1'000;

// KEYS: log, ends, last, life. ARGV: time, a random name, how many are forgotten at most, then end
// and text of each.
const Script publish_script(4, R"(
local time = now(ARGV[1])
redis.call('SET', KEYS[4], ARGV[2], 'NX')
local over = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', whole(time), 'LIMIT', 0, ARGV[3])
for _, text in ipairs(over) do
  redis.call('ZREM', KEYS[1], text)
  redis.call('ZREM', KEYS[2], text)
end
for i = 4, #ARGV, 2 do
  if tonumber(ARGV[i]) > time then
    redis.call('ZADD', KEYS[1], whole(redis.call('INCR', KEYS[3])), ARGV[i + 1])
    redis.call('ZADD', KEYS[2], ARGV[i], ARGV[i + 1])
  end
end
return 1
)");

// ARGV: time, the life and the number of the cursor, most answered. Answers the life, the time and
// texts with their numbers.
const Script since_script(4, R"(
local life = redis.call('GET', KEYS[4]) or ''
local last = tonumber(redis.call('GET', KEYS[3]) or '0')
local after = tonumber(ARGV[3])
if ARGV[2] ~= life or after > last then after = 0 end
return {life, whole(now(ARGV[1])), whole(after),
        redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. whole(after), '+inf', 'WITHSCORES',
                   'LIMIT', 0, ARGV[4])}
)");

}  // namespace

struct Revocations::Writing {
  std::vector<Revoked> revoked;
  std::size_t done = 0;
  std::string life;
  Reply<> reply;
};

struct Revocations::Reading {
  std::string life;
  std::int64_t after = 0;
  News news;
  Reply<News> reply;
};

Request Revocations::run(const Script& script, std::vector<std::string> args) const {
  Request request;
  request.key = client_.key("{revoked}:log");
  request.script = &script;
  request.is_idempotent = true;
  for (const char* name : {"log", "ends", "last", "life"}) {
    request.args.push_back(client_.key("{revoked}:" + std::string(name)));
  }
  request.args.push_back(time_.text());
  request.args.insert(request.args.end(), args.begin(), args.end());
  return request;
}

void Revocations::publish(std::vector<Revoked> revoked, Reply<> reply) {
  if (revoked.empty()) return reply(base::Result<>{});
  client_.post([this, writing = std::make_shared<Writing>(
                          Writing{std::move(revoked), 0, {}, std::move(reply)})] {
    writing->life = client_.random_name();
    write(writing);
  });
}

void Revocations::write(std::shared_ptr<Writing> writing) {
  std::vector<std::string> args{writing->life, std::to_string(forgotten_a_call)};
  const std::size_t end = std::min(writing->revoked.size(), writing->done + page_max);
  for (; writing->done < end; ++writing->done) {
    const Revoked& one = writing->revoked[writing->done];
    args.push_back(std::to_string(one.until.value));
    args.push_back(text_of(one));
  }
  client_.call(run(publish_script, std::move(args)), [this, writing](base::Result<Value> result) {
    result = checked(std::move(result));
    if (!result) return writing->reply(result.error());
    if (writing->done < writing->revoked.size()) return write(writing);
    writing->reply(base::Result<>{});
  });
}

void Revocations::since(std::string cursor, Reply<News> reply) {
  auto reading = std::make_shared<Reading>(Reading{{}, 0, {}, std::move(reply)});
  // "<life>.<number>"; anything else is as good as none.
  if (const std::size_t dot = cursor.rfind('.'); dot != std::string::npos) {
    Value number;
    number.kind = Value::Kind::text;
    number.text = cursor.substr(dot + 1);
    if (const auto after = number.number(); after && *after >= 0) {
      reading->life = cursor.substr(0, dot);
      reading->after = *after;
    }
  }
  read(std::move(reading));
}

void Revocations::read(std::shared_ptr<Reading> reading) {
  std::vector<std::string> args{reading->life, std::to_string(reading->after),
                                std::to_string(page_max)};
  client_.call(run(since_script, std::move(args)), [this, reading](base::Result<Value> result) {
    result = checked(std::move(result));
    if (!result) return reading->reply(result.error());
    reading->life = result->at(0).text;
    const std::int64_t now = result->at(1).number().value_or(0);
    reading->after = result->at(2).number().value_or(0);
    const Value& rows = result->at(3);
    for (std::size_t i = 0; i + 1 < rows.items.size(); i += 2) {
      auto one = read_revoked(rows.at(i).text);
      if (one && one->until.value > now) reading->news.revoked.push_back(std::move(*one));
      reading->after = rows.at(i + 1).number().value_or(reading->after);
    }
    if (rows.items.size() >= 2 * page_max) return read(reading);
    reading->news.cursor = reading->life + "." + std::to_string(reading->after);
    reading->reply(std::move(reading->news));
  });
}

}  // namespace whoosh::state::redis
