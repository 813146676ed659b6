// A world for the tests of shard: virtual time, seeded entropy, clients that read what they are
// sent, apply STATE patches (RFC 7396) and notice gaps. Header only; included by tests, benchmarks
// and fuzz targets.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "room/test_game.h"
#include "shard/shard.h"

namespace whoosh::shard::test {

// A JSON value that can be changed.
struct Json {
  using Kind = base::JsonValue::Kind;
  Kind kind = Kind::Null;
  std::string scalar;  // text of scalars and arrays
  std::map<std::string, Json> members;

  static Json read(const base::JsonValue& value) {
    Json out;
    out.kind = value.kind();
    if (value.is_object()) {
      value.for_each_member([&](std::string_view key, const base::JsonValue& item) {
        out.members[std::string(key)] = read(item);
      });
    } else {
      out.scalar = value.text();
    }
    return out;
  }
  static Json read(std::string_view text) {
    base::JsonParser parser(1 << 20, 16);
    const auto value = parser.parse(text);
    EXPECT_TRUE(value.has_value()) << text;
    return value ? read(*value) : Json{};
  }

  // RFC 7396, section 2.
  void merge(const Json& patch) {
    if (patch.kind != Kind::Object) {
      *this = patch;
      return;
    }
    if (kind != Kind::Object) *this = Json{Kind::Object, {}, {}};
    for (const auto& [key, value] : patch.members) {
      if (value.kind == Kind::Null)
        members.erase(key);
      else
        members[key].merge(value);
    }
  }
  [[nodiscard]] const Json& at(const std::string& key) const {
    static const Json none;
    const auto found = members.find(key);
    return found == members.end() ? none : found->second;
  }
  [[nodiscard]] std::string text(const std::string& key) const {  // of a member, without quotes
    const std::string& raw = at(key).scalar;
    return raw.size() >= 2 && raw.front() == '"' ? raw.substr(1, raw.size() - 2) : raw;
  }
  [[nodiscard]] std::int64_t number(const std::string& key) const {
    return std::stoll("0" + at(key).scalar);
  }
  bool operator==(const Json&) const = default;
};

struct Message {
  std::string type;
  Json payload;
  std::string raw;
};

struct Client {
  std::vector<Message> messages;  // since the last clear
  Json state;
  std::int64_t seq = -1;
  std::string resume;
  std::string id;
  std::size_t gaps = 0;
  std::optional<wire::Close> closed;

  void hear(std::string_view text) {
    const Json message = Json::read(text);
    const std::string type = message.text("type");
    const Json& payload = message.at("payload");
    if (type == "WELCOME") {
      state = payload.at("state");
      seq = payload.number("seq");
      resume = payload.text("resume");
      id = payload.at("you").text("id");
    } else if (type == "STATE") {
      gaps += payload.number("seq") != seq + 1;
      seq = payload.number("seq");
      state.merge(payload.at("patch"));
    } else if (type == "TICK") {
      gaps += payload.number("seq") != seq;
    }
    messages.push_back({type, payload, std::string(text)});
  }
  [[nodiscard]] std::size_t count(std::string_view type) const {
    std::size_t n = 0;
    for (const Message& message : messages) n += message.type == type;
    return n;
  }
  [[nodiscard]] const Json& last(std::string_view type) const {
    static const Json none;
    for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
      if (at->type == type) return at->payload;
    }
    return none;
  }
};

class World final : public FrameSink, public Owner {
 public:
  explicit World(std::uint64_t seed = 1, Options options = {})
      : entropy(seed), shard(base::ShardNo{3}, options, clock, entropy, *this, *this) {}

