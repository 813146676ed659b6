#include "state/redis/directory.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "state/redis/answers.h"
#include "state/redis/codec.h"
#include "state/redis/gather.h"
#include "state/room_code.h"

namespace whoosh::state::redis {

namespace {

constexpr int listing_rounds_max = 1'000;  // each drops stale entries or ends

// KEYS: the room. ARGV: epoch or '' for any, node or '' for any. Answers nil: not there (or another
// node's); -1: a newer life has it; else the text of what it has taken away.
const Script release_script(1, R"(
local epoch, node, text = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'node', 'text'))
if not epoch then return false end
if ARGV[2] ~= '' and node ~= ARGV[2] then return false end
if ARGV[1] ~= '' and tonumber(epoch) > tonumber(ARGV[1]) then return -1 end
redis.call('DEL', KEYS[1])
return text
)");

// KEYS: the code. ARGV: the room, '1' if a code that is only reserved goes, too.
const Script drop_code_script(1, R"(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] ~= '1' and redis.call('PTTL', KEYS[1]) ~= -1 then return 0 end
return redis.call('DEL', KEYS[1])
)");

Request drop_code(std::string key, RoomId room, bool also_reserved) {
  Request request;
  request.key = std::move(key);
  request.script = &drop_code_script;
  request.is_idempotent = true;
  request.args = {request.key, room.text(), also_reserved ? "1" : "0"};
  return request;
}

Request release(std::string key, const std::string& epoch, const std::string& node) {
  Request request;
  request.key = std::move(key);
  request.script = &release_script;
  request.is_idempotent = true;
  request.args = {request.key, epoch, node};
  return request;
}

base::Error not_found() {
  return {base::ErrorCode::room_not_found};
}

// "<created ms>.<room>" of the last room of a page of public rooms.
std::optional<RoomEntry> parse_cursor(std::string_view text) {
  RoomEntry entry;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), entry.created_at.value);
  if (error != std::errc{} || end == text.data() + text.size() || *end != '.') return std::nullopt;
  const auto room = RoomId::parse(text.substr(static_cast<std::size_t>(end - text.data()) + 1));
  if (!room) return std::nullopt;
  entry.room = *room;
  return entry;
}

}  // namespace

std::string public_member(const RoomEntry& entry) {
  constexpr std::uint64_t top = std::uint64_t{1} << 62;
  const std::uint64_t age = top - static_cast<std::uint64_t>(entry.created_at.value);
  return RoomId{age}.text() + entry.room.text();  // 16 digits of hex each
}

// ---- one room ----------------------------------------------------------------------------------

void Directory::read(RoomId room,
                     std::function<void(base::Result<std::optional<RoomEntry>>)> then) {
  const std::string key = room_key(room);
  client_.call(command({"HGET", key, "text"}, key),
               [then = std::move(then)](base::Result<Value> result) {
                 result = checked(std::move(result));
                 if (!result) return then(result.error());
                 then(read_room(result->text));
               });
}

void Directory::find_room(RoomId room, Reply<RoomEntry> reply) {
  auto shared = std::make_shared<Reply<RoomEntry>>(std::move(reply));
  read(room, [shared](base::Result<std::optional<RoomEntry>> found) {
    if (!found) return (*shared)(found.error());
    if (!*found) return (*shared)(not_found());
    (*shared)(std::move(**found));
  });
}

void Directory::find_code(std::string code, Reply<RoomEntry> reply) {
  const std::optional<std::string> folded = fold_room_code(code);
  if (!folded) return reply(not_found());
  const std::string key = code_key(*folded);
  auto shared = std::make_shared<Reply<RoomEntry>>(std::move(reply));
  client_.call(
      command({"GET", key}, key), [this, shared, letters = *folded](base::Result<Value> result) {
        result = checked(std::move(result));
        if (!result) return (*shared)(result.error());
        const auto room = RoomId::parse(result->text);
        if (!room) return (*shared)(not_found());
        read(*room,
             [this, shared, letters, room = *room](base::Result<std::optional<RoomEntry>> found) {
               if (!found) return (*shared)(found.error());
               if (*found && (*found)->code == letters) return (*shared)(std::move(**found));
               drop_stale_code(letters, room);
               (*shared)(not_found());
             });
      });
}

// A lasting code whose room does not say that it has it: left behind by somebody who died.
void Directory::drop_stale_code(const std::string& code, RoomId room) {
  read(room, [this, code, room](base::Result<std::optional<RoomEntry>> found) {
    if (!found || (*found && (*found)->code == code)) return;
    // Without an answer: whoever meets the code next tries again.
    client_.call(drop_code(code_key(code), room, false), [](const base::Result<Value>&) {});
  });
}

