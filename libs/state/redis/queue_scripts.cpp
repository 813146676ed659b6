#include "state/redis/queue_scripts.h"

#include <string>

namespace whoosh::state::redis {

namespace {

// finish() ends a searching ticket; expire() those that are due, a bounded number at a time;
// seen() is what the port shows of a ticket.
constexpr std::string_view common = R"(
local time = now(ARGV[1])
local P = string.sub(KEYS[1], 1, -9)
local second, window = 1000, 300000
local bucket_ms, ended_ms, matched_ms = 10 * second, 300 * second, 86400 * second

local function finish(id, status)
  local key = P .. 'ticket:' .. id
  local user, line = unpack(redis.call('HMGET', key, 'user', 'line'))
  redis.call('HSET', key, 'status', status)
  redis.call('ZREM', KEYS[1], id)
  redis.call('ZREM', P .. 'expiries', id)
  if line then redis.call('ZREM', P .. 'line:' .. line, id) end
  local keep = ended_ms
  if status == 'matched' then
    keep = matched_ms
    local rate = P .. 'rate:' .. line
    redis.call('HINCRBY', rate, whole(math.floor(time / bucket_ms)), 1)
    redis.call('PEXPIRE', rate, whole(window + 60 * second))
  end
  redis.call('PEXPIRE', key, whole(keep))
  if user then redis.call('PEXPIRE', P .. 'user:' .. user, whole(keep)) end
  redis.call('XADD', P .. 'ended', 'MAXLEN', '~', '10000', '*', 't', id)
end

local function expire(most)
  local due = redis.call('ZRANGEBYSCORE', P .. 'expiries', '-inf', whole(time), 'LIMIT', 0, most)
  for _, id in ipairs(due) do finish(id, 'expired') end
end

local function matched_lately(line)
  local rate, sum = P .. 'rate:' .. line, 0
  local all = redis.call('HGETALL', rate)
  for i = 1, #all, 2 do
    if (tonumber(all[i]) + 1) * bucket_ms + window < time then
      redis.call('HDEL', rate, all[i])
    else
      sum = sum + tonumber(all[i + 1])
    end
  end
  return sum
end

local function seen(id)
  local text, status, room, line =
      unpack(redis.call('HMGET', P .. 'ticket:' .. id, 'text', 'status', 'room', 'line'))
  if status ~= 'searching' then return {text, status, room or ''} end
  local key = P .. 'line:' .. line
  return {text, status, '', (redis.call('ZRANK', key, id) or 0) + 1, redis.call('ZCARD', key),
          matched_lately(line)}
end
)";

std::string with_common(std::string_view program) {
  return std::string(common) + std::string(program);
}

}  // namespace

const Script join_ticket_script(1, with_common(R"(
local _, id, user, line, text, ends, most, gone = unpack(ARGV)
expire(100)
local own = P .. 'user:' .. user
local mine = redis.call('GET', own)
if mine then
  local key = P .. 'ticket:' .. mine
  local status, present, over, room =
      unpack(redis.call('HMGET', key, 'status', 'line', 'over', 'room_id'))
  if status == 'searching' then
    if present ~= line then return {'other'} end
    return {'mine', seen(mine)}
  end
  if status == 'matched' and over ~= '1' and room ~= gone then
    return {'playing', seen(mine), room}
  end
  redis.call('DEL', key, own)
end
local key = P .. 'ticket:' .. id
if redis.call('ZCARD', KEYS[1]) >= tonumber(most) or redis.call('EXISTS', key) == 1 then
  return {'full'}
end
local arrival = whole(redis.call('INCR', P .. 'last'))
redis.call('HSET', key, 'user', user, 'line', line, 'text', text, 'status', 'searching')
redis.call('SET', own, id)
redis.call('ZADD', KEYS[1], arrival, id)
redis.call('ZADD', P .. 'expiries', ends, id)
redis.call('ZADD', P .. 'line:' .. line, arrival, id)
return {'fresh', seen(id)}
)"));

const Script find_ticket_script(1, with_common(R"(
expire(100)
if redis.call('HGET', P .. 'ticket:' .. ARGV[2], 'user') ~= ARGV[3] then return false end
return seen(ARGV[2])
)"));

const Script cancel_ticket_script(1, with_common(R"(
local id = ARGV[2]
expire(100)
if id == '' then
  id = redis.call('GET', P .. 'user:' .. ARGV[3])
  if not id then return 1 end
end
local user, status = unpack(redis.call('HMGET', P .. 'ticket:' .. id, 'user', 'status'))
if user ~= ARGV[3] then return ARGV[2] == '' and 1 or 0 end
if status == 'searching' then finish(id, 'cancelled') end
return 1
)"));

const Script searching_script(1, with_common(R"(
expire(1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf', 'WITHSCORES',
                  'LIMIT', 0, ARGV[3])
)"));

const Script match_script(1, with_common(R"(
local by, room, room_id = ARGV[2], ARGV[3], ARGV[4]
expire(100)
local met, before = {}, 0
for i = 5, #ARGV do
  local id = ARGV[i]
  if met[id] then return 0 end
  met[id] = true
  local status, former = unpack(redis.call('HMGET', P .. 'ticket:' .. id, 'status', 'by'))
  if status == 'matched' and former == by then
    before = before + 1
  elseif status ~= 'searching' then
    return 0
  end
end
if #ARGV < 5 then return 0 end
if before > 0 then return 1 end
for i = 5, #ARGV do
  redis.call('HSET', P .. 'ticket:' .. ARGV[i], 'room', room, 'room_id', room_id, 'by', by)
  finish(ARGV[i], 'matched')
end
return 1
)"));

const Script match_over_script(1, with_common(R"(
for i = 3, #ARGV do
  local id = redis.call('GET', P .. 'user:' .. ARGV[i])
  local key = id and P .. 'ticket:' .. id
  if key and redis.call('HGET', key, 'room_id') == ARGV[2] then
    redis.call('HSET', key, 'over', '1')
  end
end
return 1
)"));

}  // namespace whoosh::state::redis
