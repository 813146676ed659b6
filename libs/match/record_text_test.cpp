// Goal: a record is read as it was written, by this release and by earlier ones, and nothing else
// is; who reads the log learns why not. Method: a round trip of every field, texts of earlier
// releases word for word, and a table of what is none of ours with the words that it is refused in.
#include "match/record_text.h"

#include <gtest/gtest.h>

namespace whoosh::match {
namespace {

// Every field is another value than that of a MatchRecord{}.
MatchRecord whole() {
  MatchRecord record;
  record.id = base::MatchId::make(1'700'000'000'000, 7);
  record.room = base::RoomId{42};
  record.epoch = 4'000'000'000;
  record.game = "suspect";
  record.started_at = {1'700'000'000'000};
  record.ended_at = {1'700'000'300'123};
  record.played_s = 300;
  record.matchmade = true;
  record.is_void = true;
  record.seats.push_back({base::UserId{9'007'199'254'740'991}, "17", "Zoë \"\\ 🎉", 2, -5, 1, true,
                          true, 33, true, 20, true});
  record.seats.push_back({base::UserId{0}, "bot_1", "Robo", 1, 900, 2});
  return record;
}

void expect_same(const MatchRecord& read, const MatchRecord& written) {
  EXPECT_EQ(read.id, written.id);
  EXPECT_EQ(read.room, written.room);
  EXPECT_EQ(read.epoch, written.epoch);
  EXPECT_EQ(read.game, written.game);
  EXPECT_EQ(read.started_at, written.started_at);
  EXPECT_EQ(read.ended_at, written.ended_at);
  EXPECT_EQ(read.played_s, written.played_s);
  EXPECT_EQ(read.matchmade, written.matchmade);
  EXPECT_EQ(read.is_void, written.is_void);
  ASSERT_EQ(read.seats.size(), written.seats.size());
  for (std::size_t i = 0; i < read.seats.size(); ++i) {
    const SeatRecord& a = read.seats[i];
    const SeatRecord& b = written.seats[i];
    EXPECT_EQ(a.user, b.user);
    EXPECT_EQ(a.public_id, b.public_id);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.placement, b.placement);
    EXPECT_EQ(a.score, b.score);
    EXPECT_EQ(a.team, b.team);
    EXPECT_EQ(a.is_winner, b.is_winner);
    EXPECT_EQ(a.feat, b.feat);
    EXPECT_EQ(a.activity_percent, b.activity_percent);
    EXPECT_EQ(a.abandoned, b.abandoned);
    EXPECT_EQ(a.played_s, b.played_s);
    EXPECT_EQ(a.newcomer_seat, b.newcomer_seat);
  }
}

TEST(RecordText, IsReadAsItWasWritten) {
  const auto read = read_record(record_text(whole()));
  ASSERT_TRUE(read.has_value()) << read.error().sentence();
  expect_same(*read, whole());
  EXPECT_EQ(record_text(*read), record_text(whole()));
  EXPECT_EQ(record_text(whole()).find('\n'), std::string::npos);
}

TEST(RecordText, SixtyFourSeatsFit) {
  MatchRecord record = whole();
  record.seats.resize(64, record.seats[0]);
  for (SeatRecord& seat : record.seats) seat.name = std::string(64, '\x01');  // the longest escapes
  const auto read = read_record(record_text(record));
  ASSERT_TRUE(read.has_value()) << read.error().sentence();
  expect_same(*read, record);
}

constexpr const char* seats_of_both =
    R"("seats":[{"user":9007199254740991,"public_id":"17","name":"Zoë \"\\ 🎉","placement":2,)"
    R"("score":-5,"team":1,"is_winner":true,"feat":true,"activity_percent":33,"abandoned":true,)"
    R"("played_s":20,"newcomer_seat":true},{"user":0,"public_id":"bot_1","name":"Robo",)"
    R"("placement":1,"score":900,"team":2,"is_winner":false,"feat":false,"activity_percent":100,)"
    R"("abandoned":false,"played_s":-1,"newcomer_seat":false}]})";

// Texts of releases that are out there, never to be changed here.
TEST(RecordText, OfTheFirstVersionIsRead) {
  const std::string text = R"({"v":1,"id":")" + whole().id.text() + R"(","room":")" +
                           whole().room.text() +
                           R"(","epoch":4000000000,"game":"suspect","started_at":1700000000000,)"
                           R"("ended_at":1700000300123,"played_s":300,"matchmade":true,)"
                           R"("is_void":true,)" +
                           seats_of_both;
  const auto read = read_record(text);
  ASSERT_TRUE(read.has_value()) << read.error().sentence();
  expect_same(*read, whole());
}

TEST(RecordText, OfFilesBeforeTheFirstVersionIsRead) {
  const std::string text =
      R"({"match":")" + whole().id.text() + R"(","room":")" + whole().room.text() +
      R"(","epoch":4000000000,"game":"suspect","started_at_ms":1700000000000,)"
      R"("ended_at_ms":1700000300123,"played_s":300,"matchmade":true,"is_void":true,)" +
      seats_of_both + "\n";
  const auto read = read_record(text);
  ASSERT_TRUE(read.has_value()) << read.error().sentence();
  expect_same(*read, whole());
}

TEST(RecordText, IsRefusedInWordsThatSayWhy) {
  const std::string good = record_text(MatchRecord{});
  ASSERT_TRUE(read_record(good).has_value());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  };
  const struct {
    std::string text;
    const char* why;
  } rows[] = {
      {"", "is no JSON"},
      {"garbage", "is no JSON"},
      {good + good, "is no JSON"},
      {good.substr(0, good.size() - 1), "is no JSON"},
      {with("\"game\":\"\"", "\"game\":\"\xff\""), "is no JSON"},
      {with("\"epoch\"", "\"v\":1,\"epoch\""), "is no JSON"},  // a member twice
      {with("\"game\":\"\"", "\"game\":\"" + std::string(record_bytes_max, 'x') + "\""),
       "is no JSON"},
      {"[]", "must be an object"},
      {"null", "must be an object"},
      {"{}", "has no version"},
      {with("\"v\":1,", ""), "has no version"},
      {with("\"v\":1", "\"v\":\"1\""), "has no version that there ever was"},
      {with("\"v\":1", "\"v\":0"), "has no version that there ever was"},
      {with("\"v\":1", "\"v\":2"), "is of version 2, 1 is the newest that is known here"},
      {with("\"epoch\":0", "\"epoch\":-1"), "epoch is out of range"},
      {with("\"epoch\":0", "\"epoch\":4294967296"), "epoch is out of range"},
      {with("\"epoch\":0", "\"epoch\":0.5"), "epoch must be a whole number"},
      {with("\"room\":\"0", "\"room\":\"x"), "room is no room id"},
      {with("\"id\":\"0", "\"id\":\"x"), "id is no match id"},
      {with("\"seats\":[]", "\"seats\":null"), "seats must be a list"},
      {with("\"seats\":[]", "\"seats\":[{\"user\":1}]"), "seats is not acceptable"},
      {R"({"match":1})", "ended_at_ms is missing"},
  };
  for (const auto& row : rows) {
    const auto read = read_record(row.text);
    ASSERT_FALSE(read.has_value()) << row.text;
    EXPECT_EQ(read.error().code, base::ErrorCode::invalid_input);
    EXPECT_EQ(read.error().sentence().substr(0, std::string_view(row.why).size()), row.why)
        << row.text.substr(0, 200);
  }
  EXPECT_TRUE(read_record("{\"more\":[1]," + good.substr(1)).has_value());
}

}  // namespace
}  // namespace whoosh::match