void Directory::release_room(RoomId room, std::uint32_t epoch, Reply<> reply) {
  auto shared = std::make_shared<Reply<>>(std::move(reply));
  client_.call(release(room_key(room), std::to_string(epoch), ""),
               [this, shared](base::Result<Value> result) {
                 result = checked(std::move(result));
                 if (!result) return (*shared)(result.error());
                 if (result->kind == Value::Kind::integer) {
                   return (*shared)(base::Error{base::ErrorCode::conflict});
                 }
                 const auto entry = read_room(result->text);
                 if (!entry) return (*shared)(base::Result<>{});
                 forget(*entry, [shared] { (*shared)(base::Result<>{}); });
               });
}

// Its code and its places. What can't be dropped now is dropped by whoever meets it.
void Directory::forget(const RoomEntry& entry, std::function<void()> then) {
  std::vector<Request> requests{drop_code(code_key(entry.code), entry.room, true)};
  const auto drop = [&](std::string key, const std::string& member) {
    std::vector<std::string> args{"ZREM", key, member};
    requests.push_back(command(std::move(args), std::move(key)));
  };
  drop(node_key(""), entry.room.text());
  if (!entry.node.empty()) drop(node_key(entry.node), entry.room.text());
  if (entry.is_public) {
    drop(public_key(""), public_member(entry));
    if (!entry.game.empty()) drop(public_key(entry.game), public_member(entry));
  }
  gather(client_, std::move(requests),
         [then = std::move(then)](const std::vector<base::Result<Value>>&) { then(); });
}

// ---- the rooms of a dead node ------------------------------------------------------------------

struct Directory::Sweep {
  std::string node;
  std::uint16_t number = 0;
  Reply<std::int64_t> reply;
  std::int64_t released = 0;
  std::size_t missing = 0;
};

void Directory::release_node(std::string node, std::uint16_t number, Reply<std::int64_t> reply) {
  if (node.empty()) return reply(std::int64_t{0});
  sweep(std::make_shared<Sweep>(Sweep{std::move(node), number, std::move(reply), 0, 0}));
}

void Directory::sweep(SweepPtr sweep) {
  // The ids of a node number are a range: it is their upper bits.
  const RoomId first = RoomId::make(sweep->number, base::ShardNo{0}, 0);
  const RoomId end{first.value + (std::uint64_t{1} << 51)};
  const std::string key = node_key(sweep->node);
  const std::string limit = std::to_string(release_max - sweep->released);
  client_.call(
      command({"ZRANGEBYLEX", key, "[" + first.text(), "(" + end.text(), "LIMIT", "0", limit}, key),
      [this, sweep](base::Result<Value> members) {
        members = checked(std::move(members));
        if (!members) return sweep->reply(members.error());
        if (members->items.empty()) return sweep->reply(sweep->released);
        swept(sweep, *members);
      });
}

void Directory::swept(SweepPtr sweep, const Value& members) {
  std::vector<Request> requests;
  std::vector<std::string> stale{"ZREM", node_key(sweep->node)};
  std::vector<std::string> ids;
  for (const Value& member : members.items) {
    stale.push_back(member.text);
    if (const auto room = RoomId::parse(member.text)) {
      requests.push_back(release(room_key(*room), "", sweep->node));
    }
  }
  const auto ended = [this, sweep, stale](bool is_whole) {
    if (!is_whole) return sweep->reply(base::Error{base::ErrorCode::unavailable});
    client_.call(command(stale, stale[1]), [this, sweep](base::Result<Value> dropped) {
      dropped = checked(std::move(dropped));
      if (!dropped) return sweep->reply(dropped.error());
      if (sweep->released >= release_max) return sweep->reply(sweep->released);
      this->sweep(sweep);  // what was stale made no progress: on with the next
    });
  };
  gather(client_, std::move(requests),
         [this, sweep, ended](std::vector<base::Result<Value>> answers) {
           bool is_whole = true;
           std::vector<RoomEntry> gone;
           for (base::Result<Value>& answer : answers) {
             answer = checked(std::move(answer));
             is_whole = is_whole && answer.has_value();
             if (!answer) continue;
             if (auto entry = read_room(answer->text)) gone.push_back(std::move(*entry));
           }
           sweep->released += static_cast<std::int64_t>(gone.size());
           sweep->missing = gone.size();
           if (gone.empty()) return ended(is_whole);
           for (const RoomEntry& entry : gone) {
             forget(entry, [sweep, ended, is_whole] {
               if (--sweep->missing == 0) ended(is_whole);
             });
           }
         });
}

