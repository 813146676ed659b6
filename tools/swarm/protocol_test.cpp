// Goal: the swarm sees every fault of a server: it is worth nothing if it takes everything for
// good. Method: tables of frames, handshakes and views, right ones and wrong ones.
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include "net/frame.h"
#include "net/request.h"
#include "tools/swarm/client.h"
#include "tools/swarm/frames.h"
#include "tools/swarm/handshake.h"
#include "tools/swarm/mirror.h"
#include "tools/swarm/plan.h"
#include "tools/swarm/suspect_bot.h"
#include "tools/swarm/usage.h"
#include "tools/swarm/worker.h"

namespace whoosh::swarm {
namespace {

namespace json = boost::json;
using Kind = ServerFrame::Kind;

std::string frame_of(net::Opcode opcode, std::string_view payload) {
  std::string out;
  net::append_frame(out, opcode, payload);
  return out;
}

TEST(Urls, SayWhereAndWhetherByTls) {
  struct Row {
    const char* url;
    const char* host;
    std::uint16_t port;
    const char* target;
    bool secure;
  };
  for (const Row& row : {Row{"ws://play.example/ws", "play.example", 80, "/ws", false},
                         Row{"wss://play.example/ws?x=1", "play.example", 443, "/ws?x=1", true},
                         Row{"wss://127.0.0.1:8443", "127.0.0.1", 8443, "/", true}}) {
    const auto url = parse_ws_url(row.url);
    ASSERT_TRUE(url) << row.url;
    EXPECT_EQ(url->endpoint.host, row.host);
    EXPECT_EQ(url->endpoint.port, row.port) << row.url;
    EXPECT_EQ(url->target, row.target) << row.url;
    EXPECT_EQ(url->secure, row.secure) << row.url;
  }
  for (const char* const wrong : {"", "wss", "wss://", "http://a/", "://a/", "wsss://a/",
                                  "ws://a:x/", "ws://a:70000/", "wss://:443/"})
    EXPECT_FALSE(parse_ws_url(wrong)) << wrong;
}

TEST(Urls, OfTlsNeedSomebodyToTrust) {
  Plan plan;
  plan.work = Work::raw;
  plan.connections = 1;
  plan.urls = {"wss://127.0.0.1:1/"};
  EXPECT_FALSE(settle(plan, 1'000));
  auto trust = tls::Context::client({.ca_file = {}, .anybody = true});
  ASSERT_TRUE(trust);
  plan.tls = std::move(*trust);
  EXPECT_TRUE(settle(plan, 1'000));
}

TEST(ServerFrames, WholeOnesAreReadOfEveryLength) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65'535U, 65'536U}) {
    const std::string payload(size, 'x');
    const std::string bytes = frame_of(net::Opcode::Text, payload) + "next";
    const ServerFrame frame = read_server_frame(bytes, false);
    ASSERT_EQ(frame.kind, Kind::Text) << size;
    EXPECT_EQ(frame.payload, payload);
    EXPECT_EQ(frame.bytes, bytes.size() - 4);
    for (std::size_t cut = 0; cut < std::min<std::size_t>(frame.bytes, 300); ++cut)
      EXPECT_EQ(read_server_frame(std::string_view(bytes).substr(0, cut), false).kind,
                Kind::Incomplete);
  }
}

TEST(ServerFrames, WhatTheRfcForbidsFails) {
  struct Row {
    std::string bytes;
    bool in_message;
    const char* why;
  };
  const Row rows[] = {
      {std::string("\xc1\x01x", 3), false, "reserved"},
      {std::string("\x81\x81\0\0\0\0x", 7), false, "masked"},
      {std::string("\x83\x01x", 3), false, "opcode"},
      {std::string("\x82\x01x", 3), false, "binary"},
      {std::string("\x80\x01x", 3), false, "continuation"},
      {std::string("\x81\x01x", 3), true, "within another"},
      {std::string("\x09\x01x", 3), false, "in parts"},
      {std::string("\x89\x7e\x00\x7e", 4), false, "too long"},
      {std::string("\x81\x7e\x00\x05hello", 9), false, "written too long"},
      {std::string("\x88\x01x", 3), false, "one byte"},
      {std::string("\x88\x02\x03\xee", 4), false, "can't be sent"},
      {std::string("\x81\x01\xff", 3), false, "UTF-8"},
      {std::string("\x81\x7f\x00\x00\x00\x01\x00\x00\x00\x00", 10), false, "4 MiB"},
  };
  for (const Row& row : rows) {
    const ServerFrame frame = read_server_frame(row.bytes, row.in_message);
    EXPECT_EQ(frame.kind, Kind::Failed) << row.why;
    EXPECT_NE(std::string(frame.why).find(row.why), std::string::npos) << frame.why;
  }
}

TEST(ServerFrames, ControlAndFragments) {
  EXPECT_EQ(read_server_frame(frame_of(net::Opcode::Ping, "hi"), true).kind, Kind::Ping);
  EXPECT_EQ(read_server_frame(frame_of(net::Opcode::Close, ""), false).code, 1005);
  EXPECT_EQ(read_server_frame(std::string("\x88\x02\x0f\xa0", 4), false).code, 4000);
  const ServerFrame first = read_server_frame(std::string("\x01\x01"
                                                          "a",
                                                          3),
                                              false);
  EXPECT_EQ(first.kind, Kind::Fragment);
  EXPECT_FALSE(first.last);
  EXPECT_TRUE(read_server_frame(std::string("\x80\x01"
                                            "b",
                                            3),
                                true)
                  .last);
}

TEST(ServerFrames, BinaryIsTakenWhereItIsExpected) {
  const std::string bytes("\x82\x02\xff\xfe", 4);
  const ServerFrame frame = read_server_frame(bytes, false, Binary::yes);
  EXPECT_EQ(frame.kind, Kind::Text);
  EXPECT_EQ(frame.payload.size(), 2U);
  EXPECT_EQ(read_server_frame(std::string("\x81\x01\xff", 3), false, Binary::yes).kind,
            Kind::Failed);
}

TEST(ServerFrames, OursAreWhatTheServerReads) {
  net::BufferPool pool(1 << 20);
  for (const std::size_t size : {0U, 3U, 200U, 5'000U}) {
    const std::string payload(size, 'y');
    std::string bytes;
    append_masked(bytes, net::Opcode::Text, payload, 0x12345678);
    net::FrameReader reader;
    net::Buffer partial;
    std::span<char> input(bytes);
    const net::FrameEvent event = reader.next(input, partial, pool, 8'192);
    ASSERT_EQ(event.kind, net::FrameEvent::Kind::Text);
    EXPECT_EQ(std::string_view(event.payload.data(), event.payload.size()), payload);
    pool.release(partial);
  }
}

// What a server makes of our request.
std::string key_in(const std::string& request) {
  const std::string name = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(name) + name.size();
  return request.substr(at, request.find('\r', at) - at);
}

TEST(Handshake, OnlyTheAnswerToThisRequestOpens) {
  const Knock knock{"h:1", "/ws", "whoosh.v1, ticket.x", "", 77};
  const std::string key = key_in(knock_bytes(knock));
  EXPECT_EQ(key.size(), 24U);
  const std::string good = net::upgrade_bytes(key, "whoosh.v1");
  using AnswerKind = HandshakeAnswer::Kind;
  const HandshakeAnswer open = read_answer(good + "frames", knock, false);
  EXPECT_EQ(open.kind, AnswerKind::Open);
  EXPECT_EQ(open.bytes, good.size());
  EXPECT_EQ(read_answer(good.substr(0, good.size() - 1), knock, false).kind,
            AnswerKind::Incomplete);
  Knock other = knock;
  other.nonce = 78;
  const std::string wrong[] = {net::upgrade_bytes(key_in(knock_bytes(other)), ""),
                               net::upgrade_bytes(key, "chat.v2"), "SSH-2.0-OpenSSH\r\n\r\n",
                               "HTTP/1.1 101 OK\r\n\r\n"};
  for (const std::string& bytes : wrong)
    EXPECT_EQ(read_answer(bytes, knock, false).kind, AnswerKind::Wrong) << bytes;
  EXPECT_EQ(read_answer("HTTP/1.1 10", knock, true).kind, AnswerKind::Wrong);
}

TEST(Handshake, ARefusalHasItsStatusAndCode) {
  const Knock knock{"h:1", "/ws", "", "", 1};
  const std::string body = R"({"error":"No.","code":"room_full","request_id":"x"})";
  const std::string bytes =
      "HTTP/1.1 409 Conflict\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  const HandshakeAnswer refused = read_answer(bytes, knock, false);
  EXPECT_EQ(refused.kind, HandshakeAnswer::Kind::Refused);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.code, "room_full");
  EXPECT_EQ(read_answer(bytes.substr(0, bytes.size() - 9), knock, false).kind,
            HandshakeAnswer::Kind::Incomplete);
}

json::object object(const char* text) {
  return json::parse(text).as_object();
}

TEST(Mirror, RebuildsTheViewFromItsPatches) {
  Mirror mirror;
  mirror.reset(object(R"({"state":{"step":"ANSWER","meter":{"1":null,"2":"1"},"list":[1,2]}})"));
  ASSERT_TRUE(mirror.apply(object(R"({"patch":{"step":"VOTE","meter":{"1":"2"},"list":[3]}})")));
  mirror.heard("EVENT_SAY", object(R"({"from":"1","text":"hello","at":3})"));
  const auto same = mirror.difference(object(
      R"({"state":{"step":"VOTE","meter":{"1":"2","2":"1"},"list":[3],"news":null,
          "talk":[{"from":"1","text":"hello","at":3}],"whispers":[]}})"));
  EXPECT_FALSE(same) << *same;
}

TEST(Mirror, SeesEveryDifference) {
  Mirror mirror;
  mirror.reset(object(R"({"state":{"a":1,"b":{"c":[true]},"d":"x"}})"));
  const char* const others[] = {
      R"({"state":{"a":2,"b":{"c":[true]},"d":"x"}})",        // another value
      R"({"state":{"a":1,"b":{"c":[]},"d":"x"}})",            // a shorter list
      R"({"state":{"a":1,"b":{"c":[true],"e":1},"d":"x"}})",  // more, deep inside
      R"({"state":{"a":1,"b":{"c":[true]}}})",                // a member less
      R"({"seq":3})",
  };
  for (const char* other : others) EXPECT_TRUE(mirror.difference(object(other))) << other;
  EXPECT_FALSE(mirror.apply(object(R"({"patch":[]})")));
}

TEST(Mirror, WhatWasSaidInTheMomentOfTheAnswerMayStandBehind) {
  Mirror mirror;
  mirror.reset(object(R"({"state":{}})"));
  mirror.heard("EVENT_SAY", object(R"({"at":1})"));
  EXPECT_FALSE(mirror.difference(object(R"({"state":{"talk":[{"at":1},{"at":2}]}})")));
  EXPECT_TRUE(mirror.difference(object(R"({"state":{"talk":[{"at":2}]}})")));
  EXPECT_TRUE(mirror.difference(object(R"({"state":{"talk":[{"at":0},{"at":1}]}})")));
  EXPECT_TRUE(mirror.difference(object(R"({"state":{}})")));
  for (int i = 2; i < 20; ++i) mirror.heard("EVENT_SAY", {{"at", i}});
  json::array last;
  for (int i = 10; i < 22; ++i) last.push_back(json::object{{"at", i}});
  EXPECT_FALSE(mirror.difference({{"state", {{"talk", last}}}}));
  last.erase(last.begin() + 3);
  EXPECT_TRUE(mirror.difference({{"state", {{"talk", last}}}}));
}

TEST(Mirror, AViewThatWasRetiredIsEmpty) {
  Mirror mirror;
  mirror.reset(object(R"({"state":{"a":1,"b":{"c":2},"talk":[{"from":"1"}]}})"));
  ASSERT_TRUE(mirror.apply(object(R"({"patch":{"a":null,"b":null,"talk":null}})")));
  EXPECT_FALSE(mirror.difference(object(R"({"state":{}})")));
}

TEST(SuspectBot, PlaysEveryStepAndSpeaksWellFormed) {
  const std::string players[] = {"11", "12", "13", "14"};
  std::uint32_t seed = 9;
  std::string scratch;
  std::set<std::string> types;
  const json::object view = object(R"({"scenes":[{"id":"zoo","name":"Zoo"}]})");
  for (const SuspectRole role :
       {SuspectRole::witness, SuspectRole::inspector, SuspectRole::culprit}) {
    for (int match = 0; match < 40; ++match) {
      SuspectMemory memory;
      memory.role = role;
      for (int second = 0; second < 300; ++second) {
        SuspectMoment moment{static_cast<SuspectStep>(1 + second / 60), 1, players, 2, &view, 1};
        const std::string_view said = suspect_move(memory, moment, Dice(seed), scratch);
        if (said.empty()) continue;
        const json::object message = json::parse(said).as_object();
        types.insert(std::string(message.at("type").as_string()));
        const json::object& payload = message.at("payload").as_object();
        const json::value* target = payload.if_contains("target");
        EXPECT_TRUE(target == nullptr || target->as_string() != "13");
      }
    }
  }
  EXPECT_EQ(types,
            (std::set<std::string>{"ANSWER", "ESCAPE", "EVIDENCE", "INSPECT", "LOCK", "PRESS",
                                   "ROLE_SEEN", "SAY", "SUSPECT", "VOTE", "WHISPER"}));
}

TEST(Plan, TakesAsManyProcessesAsDescriptorsAskFor) {
  Plan plan;
  plan.connections = 100'000;
  ASSERT_TRUE(settle(plan, 20'000));
  EXPECT_EQ(plan.processes, 6U);
  std::uint32_t all = 0;
  for (std::uint32_t process = 0; process < plan.processes; ++process) {
    const std::uint32_t part = part_of(plan.connections, 8, process, plan.processes);
    EXPECT_EQ(part % 8, 0U);
    EXPECT_LE(part, 20'000 - descriptors_kept);
    all += part;
  }
  EXPECT_EQ(all, plan.connections);
  plan.processes = 5;
  EXPECT_FALSE(settle(plan, 20'000));
}

TEST(Plan, SaysWhatToChange) {
  struct Row {
    const char* says;
    void (*change)(Plan&);
  };
  const Row rows[] = {
      {"how many", [](Plan& p) { p.connections = 0; }},
      {"take 16", [](Plan& p) { p.connections = 17; }},
      {"1 to 10", [](Plan& p) { p.room_size = 11; }},
      {"4 at least", [](Plan& p) { p.room_size = 2; }},
      {"--ramp", [](Plan& p) { p.ramp_per_s = 0; }},
      {"--duration", [](Plan& p) { p.duration_ms = 0; }},
      {"percent", [](Plan& p) { p.cut_share = 1.5; }},
      {"needs a URL", [](Plan& p) { p.work = Work::raw; }},
      {"is no ws://", [](Plan& p) { p.work = Work::raw, p.urls = {"http://x"}; }},
  };
  for (const Row& row : rows) {
    Plan plan;
    plan.connections = 16;
    ASSERT_TRUE(settle(plan, 1'000));
    row.change(plan);
    const auto no = settle(plan, 1'000);
    ASSERT_FALSE(no) << row.says;
    EXPECT_NE(no.error().message.find(row.says), std::string::npos) << no.error().message;
  }
}

TEST(Usage, ReadsMetricsAndThisProcess) {
  const Metrics metrics = parse_metrics(
      "# HELP a b\nwhoosh_ticks_total{shard=\"0\"} 5\nwhoosh_ticks_total{shard=\"1\"} 7\n"
      "x_bucket{le=\"1\"} 9\nprocess_cpu_seconds_total 1.5\n");
  EXPECT_EQ(metrics.at("whoosh_ticks_total"), 12);
  EXPECT_EQ(metrics.at("process_cpu_seconds_total"), 1.5);
  EXPECT_FALSE(metrics.contains("x_bucket"));
  const auto own = process_usage(getpid());
  ASSERT_TRUE(own);
  EXPECT_GT(own->resident_bytes, 1'000'000);
  EXPECT_FALSE(process_usage(-1));
}

}  // namespace
}  // namespace whoosh::swarm
