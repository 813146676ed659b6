#include "match/record_text.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/described.h"

namespace whoosh::match {
namespace {

struct SeatText {
  std::int64_t user = 0;
  std::string public_id;
  std::string name;
  std::int32_t placement = 1;
  std::int32_t score = 0;
  std::int32_t team = 0;
  bool is_winner = false;
  bool feat = false;
  std::int32_t activity_percent = 100;
  bool abandoned = false;
  std::int32_t played_s = -1;
  bool newcomer_seat = false;
};
BOOST_DESCRIBE_STRUCT(SeatText, (),
                      (user, public_id, name, placement, score, team, is_winner, feat,
                       activity_percent, abandoned, played_s, newcomer_seat))

struct RecordText {
  std::int32_t v = record_version;
  std::string id;
  std::string room;
  std::uint32_t epoch = 0;
  std::string game;
  std::int64_t started_at = 0;
  std::int64_t ended_at = 0;
  std::int32_t played_s = 0;
  bool matchmade = false;
  bool is_void = false;
  std::vector<SeatText> seats;
};
BOOST_DESCRIBE_STRUCT(RecordText, (),
                      (v, id, room, epoch, game, started_at, ended_at, played_s, matchmade, is_void,
                       seats))

// What nodes wrote to files before version 1.
struct UnversionedText {
  std::string match;
  std::string room;
  std::uint32_t epoch = 0;
  std::string game;
  std::int64_t started_at_ms = 0;
  std::int64_t ended_at_ms = 0;
  std::int32_t played_s = 0;
  bool matchmade = false;
  bool is_void = false;
  std::vector<SeatText> seats;
};
BOOST_DESCRIBE_STRUCT(UnversionedText, (),
                      (match, room, epoch, game, started_at_ms, ended_at_ms, played_s, matchmade,
                       is_void, seats))

base::Error wrong(std::string why) {
  return {base::ErrorCode::invalid_input, std::move(why)};
}

// The first bad field as a sentence's end: "seats[0].placement is missing".
template <class T>
base::Result<T> decoded(const base::JsonValue& json) {
  auto text = base::decode_as<T>(json);
  if (text) return text;
  const base::Error error = text.error();
  if (error.fields.empty()) return wrong("is not acceptable");
  const auto& [field, why] = *error.fields.begin();
  return wrong(field.empty() ? why : fmt::format("{} {}", field, why));
}

base::Result<RecordText> read_unversioned(const base::JsonValue& json) {
  auto old = decoded<UnversionedText>(json);
  if (!old) return old.error();
  RecordText text;
  text.id = std::move(old->match);
  text.room = std::move(old->room);
  text.epoch = old->epoch;
  text.game = std::move(old->game);
  text.started_at = old->started_at_ms;
  text.ended_at = old->ended_at_ms;
  text.played_s = old->played_s;
  text.matchmade = old->matchmade;
  text.is_void = old->is_void;
  text.seats = std::move(old->seats);
  return text;
}

base::Result<RecordText> read_text(const base::JsonValue& json) {
  if (!json.is_object()) return wrong("must be an object");
  const auto version = json.get("v");
  if (!version) {
    if (!json.get("match")) return wrong("has no version");
    return read_unversioned(json);
  }
  const auto number = version->as_integer();
  if (!number || *number < 1) return wrong("has no version that there ever was");
  if (*number > record_version) {
    return wrong(fmt::format("is of version {}, {} is the newest that is known here", *number,
                             record_version));
  }
  return decoded<RecordText>(json);
}

}  // namespace

std::string record_text(const MatchRecord& record) {
  RecordText text;
  text.id = record.id.text();
  text.room = record.room.text();
  text.epoch = record.epoch;
  text.game = record.game;
  text.started_at = record.started_at.value;
  text.ended_at = record.ended_at.value;
  text.played_s = record.played_s;
  text.matchmade = record.matchmade;
  text.is_void = record.is_void;
  text.seats.reserve(record.seats.size());
  for (const SeatRecord& seat : record.seats) {
    text.seats.push_back({seat.user.value, seat.public_id, seat.name, seat.placement, seat.score,
                          seat.team, seat.is_winner, seat.feat, seat.activity_percent,
                          seat.abandoned, seat.played_s, seat.newcomer_seat});
  }
  return base::to_json(text);
}

base::Result<MatchRecord> read_record(std::string_view text) {
  static thread_local base::JsonParser parser(record_bytes_max);
  const auto json = parser.parse(text);
  if (!json) return wrong(fmt::format("is no JSON: {}", json.error().sentence()));
  auto in = read_text(*json);
  if (!in) return in.error();
  const auto id = base::MatchId::parse(in->id);
  if (!id) return wrong("id is no match id");
  const auto room = base::RoomId::parse(in->room);
  if (!room) return wrong("room is no room id");
  MatchRecord record;
  record.id = *id;
  record.room = *room;
  record.epoch = in->epoch;
  record.game = std::move(in->game);
  record.started_at = {in->started_at};
  record.ended_at = {in->ended_at};
  record.played_s = in->played_s;
  record.matchmade = in->matchmade;
  record.is_void = in->is_void;
  record.seats.reserve(in->seats.size());
  for (SeatText& seat : in->seats) {
    record.seats.push_back({base::UserId{seat.user}, std::move(seat.public_id),
                            std::move(seat.name), seat.placement, seat.score, seat.team,
                            seat.is_winner, seat.feat, seat.activity_percent, seat.abandoned,
                            seat.played_s, seat.newcomer_seat});
  }
  return record;
}

}  // namespace whoosh::match