// ---- pages -------------------------------------------------------------------------------------

struct Directory::Listing {
  std::string key;
  std::string after;  // the last member that was read; "": none yet
  std::size_t limit = 0;
  std::function<bool(const RoomEntry&, const std::string&)> belongs;
  std::function<std::string(const RoomEntry&)> cursor;
  Reply<Page> reply;
  std::vector<RoomEntry> rooms;
  int rounds = 0;
};

void Directory::rooms(std::string node, std::optional<std::string> cursor, std::int32_t limit,
                      Reply<Page> reply) {
  if (cursor && !RoomId::parse(*cursor)) return reply(base::Error{base::ErrorCode::malformed});
  list(std::make_shared<Listing>(Listing{node_key(node),
                                         cursor.value_or(""),
                                         static_cast<std::size_t>(std::clamp(limit, 1, page_max)),
                                         [node](const RoomEntry& entry, const std::string& member) {
                                           return entry.room.text() == member &&
                                                  (node.empty() || entry.node == node);
                                         },
                                         [](const RoomEntry& entry) { return entry.room.text(); },
                                         std::move(reply),
                                         {},
                                         0}));
}

void Directory::public_rooms(std::string game, std::optional<std::string> cursor,
                             std::int32_t limit, Reply<Page> reply) {
  std::string after;
  if (cursor) {
    const auto place = parse_cursor(*cursor);
    if (!place) return reply(base::Error{base::ErrorCode::malformed});
    after = public_member(*place);
  }
  list(std::make_shared<Listing>(Listing{public_key(game),
                                         std::move(after),
                                         static_cast<std::size_t>(std::clamp(limit, 1, page_max)),
                                         [game](const RoomEntry& entry, const std::string& member) {
                                           return entry.is_public &&
                                                  public_member(entry) == member &&
                                                  (game.empty() || entry.game == game);
                                         },
                                         [](const RoomEntry& entry) {
                                           return std::to_string(entry.created_at.value) + "." +
                                                  entry.room.text();
                                         },
                                         std::move(reply),
                                         {},
                                         0}));
}

void Directory::list(ListingPtr listing) {
  if (++listing->rounds > listing_rounds_max) {
    return listing->reply(base::Error{base::ErrorCode::unavailable});
  }
  const std::string from = listing->after.empty() ? "-" : "(" + listing->after;
  const std::string count = std::to_string(listing->limit + 1 - listing->rooms.size());
  client_.call(command({"ZRANGEBYLEX", listing->key, from, "+", "LIMIT", "0", count}, listing->key),
               [this, listing](base::Result<Value> members) {
                 members = checked(std::move(members));
                 if (!members) return listing->reply(members.error());
                 listed(listing, *members);
               });
}

void Directory::listed(ListingPtr listing, const Value& members) {
  std::vector<Request> requests;
  std::vector<std::string> names;
  for (const Value& member : members.items) {
    const std::size_t id = member.text.size() >= 16 ? member.text.size() - 16 : 0;
    const auto room = RoomId::parse(std::string_view(member.text).substr(id));
    const std::string key = room ? room_key(*room) : listing->key + "?";
    requests.push_back(command({"HGET", key, "text"}, key));
    names.push_back(member.text);
  }
  const bool is_last = names.size() < listing->limit + 1 - listing->rooms.size();
  gather(client_, std::move(requests),
         [this, listing, names, is_last](std::vector<base::Result<Value>> answers) {
           std::vector<std::string> stale{"ZREM", listing->key};
           for (std::size_t i = 0; i < answers.size(); ++i) {
             const auto text = checked(std::move(answers[i]));
             if (!text) return listing->reply(text.error());
             auto entry = read_room(text->text);
             if (entry && listing->belongs(*entry, names[i])) {
               listing->rooms.push_back(std::move(*entry));
             } else {
               stale.push_back(names[i]);
             }
             listing->after = names[i];
           }
           if (stale.size() > 2) {  // whoever reads it next drops what stays
             client_.call(command(stale, listing->key), [](const base::Result<Value>&) {});
           }
           if (!is_last && listing->rooms.size() <= listing->limit) return list(listing);
           Page page;
           page.rooms = std::move(listing->rooms);
           if (page.rooms.size() > listing->limit) {
             page.rooms.resize(listing->limit);
             page.next = listing->cursor(page.rooms.back());
           }
           listing->reply(std::move(page));
         });
}

}  // namespace whoosh::state::redis
