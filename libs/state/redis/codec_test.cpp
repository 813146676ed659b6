// Goal: what is kept in Redis is read as it was written, and nothing else is. Method: round trips
// of every kind, and a table of what is none of ours.
#include "state/redis/codec.h"

#include <gtest/gtest.h>

namespace whoosh::state::redis {
namespace {

TEST(RedisCodec, ReadsWhatItWrote) {
  Ticket ticket;
  ticket.id = "t";
  ticket.user = UserId{7};
  ticket.name = "Zoë \"\\";
  ticket.newcomer = true;
  ticket.session = "family";
  ticket.look = {"frame_neon", "", "title_liar", ""};
  ticket.mu = 25.125;
  ticket.expires_at = {1'700'000'000'000};
  const auto again = read_ticket(text_of(ticket));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->name, ticket.name);
  EXPECT_EQ(again->mu, ticket.mu);
  EXPECT_TRUE(again->newcomer);
  EXPECT_EQ(again->session, "family");
  EXPECT_EQ(again->look, ticket.look);
  EXPECT_EQ(text_of(*again), text_of(ticket));
  EXPECT_EQ(text_of(*read_load(text_of(NodeLoad{1, 2, 3, 4, true}))),
            text_of(NodeLoad{1, 2, 3, 4, true}));
}

// While a cluster is updated, tickets of the release before are still in the queue.
TEST(RedisCodec, ReadsATicketFromBeforeItSaidWhoWaits) {
  const auto ticket = read_ticket(
      R"({"v":1,"id":"t","user":7,"name":"Zoe","avatar":"fox","host":"h","queue":"standard",)"
      R"("game":"suspect","mu":25.5,"created_at":1,"expires_at":2})");
  ASSERT_TRUE(ticket.has_value());
  EXPECT_EQ(ticket->name, "Zoe");
  EXPECT_FALSE(ticket->newcomer);
  EXPECT_EQ(ticket->session, "");
  EXPECT_EQ(ticket->look, cosmetics::Look{});
}

TEST(RedisCodec, RefusesWhatIsNoneOfOurs) {
  Revoked banned;
  banned.user = UserId{7};
  const std::string good = text_of(banned);
  ASSERT_TRUE(read_revoked(good).has_value());
  std::vector<std::string> strange{"", "x", "{}", "[]", "null", good + good, good.substr(1)};
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    strange.push_back(text.replace(at, from.size(), to));
  };
  with("\"v\":1", "\"v\":2");
  with("\"v\":1,", "");
  with("\"user\":7", "\"user\":7.5");
  with("\"user\":7", "\"user\":99999999999999999999");
  with("\"banned\":false", "\"banned\":0");
  with("\"banned\":false", "\"banned\":null");
  with("\"family\":\"\"", "\"family\":\"\xff\"");
  for (const std::string& text : strange) EXPECT_FALSE(read_revoked(text).has_value()) << text;
  EXPECT_TRUE(read_revoked("{\"more\":1," + good.substr(1)).has_value());
  EXPECT_FALSE(read_room(good).has_value());
  EXPECT_FALSE(read_ticket(good).has_value());
}

}  // namespace
}  // namespace whoosh::state::redis
