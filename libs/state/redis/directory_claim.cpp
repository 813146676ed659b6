// How a room is entered, step by step: the part of directory.h that keeps codes unique without a
// transaction over slots.
#include <utility>

#include "state/redis/answers.h"
#include "state/redis/codec.h"
#include "state/redis/directory.h"
#include "state/redis/gather.h"
#include "state/room_code.h"

namespace whoosh::state::redis {

namespace {

constexpr int codes_tried_max = 1'000;  // each is taken with probability < 1/5, see rooms_max
constexpr int rounds_max = 4;           // of the whole, when another claim of the room interferes

// KEYS: the room. ARGV: epoch, code, node, text, the code it may have had before. Answers
// {-1}: a newer life has it; {0}: it has another code by now; {1, the text before or ''}.
const Script write_script(1, R"(
local epoch, code, text = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'code', 'text'))
if epoch then
  if tonumber(epoch) > tonumber(ARGV[1]) then return {-1} end
  if code ~= ARGV[2] and code ~= ARGV[5] then return {0} end
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'code', ARGV[2], 'node', ARGV[3], 'text', ARGV[4])
return {1, text or ''}
)");

// KEYS: the code. ARGV: the room. Makes it lasting; 0: it is another room's.
const Script keep_code_script(1, R"(
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
)");

}  // namespace

struct Directory::Claim {
  RoomEntry entry;
  Reply<RoomEntry> reply;
  std::optional<RoomEntry> present;  // as it was found
  std::string former_code;           // lost to another room
  std::string had_code;              // before the state lost it; tried first
  std::size_t live_rooms = 0;
  int codes_tried = 0;
  int rounds = 0;
};

void Directory::claim_room(RoomEntry entry, Reply<RoomEntry> reply) {
  std::string had = entry.code;
  auto claim = std::make_shared<Claim>(
      Claim{std::move(entry), std::move(reply), std::nullopt, {}, std::move(had), 0, 0, 0});
  client_.post([this, claim = std::move(claim)] { look(claim); });
}

void Directory::look(ClaimPtr claim) {
  const std::string room = room_key(claim->entry.room);
  const std::string all = node_key("");
  gather(client_, {command({"HGET", room, "text"}, room), command({"ZCARD", all}, all)},
         [this, claim](std::vector<base::Result<Value>> answers) {
           const auto text = checked(std::move(answers[0]));
           const auto count = checked(std::move(answers[1]));
           if (!text) return claim->reply(text.error());
           if (!count) return claim->reply(count.error());
           claim->present = read_room(text->text);
           claim->live_rooms = static_cast<std::size_t>(count->integer);
           looked(claim);
         });
}

void Directory::looked(ClaimPtr claim) {
  if (claim->present) {
    if (claim->present->epoch > claim->entry.epoch) {
      return claim->reply(base::Error{base::ErrorCode::conflict});
    }
    claim->former_code = claim->present->code;
    claim->entry.code = claim->present->code;
    return write(std::move(claim));
  }
  if (claim->live_rooms >= rooms_max) {
    base::Error full{base::ErrorCode::unavailable, "There are too many rooms just now."};
    return claim->reply(std::move(full));
  }
  reserve_code(std::move(claim));
}

void Directory::reserve_code(ClaimPtr claim) {
  if (++claim->codes_tried > codes_tried_max) {
    base::Error full{base::ErrorCode::unavailable, "There are too many rooms just now."};
    return claim->reply(std::move(full));
  }
  std::string code = std::exchange(claim->had_code, {});
  if (fold_room_code(code) != code || code.empty()) {
    code = random_room_code(rng_, room_code_length(claim->live_rooms));
  }
  const std::string room = claim->entry.room.text();
  const std::string key = code_key(code);
  client_.call(
      command({"SET", key, room, "NX", "GET", "PX", std::to_string(code_reserved_ms)}, key),
      [this, claim, code, room](base::Result<Value> result) {
        result = checked(std::move(result));
        if (!result) return claim->reply(result.error());
        if (result->is_nil() || result->text == room) {
          claim->entry.code = code;
          return write(claim);
        }
        if (const auto owner = RoomId::parse(result->text)) drop_stale_code(code, *owner);
        reserve_code(claim);
      });
}

void Directory::write(ClaimPtr claim) {
  Request request;
  request.key = room_key(claim->entry.room);
  request.script = &write_script;
  request.is_idempotent = true;
  request.args = {request.key,           std::to_string(claim->entry.epoch),
                  claim->entry.code,     claim->entry.node,
                  text_of(claim->entry), claim->former_code};
  client_.call(std::move(request), [this, claim](base::Result<Value> result) {
    result = checked(std::move(result));
    if (!result) return claim->reply(result.error());
    const std::int64_t outcome = result->at(0).integer;
    if (outcome < 0) return claim->reply(base::Error{base::ErrorCode::conflict});
    if (outcome == 0) return again(claim);
    claim->present = read_room(result->at(1).text);
    enter(claim);
  });
}

void Directory::enter(ClaimPtr claim) {
  const RoomEntry& entry = claim->entry;
  const std::string room = entry.room.text();
  Request keep;
  keep.key = code_key(entry.code);
  keep.script = &keep_code_script;
  keep.is_idempotent = true;
  keep.args = {keep.key, room};
  std::vector<Request> requests{std::move(keep)};
  const auto add = [&](const char* verb, std::string key, const std::string& member) {
    std::vector<std::string> args{verb, key, member};
    if (args[0] == "ZADD") args.insert(args.begin() + 2, "0");
    requests.push_back(command(std::move(args), std::move(key)));
  };
  add("ZADD", node_key(""), room);
  if (!entry.node.empty()) add("ZADD", node_key(entry.node), room);
  const std::optional<RoomEntry>& before = claim->present;
  if (before && before->node != entry.node && !before->node.empty()) {
    add("ZREM", node_key(before->node), room);
  }
  const std::string place = public_member(entry);
  if (before && before->is_public &&
      (!entry.is_public || before->game != entry.game || public_member(*before) != place)) {
    add("ZREM", public_key(""), public_member(*before));
    if (!before->game.empty()) add("ZREM", public_key(before->game), public_member(*before));
  }
  if (entry.is_public) {
    add("ZADD", public_key(""), place);
    if (!entry.game.empty()) add("ZADD", public_key(entry.game), place);
  }
  gather(client_, std::move(requests), [this, claim](std::vector<base::Result<Value>> answers) {
    for (base::Result<Value>& answer : answers) {
      answer = checked(std::move(answer));
      if (!answer) return claim->reply(answer.error());
    }
    if (answers.front()->integer == 0) {
      // Its code lapsed before it was made lasting, and another room has it.
      claim->former_code = claim->entry.code;
      if (++claim->rounds < rounds_max) return reserve_code(claim);
      return claim->reply(base::Error{base::ErrorCode::unavailable});
    }
    claim->reply(std::move(claim->entry));
  });
}

void Directory::again(ClaimPtr claim) {
  if (++claim->rounds < rounds_max) return look(std::move(claim));
  claim->reply(base::Error{base::ErrorCode::unavailable});
}

}  // namespace whoosh::state::redis
