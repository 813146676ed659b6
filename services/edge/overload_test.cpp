// Goal: whatever comes from outside, those inside get every tick and every change of their view:
// an edge that is full or late refuses newcomers (503, Retry-After) and nobody who has a seat; what
// floods, does not read, or falls silent is cut; and all may come back at once. Method: real
// sockets; witnesses in a match check the numbers of what they get. The limits of one connection
// are in net/loop_limits_test.cpp.
#include "services/edge/overload_test_support.h"

namespace whoosh::edge {
namespace {

EdgeConfig quick() {
  EdgeConfig config;
  config.shards = 2;
  config.shard.tick_ms = 20;
  return config;
}

TEST_F(Pressed, AFullEdgeRefusesNewcomersOnly) {
  EdgeConfig config = quick();
  config.full.players_max = seated + 1;
  start(config);
  play();
  const base::RoomId other = make_room();
  auto last = std::make_unique<TestPlayer>(by_access(other, 10));
  ASSERT_EQ(last->status(), 101);
  EXPECT_TRUE(load().full);
  EXPECT_EQ(load().players_max, seated + 1);

  for (std::int64_t user = 20; user < 60; ++user) {
    expect_turned_away(by_access(user % 2 == 0 ? room : other, user));
    expect_turned_away({edge->port(), "/ws?token=" + shared.access(user)});  // the lobby
  }
  const auto made = try_to_make_room();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, base::ErrorCode::unavailable);
  EXPECT_GT(made.error().retry_after_s, 0);
  expect_unharmed();

