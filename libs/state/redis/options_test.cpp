// Goal: one line of text says how Redis is reached, wrong ones are refused with a sentence, and
// secrets are shown nowhere; slots and redirections are what Redis says they are. Method: tables.
#include "state/redis/options.h"

#include <gtest/gtest.h>

#include "state/redis/slots.h"
#include "state/redis/value.h"

namespace whoosh::state::redis {
namespace {

TEST(RedisUrl, SaysOneServer) {
  const auto options = parse_url("redis://localhost");
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->topology, Topology::single);
  EXPECT_EQ(options->endpoints, (std::vector<Endpoint>{{"localhost", 6379}}));
  EXPECT_FALSE(options->tls);
  EXPECT_TRUE(options->tls_verify);
  EXPECT_EQ(parse_url("redis://10.0.0.1:7000/3")->database, 3);
  EXPECT_EQ(parse_url("redis://[fd00::1]:7000/")->endpoints.front(), (Endpoint{"fd00::1", 7000}));
  EXPECT_TRUE(parse_url("rediss://example.org")->tls);
}

TEST(RedisUrl, SaysWhoSignsIn) {
  const auto both = parse_url("redis://whoosh:p%40ss%2Fw%3Ard@h/1");
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both->user, "whoosh");
  EXPECT_EQ(both->password, "p@ss/w:rd");
  EXPECT_EQ(both->database, 1);
  EXPECT_EQ(parse_url("redis://:secret@h")->user, "");
  EXPECT_EQ(parse_url("redis://:secret@h")->password, "secret");
  EXPECT_EQ(parse_url("redis://:a:b@h")->password, "a:b");
}

TEST(RedisUrl, SaysSentinelsAndClusters) {
  const auto sentinels = parse_url("rediss+sentinel://u:p@a,b:7000,[::1]/mymaster/2");
  ASSERT_TRUE(sentinels.has_value());
  EXPECT_EQ(sentinels->topology, Topology::sentinel);
  EXPECT_EQ(sentinels->endpoints,
            (std::vector<Endpoint>{{"a", 26379}, {"b", 7000}, {"::1", 26379}}));
  EXPECT_EQ(sentinels->master_name, "mymaster");
  EXPECT_EQ(sentinels->database, 2);
  EXPECT_TRUE(sentinels->tls);
  const auto cluster = parse_url("redis+cluster://a:1,b:2");
  ASSERT_TRUE(cluster.has_value());
  EXPECT_EQ(cluster->topology, Topology::cluster);
  EXPECT_EQ(cluster->endpoints.size(), 2U);
}

TEST(RedisUrl, WrongOnesAreRefusedWithoutTheirSecrets) {
  for (const std::string url : {"",
                                "redis",
                                "http://h",
                                "redis:/h",
                                "redisx://h",
                                "redis+other://h",
                                "redis://",
                                "redis://h:0",
                                "redis://h:65536",
                                "redis://h:x",
                                "redis://h:",
                                "redis://a,b",
                                "redis://h/x",
                                "redis://h/-1",
                                "redis://h/1/2",
                                "redis://h?db=1",
                                "redis://h#x",
                                "redis://[::1",
                                "redis://u:s3cret%zz@h",
                                "redis://u:s3cret@",
                                "redis://u:s3cret@h:port",
                                "redis+sentinel://h",
                                "redis+sentinel://u:s3cret@h/",
                                "redis+cluster://h/1",
                                "redis+cluster://a,,b",
                                "redis://h h",
                                "redis://u:s3cret@h?x"}) {
    const auto options = parse_url(url);
    ASSERT_FALSE(options.has_value()) << url;
    EXPECT_EQ(options.error().code, base::ErrorCode::invalid_input) << url;
    EXPECT_FALSE(options.error().message.empty()) << url;
    EXPECT_EQ(options.error().message.find("s3cret"), std::string::npos) << url;
  }
}

TEST(RedisUrl, IsDescribedWithoutSecrets) {
  for (const std::string url :
       {"redis://127.0.0.1:6379", "rediss://h:7000/3", "redis+sentinel://a:1,b:2/mymaster",
        "rediss+cluster://[::1]:1,b:2"}) {
    EXPECT_EQ(describe(*parse_url(url)), url);
  }
  EXPECT_EQ(describe(*parse_url("redis://user:secret@h")), "redis://h:6379");
}

// ---- slots -------------------------------------------------------------------------------------

