// Goal: an upgrade request's credential, room and origin are read as protocol.md says.
// Method: heads as text through net's parser, one row per case.
#include "services/edge/claim.h"

#include <gtest/gtest.h>

#include "net/http_head.h"

namespace whoosh::edge {
namespace {

Claim claim_of(const std::string& target, const std::string& headers = "",
               bool takes_query_token = true) {
  static std::string text;  // the request's views point into it
  text = "GET " + target +
         " HTTP/1.1\r\nHost: play.example:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
         headers + "\r\n";
  net::Request request;
  EXPECT_EQ(request.head.parse(text), 0);
  net::check_upgrade(request);
  return read_claim(request, takes_query_token);
}

TEST(Claim, TakesTheFirstCredentialGiven) {
  struct Row {
    std::string target;
    std::string headers;
    CredentialKind kind;
    std::string credential;
  };
  const Row rows[] = {
      {"/ws?game_id=ABCD", "", CredentialKind::none, ""},
      {"/ws?game_id=ABCD", "Sec-WebSocket-Protocol: whoosh.v1, ticket.aa.bb.cc\r\n",
       CredentialKind::ticket, "aa.bb.cc"},
      {"/ws?game_id=ABCD", "Sec-WebSocket-Protocol: whoosh.v1, resume.tok_-n\r\n",
       CredentialKind::resume, "tok_-n"},
      {"/ws?game_id=ABCD", "Authorization: Bearer a.b.c\r\n", CredentialKind::access, "a.b.c"},
      {"/ws?game_id=ABCD", "Authorization: bearer a.b.c\r\n", CredentialKind::access, "a.b.c"},
      {"/ws?game_id=ABCD", "Authorization: Basic a.b.c\r\n", CredentialKind::none, ""},
      {"/ws?token=x.y.z&game_id=ABCD", "", CredentialKind::access, "x.y.z"},
      {"/ws?game_id=ABCD&resume=r", "", CredentialKind::resume, "r"},
      {"/ws?token=x.y.z", "Sec-WebSocket-Protocol: ticket.t\r\nAuthorization: Bearer b\r\n",
       CredentialKind::ticket, "t"},
      {"/ws?token=x.y.z", "Authorization: Bearer b\r\n", CredentialKind::access, "b"},
  };
  for (const Row& row : rows) {
    const Claim claim = claim_of(row.target, row.headers);
    EXPECT_EQ(claim.kind, row.kind) << row.target << row.headers;
    EXPECT_EQ(claim.credential, row.credential) << row.target << row.headers;
  }
}

TEST(Claim, TokensInTheQueryCanBeSwitchedOff) {
  EXPECT_EQ(claim_of("/ws?token=x.y.z", "", false).kind, CredentialKind::none);
  EXPECT_EQ(claim_of("/ws?resume=r", "", false).kind, CredentialKind::resume);
  EXPECT_EQ(claim_of("/ws?token=x.y.z", "Authorization: Bearer b\r\n", false).credential, "b");
}

TEST(Claim, ReadsRoomGameRoleAndTicks) {
  const Claim claim = claim_of("/ws?game_id=new&game=suspect&as=screen&tick=0",
                               "Sec-WebSocket-Protocol: whoosh.v1\r\n");
  EXPECT_EQ(claim.room, "new");
  EXPECT_EQ(claim.game, "suspect");
  EXPECT_EQ(claim.as, "screen");
  EXPECT_FALSE(claim.wants_ticks);
  EXPECT_TRUE(claim.answers_subprotocol);
  EXPECT_TRUE(claim_of("/ws").wants_ticks);
  EXPECT_FALSE(claim_of("/ws", "Sec-WebSocket-Protocol: chat\r\n").answers_subprotocol);
}

TEST(Origin, OursAndNamedOnesMayConnect) {
  const std::string own[] = {"https://whoosh.example"};
  struct Row {
    const char* origin;
    bool allowed;
  };
  const Row rows[] = {
      {"", true},                          // native clients
      {"http://play.example:8000", true},  // the host that was asked, other port
      {"http://PLAY.example:8000", true},
      {"https://whoosh.example", true},  // named
      {"null", false},
      {"http://evil.example", false},
      {"http://play.example.evil.example", false},
      {"ftp://play.example", false},
      {"http://play.example:80@evil.example", false},
      {"http://play.example:80/path", false},
      {"https://whoosh.example.evil", false},
  };
  for (const Row& row : rows)
    EXPECT_EQ(origin_allowed(row.origin, "play.example:8080", own), row.allowed) << row.origin;
  EXPECT_FALSE(origin_allowed("http://", "", own));
}

}  // namespace
}  // namespace whoosh::edge
