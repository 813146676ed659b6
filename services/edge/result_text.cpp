// The text of a result in a file of the spool.
#include <utility>

#include "base/described.h"
#include "services/edge/result_spool.h"

namespace whoosh::edge {
namespace {

constexpr std::size_t record_bytes_max = 256 * 1024;

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
  std::string match;
  std::string room;
  std::int64_t epoch = 0;
  std::string game;
  std::int64_t started_at_ms = 0;
  std::int64_t ended_at_ms = 0;
  std::int32_t played_s = 0;
  bool matchmade = false;
  bool is_void = false;
  std::vector<SeatText> seats;
};
BOOST_DESCRIBE_STRUCT(RecordText, (),
                      (match, room, epoch, game, started_at_ms, ended_at_ms, played_s, matchmade,
                       is_void, seats))

}  // namespace

std::string record_text(const match::MatchRecord& record) {
  RecordText out;
  out.match = record.id.text();
  out.room = record.room.text();
  out.epoch = record.epoch;
  out.game = record.game;
  out.started_at_ms = record.started_at.value;
  out.ended_at_ms = record.ended_at.value;
  out.played_s = record.played_s;
  out.matchmade = record.matchmade;
  out.is_void = record.is_void;
  for (const match::SeatRecord& seat : record.seats) {
    out.seats.push_back({seat.user.value, seat.public_id, seat.name, seat.placement, seat.score,
                         seat.team, seat.is_winner, seat.feat, seat.activity_percent,
                         seat.abandoned, seat.played_s, seat.newcomer_seat});
  }
  return base::to_json(out) + "\n";
}

std::optional<match::MatchRecord> parse_record(std::string_view text) {
  thread_local base::JsonParser parser(record_bytes_max);
  const auto json = parser.parse(text);
  if (!json) return std::nullopt;
  auto in = base::decode_as<RecordText>(*json);
  if (!in || !std::in_range<std::uint32_t>(in->epoch)) return std::nullopt;
  const auto match = base::MatchId::parse(in->match);
  const auto room = base::RoomId::parse(in->room);
  if (!match || !room) return std::nullopt;
  match::MatchRecord record;
  record.id = *match;
  record.room = *room;
  record.epoch = static_cast<std::uint32_t>(in->epoch);
  record.game = std::move(in->game);
  record.started_at = {in->started_at_ms};
  record.ended_at = {in->ended_at_ms};
  record.played_s = in->played_s;
  record.matchmade = in->matchmade;
  record.is_void = in->is_void;
  for (SeatText& seat : in->seats) {
    record.seats.push_back({base::UserId{seat.user}, std::move(seat.public_id),
                            std::move(seat.name), seat.placement, seat.score, seat.team,
                            seat.is_winner, seat.feat, seat.activity_percent, seat.abandoned,
                            seat.played_s, seat.newcomer_seat});
  }
  return record;
}

}  // namespace whoosh::edge