TEST(Slots, AreThoseOfRedis) {
  EXPECT_EQ(slot_of("123456789"), 0x31c3 % slot_count);  // the specification's test value
  EXPECT_EQ(slot_of("foo"), 12'182);
  EXPECT_EQ(slot_of("{foo}bar"), slot_of("foo"));
  EXPECT_EQ(slot_of("bar{foo}{zap}"), slot_of("foo"));
  EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
  EXPECT_NE(slot_of("foo{}{bar}"), slot_of("bar"));  // an empty tag is none
  EXPECT_EQ(slot_of("foo{"), slot_of("foo{"));
}

Value answer(const std::string& resp) {
  Reader reader;
  reader.feed(resp);
  auto value = reader.next();
  EXPECT_TRUE(value.has_value() && value->has_value()) << resp;
  return **value;
}

TEST(Slots, AreReadFromTheCluster) {
  SlotMap map;
  EXPECT_EQ(map.node_of(0), nullptr);
  const Endpoint asked{"10.0.0.9", 7000};
  ASSERT_TRUE(map.read(answer("*2\r\n*3\r\n:0\r\n:100\r\n*2\r\n$8\r\n10.0.0.1\r\n:7001\r\n"
                              "*3\r\n:101\r\n:16383\r\n*2\r\n$0\r\n\r\n:7002\r\n"),
                       asked));
  ASSERT_NE(map.node_of(100), nullptr);
  EXPECT_EQ(*map.node_of(100), (Endpoint{"10.0.0.1", 7001}));
  EXPECT_EQ(*map.node_of(101), (Endpoint{"10.0.0.9", 7002}));
  map.move(100, {"10.0.0.3", 7003});
  EXPECT_EQ(*map.node_of(100), (Endpoint{"10.0.0.3", 7003}));
  EXPECT_EQ(*map.node_of(99), (Endpoint{"10.0.0.1", 7001}));
  for (const std::string strange :
       {"*0\r\n", "+OK\r\n", "-ERR no\r\n", "*1\r\n*0\r\n", "*1\r\n*2\r\n:0\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\nh\r\n:1\r\n",
        "*1\r\n*3\r\n:5\r\n:4\r\n*2\r\n$1\r\nh\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\nh\r\n:70000\r\n"}) {
    EXPECT_FALSE(map.read(answer(strange), asked)) << strange;
  }
  EXPECT_EQ(*map.node_of(99), (Endpoint{"10.0.0.1", 7001}));
}

TEST(Slots, RedirectionsAreRead) {
  const Endpoint asked{"10.0.0.9", 7000};
  const auto moved = parse_redirection(answer("-MOVED 3999 127.0.0.1:6381\r\n"), asked);
  ASSERT_TRUE(moved.has_value());
  EXPECT_FALSE(moved->is_ask);
  EXPECT_EQ(moved->slot, 3'999);
  EXPECT_EQ(moved->to, (Endpoint{"127.0.0.1", 6381}));
  const auto ask = parse_redirection(answer("-ASK 16383 ::1:6381\r\n"), asked);
  ASSERT_TRUE(ask.has_value());
  EXPECT_TRUE(ask->is_ask);
  EXPECT_EQ(ask->to, (Endpoint{"::1", 6381}));
  EXPECT_EQ(parse_redirection(answer("-MOVED 1 :6381\r\n"), asked)->to,
            (Endpoint{"10.0.0.9", 6381}));
  for (const std::string strange :
       {"-ERR no\r\n", "-MOVED\r\n", "-MOVED 1\r\n", "-MOVED x h:1\r\n", "-MOVED 16384 h:1\r\n",
        "-MOVED 1 h\r\n", "-MOVED 1 h:0\r\n", "-ASK 1 h:x\r\n", "+MOVED 1 h:1\r\n"}) {
    EXPECT_FALSE(parse_redirection(answer(strange), asked).has_value()) << strange;
  }
}

// ---- the reader --------------------------------------------------------------------------------

TEST(RedisReader, TakesAnyCutAndRefusesNonsense) {
  const std::string bytes = "*3\r\n$3\r\na\r\n\r\n:-7\r\n*1\r\n$-1\r\n";
  Reader reader;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto early = reader.next();
    ASSERT_TRUE(early.has_value());
    EXPECT_FALSE(early->has_value());
    reader.feed({&bytes[i], 1});
  }
  const auto value = reader.next();
  ASSERT_TRUE(value.has_value() && value->has_value());
  EXPECT_EQ((*value)->at(0).text, "a\r\n");
  EXPECT_EQ((*value)->at(1).number(), -7);
  EXPECT_TRUE((*value)->at(2).at(0).is_nil());
  EXPECT_TRUE((*value)->at(9).is_nil());
  Reader confused;
  confused.feed("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_FALSE(confused.next().has_value());
}

TEST(RedisCommands, AreWrittenAsTheyAre) {
  EXPECT_EQ(encode(std::vector<std::string>{"SET", "k", std::string("a\0\r\n", 4)}),
            std::string("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\0\r\n\r\n", 30));
}

}  // namespace
}  // namespace whoosh::state::redis
