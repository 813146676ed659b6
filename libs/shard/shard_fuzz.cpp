// Arbitrary texts from two players, a screen and a lobby connection, with time passing: nothing
// aborts, no room breaks (but by BOOM, which the game of the tests has for that), and everything
// that goes out is JSON.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "room/test_game.h"
#include "shard/shard.h"

namespace {

using namespace whoosh;

class Sink final : public shard::FrameSink, public shard::Owner {
 public:
  void send(base::ConnId, std::string_view text) override {
    if (!parser_.parse(text)) std::abort();
  }
  void close(base::ConnId, wire::Close, std::string_view) override {}
  void match_finished(match::MatchRecord) override {}
  void room_closed(base::RoomId, std::uint32_t, std::string_view) override {}
  void room_broken(base::RoomId, std::string_view why, std::string_view) override {
    if (why.find("boom") == std::string_view::npos) std::abort();
  }

 private:
  base::JsonParser parser_{1 << 20, 16};
};

}  // namespace

// The input is lines: the first byte of each says who speaks and how much time passes before.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  runtime::ManualClock clock;
  runtime::SeededEntropy entropy(1);
  Sink sink;
  shard::Shard shard(base::ShardNo{0}, {}, clock, entropy, sink, sink);
  shard::RoomSpec spec;
  spec.id = base::RoomId{5};
  spec.game = &room::test::counter();
  if (!shard.create_room(spec)) std::abort();
  const wire::Role roles[] = {wire::Role::player, wire::Role::player, wire::Role::screen};
  for (std::uint64_t i = 0; i < 3; ++i) {
    shard::Admission in;
    in.conn = base::ConnId{i};
    in.room = spec.id;
    in.who = {base::UserId{static_cast<std::int64_t>(i) + 1}, "P", "", false};
    in.role = roles[i];
    if (!shard.admit(in)) std::abort();
  }
  shard.admit_lobby(base::ConnId{3}, {base::UserId{4}, "L", "", false});
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto first = static_cast<unsigned char>(line.empty() ? 0 : line[0]);
    if (!line.empty()) line.erase(0, 1);
    clock.advance_ms(first >> 2 << 4);
    shard.run_due();
    shard.on_text(base::ConnId{first & 3u}, line);
    shard.flush();
  }
  return 0;
}