  // FrameSink
  void send(ConnId conn, std::string_view text) override {
    ++frames;
    if (stuck.count(conn.value) != 0) {
      shard.on_overflow(conn);
      return;
    }
    if (deaf) return;
    clients[conn.value].hear(text);
  }
  void close(ConnId conn, wire::Close code, std::string_view) override {
    EXPECT_FALSE(clients[conn.value].closed.has_value()) << "closed twice";
    clients[conn.value].closed = code;
  }
  // Owner
  void match_finished(match::MatchRecord record) override {
    records.push_back(record);
    if (!settles) return;
    match::Settlement settlement;
    settlement.rated = record.matchmade;
    for (const auto& seat : record.seats) {
      if (seat.user.value == 0) continue;
      match::PlayerAfter after;
      after.user = seat.user;
      after.elo_after = 1010;
      after.xp_gained = 50;
      settlement.players.push_back(after);
    }
    shard.settled(record.room, record.id, settlement);
  }
  [[nodiscard]] bool wants_logs() const override { return true; }
  void match_logged(RoomId, MatchId, std::string_view log) override { logs.emplace_back(log); }
  void room_closed(RoomId room, std::uint32_t, std::string_view why) override {
    closed_rooms.push_back(room);
    why_closed = why;
  }
  void room_broken(RoomId, std::string_view why, std::string_view log) override {
    broken = why;
    logs.emplace_back(log);
  }

  RoomId make(std::uint64_t number, bool matchmade = false, std::vector<UserId> expected = {},
              wire::SettingsChange settings = {}) {
    RoomSpec spec;
    spec.id = RoomId{number};
    spec.code = "BRTK";
    spec.game = &room::test::counter();
    spec.matchmade = matchmade;
    spec.is_public = matchmade;
    spec.expected = std::move(expected);
    spec.settings = std::move(settings);
    EXPECT_TRUE(shard.create_room(spec).has_value());
    return spec.id;
  }
  [[nodiscard]] Admission admission(RoomId room, std::int64_t user,
                                    wire::Role role = wire::Role::player) {
    Admission out;
    out.conn = ConnId{next_conn++};
    out.room = room;
    out.who = {UserId{user}, fmt::format("P{}", user), "owl", false};
    out.role = role;
    return out;
  }
  ConnId join(RoomId room, std::int64_t user, wire::Role role = wire::Role::player) {
    const Admission in = admission(room, user, role);
    EXPECT_TRUE(shard.check(in).has_value());
    EXPECT_TRUE(shard.admit(in).has_value());
    return in.conn;
  }
  void say(ConnId conn, std::string text) {
    shard.on_text(conn, {text.data(), text.size()});
    shard.flush();
  }
  void say(ConnId conn, std::string_view type, std::string_view payload, std::string_view id = {}) {
    std::string text = fmt::format(R"({{"type":"{}","payload":{})", type, payload);
    if (!id.empty()) text += fmt::format(R"(,"id":"{}")", id);
    say(conn, text + "}");
  }
  void drop(ConnId conn) {
    shard.on_closed(conn);
    shard.flush();
  }
  void pass_ms(std::int64_t ms) {
    for (std::int64_t left = ms; left > 0;) {
      const std::int64_t step = std::min<std::int64_t>(left, 50);
      clock.advance_ms(step);
      left -= step;
      shard.run_due();
    }
  }
  void pass_s(std::int64_t seconds) { pass_ms(seconds * 1000); }
  Client& at(ConnId conn) { return clients[conn.value]; }
  std::string error_of(ConnId conn) { return at(conn).last("ERROR").text("code"); }
  std::string phase(RoomId room) {
    const auto card = shard.card(room);
    return card ? std::string(base::enum_text(card->phase)) : "gone";
  }

  runtime::ManualClock clock;
  runtime::SeededEntropy entropy;
  std::map<std::uint64_t, Client> clients;
  std::map<std::uint64_t, bool> stuck;  // their buffers are full
  bool settles = true;
  bool deaf = false;  // benchmarks: nobody reads
  std::uint64_t frames = 0;
  std::vector<match::MatchRecord> records;
  std::vector<std::string> logs;
  std::vector<RoomId> closed_rooms;
  std::string why_closed;
  std::string broken;
  std::uint64_t next_conn = 1;
  Shard shard;
};

}  // namespace whoosh::shard::test