  // One drops out, another takes the place: full again, and the first has his seat all the same.
  const std::string resume = witnesses.back()->resume();
  witnesses.pop_back();
  ASSERT_TRUE(net::eventually([&] { return !load().full; }));
  TestPlayer newcomer = by_access(other, 11);
  ASSERT_EQ(newcomer.status(), 101);
  EXPECT_TRUE(load().full);
  expect_turned_away(by_access(other, 12));
  EXPECT_EQ(by_resume(room, resume).status(), 101);
  EXPECT_EQ(by_access(room, seated).status(), 101) << "and by his access token";
  expect_turned_away(by_resume(room, std::string(22, 'A')));
  expect_unharmed();
}

TEST_F(Pressed, ALateEdgeRefusesNewcomersUntilItIsPrompt) {
  EdgeConfig config = quick();
  config.shards = 1;
  config.shard.tick_ms = 50;
  config.full.rooms_min = 1;
  config.full.late_ms = config.full.prompt_ms =
      100;  // a stall skips ticks that are later than five
  config.full.window_ms = 1'500;
  config.full.look_ms = 20;
  std::atomic<bool> burdened{false};
  config.lobby_entered = [&](base::UserId) {  // on the loop's thread
    burdened = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
  };
  start(config);
  play();
  for (std::int64_t user = 100; user < 150 && !load().full; ++user) {
    const TestPlayer burden(edge->port(), "/ws?token=" + shared.access(user));
  }
  ASSERT_TRUE(burdened);
  ASSERT_TRUE(load().full);
  const std::string resume = witnesses.back()->resume();
  expect_turned_away(by_access(room, 10));
  EXPECT_EQ(by_resume(room, resume).status(), 101) << "who has a seat comes back";
  witnesses.pop_back();  // was replaced
  ASSERT_TRUE(net::eventually([&] { return !load().full; }));
  EXPECT_EQ(by_access(room, 10).status(), 101);
  expect_unharmed();
}

// What one connection may do to an edge, and how it must end.
struct Abuse {
  const char* name;
  std::function<void(net::TestClient&)> act;
  std::string end;  // of the abuser's stream
};

// Sends until the server has had enough of it.
void flood(net::TestClient& client, const std::string& bytes) {
  std::string many;
  while (many.size() < 64 * 1024) many += bytes;
  for (int i = 0; i < 100 && client.send(many); ++i) continue;
}

// The code with which a stream ends, or "end".
std::string end_of(net::TestClient& client) {
  while (true) {
    const std::string frame = client.frame();
    if (frame == "end") return frame;
    if (frame.starts_with("close:")) return frame.substr(0, frame.find(':', 6));
  }
}

TEST_F(Pressed, WhoAbusesItIsCutAndNobodyElseNotices) {
  EdgeConfig config = quick();
  config.shards = 1;  // all of them on the loop of the witnesses
  config.net.flood_bytes_max = 256 * 1024;
  config.net.ping_ms = 250;
  config.net.idle_ms = 2'000;
  config.net.slow_ms = 200;
  config.net.out_bytes_max = 16 * 1024;
  config.net.send_buffer_bytes = 4096;
  config.net.close_ms = 200;
  config.shard.tick_ms = 50;
  start(config);
  play();
  const std::string wrong = net::client_frame(0x81, "nonsense");
  const std::string sync = net::client_frame(0x81, R"({"type":"SYNC","payload":{}})");
  const Abuse abuses[] = {
      {"wrong messages", [&](auto& client) { flood(client, wrong); }, "close:1008"},
      {"messages above the rate", [&](auto& client) { flood(client, sync); }, "close:1008"},
      {"pings", [](auto& client) { flood(client, net::client_frame(0x89, std::string(125, 'p'))); },
       "close:1008"},
      {"pongs", [](auto& client) { flood(client, net::client_frame(0x8a, "")); }, "close:1008"},
      {"empty fragments",
       [](auto& client) {
         client.send(net::client_frame(0x01, ""));
         flood(client, net::client_frame(0x00, ""));
       },
       "close:1008"},
      {"a message of 64 MiB",
       [](auto& client) {
         client.send(std::string("\x81\xff\0\0\0\0\4\0\0\0abcd", 14) + std::string(4096, 'x'));
       },
       "close:1009"},
      {"no frames", [](auto& client) { client.send(std::string(4096, '\xff')); }, "close:1002"},
      {"silence", [](auto&) {}, "end"},
      {"half a frame", [](auto& client) { client.send("\x81"); }, "end"},
  };
  std::int64_t user = 10;
  for (const Abuse& abuse : abuses) {
    SCOPED_TRACE(abuse.name);
    TestPlayer player = by_access(room, user++);
    ASSERT_EQ(player.status(), 101);
    abuse.act(player.client());
    const std::string end = end_of(player.client());
    // A flood that is still being sent when it is cut may be answered by a reset.
    EXPECT_TRUE(end == abuse.end || (end == "end" && abuse.end == "close:1008")) << end;
    expect_unharmed();
  }
}

TEST_F(Pressed, SlowReadersGetAWholeViewLaterOrAreDropped) {
  EdgeConfig config = quick();
  config.shards = 1;
  config.net.out_bytes_max = 8 * 1024;
  config.net.send_buffer_bytes = 4096;
  config.net.slow_ms = 300;
  start(config);
  play();
  // Each asks for the whole view a few times and reads none of it.
  std::string asking;
  for (int i = 0; i < 15; ++i) asking += net::client_frame(0x81, R"({"type":"SYNC","payload":{}})");
  std::vector<std::unique_ptr<net::TestClient>> slow;
  for (std::int64_t user = 10; user < 18; ++user) {
    slow.push_back(std::make_unique<net::TestClient>(edge->port(), 2048));
    ASSERT_TRUE(slow.back()->send(net::upgrade_request(target(room, user))));
    ASSERT_TRUE(slow.back()->head().starts_with("HTTP/1.1 101 "));
    ASSERT_TRUE(slow.back()->send(asking));
  }
  EXPECT_TRUE(net::eventually([&] { return metric("whoosh_net_slow_dropped_total") >= 8; }))
      << metric("whoosh_net_slow_dropped_total");
  EXPECT_GE(metric("whoosh_viewer_overflows_total"), 8);
  expect_unharmed();
}

// Everybody is thrown off at once, and everybody is back at once: with the seat he had.
TEST_F(Pressed, AStormOfReconnectsFindsAllSeats) {
  EdgeConfig config = quick();
  config.shard.tick_ms = 100;
  config.net.accepts_per_turn_max = 16;
  start(config);
  play();
  constexpr int rooms = 40, places = 8;
  struct Person {
    base::RoomId room;
    std::string resume;
    std::int64_t seat;
    std::unique_ptr<TestPlayer> player;
  };
  std::vector<Person> people;
  for (int i = 0; i < rooms; ++i) {
    const base::RoomId home = make_room();
    for (int place = 0; place < places; ++place) {
      const std::int64_t user = 1'000 + i * places + place;
      auto player = std::make_unique<TestPlayer>(by_access(home, user));
      ASSERT_EQ(player->status(), 101);
      const std::string welcome = player->message("WELCOME");
      people.push_back(
          {home, member(welcome, "resume"), number_of(welcome, "seat"), std::move(player)});
    }
  }
  const auto players = [&] { return load().players; };
  const double accepted = metric("whoosh_net_accepted_total");
  ASSERT_EQ(players(), seated + rooms * places);
  for (Person& person : people) person.player->client().reset();
  std::vector<net::TestClient> back;
  back.reserve(people.size());
  for (const Person& person : people) {
    back.emplace_back(edge->port());
    ASSERT_TRUE(back.back().connected());
    ASSERT_TRUE(back.back().send(
        net::upgrade_request("/ws?game_id=" + person.room.text() + "&resume=" + person.resume)));
  }
  for (std::size_t i = 0; i < people.size(); ++i) {
    ASSERT_TRUE(back[i].head().starts_with("HTTP/1.1 101 ")) << i;
    std::string frame = back[i].frame();
    ASSERT_EQ(member(frame, "type"), "WELCOME") << frame;
    EXPECT_EQ(number_of(frame, "seat"), people[i].seat);
    EXPECT_EQ(member(frame, "resume"), people[i].resume);
  }
  EXPECT_TRUE(net::eventually([&] { return players() == seated + rooms * places; })) << players();
  EXPECT_EQ(metric("whoosh_net_accepted_total") - accepted, rooms * places);
  EXPECT_EQ(metric("whoosh_net_refused_full_total"), 0);
  expect_unharmed();
}

}  // namespace
}  // namespace whoosh::edge
