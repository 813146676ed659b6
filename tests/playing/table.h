// Table: one shard with one room of eight people who play Suspect, in virtual time; what they are
// told is counted and thrown away. For the tests and benchmarks of this folder. One thread.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "games/registry.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "shard/shard.h"

namespace whoosh::playing {

inline constexpr std::int64_t seats = 8;

class Table final : public shard::FrameSink, public shard::Owner {
 public:
  Table() {
    shard::RoomSpec spec;
    spec.id = base::RoomId{1};
    spec.code = "BRTK";
    spec.game = games::find("suspect");
    spec.creator = base::UserId{1};
    ASSERT(shard_.create_room(spec).has_value());
    for (std::int64_t user = 1; user <= seats; ++user) {
      shard::Admission in;
      in.conn = base::ConnId{static_cast<std::uint64_t>(user)};
      in.room = spec.id;
      in.who.user = base::UserId{user};
      in.who.name = fmt::format("Player {}", user);
      ASSERT(shard_.admit(in).has_value());
    }
    say(1, R"({"type":"START","payload":{}})");
  }

  // FrameSink
  void send(base::ConnId, std::string_view text) override { bytes += text.size(); }
  void broadcast(std::span<const base::ConnId> conns, std::string_view text) override {
    bytes += conns.size() * text.size();
  }
  void close(base::ConnId, wire::Close, std::string_view) override { ++closed; }
  // Owner
  void match_finished(match::MatchRecord) override {}
  void room_closed(base::RoomId, std::uint32_t, std::string_view) override {}
  void room_broken(base::RoomId, std::string_view, std::string_view) override { ++closed; }

  void say(std::int64_t user, std::string_view text) {
    text_ = text;
    say_prepared(user);
  }
  // Somebody else than the last time.
  void prepare_suspicion(std::int64_t user, std::int64_t turn) {
    const std::int64_t other = 1 + (user + turn / 2 % (seats - 1)) % seats;
    text_ = fmt::format(R"({{"type":"SUSPECT","payload":{{"target":"{}"}}}})", other);
  }
  void say_prepared(std::int64_t user) {
    shard_.on_text(base::ConnId{static_cast<std::uint64_t>(user)}, {text_.data(), text_.size()});
    shard_.flush();
  }
  void pass_second() {
    for (int step = 0; step < 10; ++step) {
      clock_.advance_ms(100);
      shard_.run_due();
    }
  }
  [[nodiscard]] const shard::Counters& counters() const { return shard_.counters(); }

  std::uint64_t bytes = 0;  // that all of them together were told
  int closed = 0;           // connections, and rooms by a broken rule

 private:
  runtime::ManualClock clock_;
  runtime::SeededEntropy entropy_{1};
  std::string text_;
  shard::Shard shard_{base::ShardNo{0}, {}, clock_, entropy_, *this, *this};
};

}  // namespace whoosh::playing
