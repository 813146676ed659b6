// Goal: TLS over memory does what a socket's would, whatever the cuts, and refuses what it should.
// Method: a server's and a client's session talk by strings, in pieces of every size; OpenSSL's own
// client, told to be old-fashioned, and bytes that are no TLS at all are the peers it must refuse.
#include "tls/session.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <functional>

#include "base/rng.h"
#include "tls/tls_test_support.h"

namespace whoosh::tls {
namespace {

struct Server {
  TestAuthority authority;
  runtime::ManualClock clock;
  std::shared_ptr<TicketKeys> tickets = std::make_shared<TicketKeys>(clock);
  CertificateFiles files = authority.issue("server");
  ContextPtr context = Context::server(files, tickets).value();
  ContextPtr client = Context::client({.ca_file = authority.ca_file()}).value();
};

Server& shared() {
  static Server server;
  return server;
}

// One side: its session, and what it got.
struct Side {
  Session session;
  Exchange exchange = {};
  std::string plain = {};
  std::string outbox = {};
  Session::End end = Session::End::None;

  void take(std::string_view bytes) {
    std::string received(bytes);
    std::vector<char> room(received.size() + held_bytes_max);
    const auto taken = session.take(exchange, received, room);
    plain.append(room.data(), taken.bytes);
    if (taken.end != Session::End::None) end = taken.end;
    post();
  }
  bool seal(std::string_view bytes) {
    const bool sealed = session.seal(exchange, bytes);
    post();
    return sealed;
  }
  void close() {
    session.close(exchange);
    post();
  }
  void post() {
    outbox += exchange.sealed();
    exchange.clear();
  }
};

// Delivers what waits, in pieces of `step` bytes, until nobody has anything to say.
void settle(Side& a, Side& b, std::size_t step = 1 << 20) {
  while (!a.outbox.empty() || !b.outbox.empty()) {
    for (Side* from : {&a, &b}) {
      Side& to = from == &a ? b : a;
      const std::string bytes = std::exchange(from->outbox, {});
      for (std::size_t at = 0; at < bytes.size(); at += step)
        to.take(std::string_view(bytes).substr(at, step));
    }
  }
}

struct Pair {
  explicit Pair(Server& with = shared(), const std::string& ticket = {})
      : server{Session::server(*with.context)}, client{Session::client(*with.client, "localhost")} {
    if (!ticket.empty()) {
      EXPECT_TRUE(client.session.resume(ticket));
    }
    client.take({});
  }
  void shake(std::size_t step = 1 << 20) { settle(server, client, step); }
  Side server;
  Side client;
};

TEST(TlsSession, WorksInEveryCutOfItsBytes) {
  const std::string text = "a message of a player, and what the server says to it";
  for (const std::size_t step : {1, 2, 3, 5, 16, 100, 1000, 100000}) {
    Pair pair;
    pair.shake(step);
    ASSERT_TRUE(pair.server.session.is_established()) << step;
    ASSERT_TRUE(pair.client.session.is_established()) << step;
    EXPECT_EQ(pair.server.session.version(), "TLSv1.3");
    ASSERT_TRUE(pair.client.seal(text));
    ASSERT_TRUE(pair.server.seal(text + text));
    settle(pair.server, pair.client, step);
    EXPECT_EQ(pair.server.plain, text);
    EXPECT_EQ(pair.client.plain, text + text);
  }
}

TEST(TlsSession, CarriesManyRecordsOfEverySize) {
  Pair pair;
  pair.shake();
  base::Rng rng(7);
  std::string said;
  for (const std::size_t size : {1, 100, 16383, 16384, 16385, 70000}) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(rng.below(256));
    said += bytes;
    ASSERT_TRUE(pair.server.seal(bytes));
    ASSERT_TRUE(pair.client.seal(bytes));
  }
  settle(pair.server, pair.client, 4096);
  EXPECT_EQ(pair.client.plain, said);
  EXPECT_EQ(pair.server.plain, said);
}

TEST(TlsSession, RequestBehindTheHandshakeIsThereAtOnce) {
  Pair pair;
  pair.server.take(std::exchange(pair.client.outbox, {}));
  pair.client.take(std::exchange(pair.server.outbox, {}));
  ASSERT_TRUE(pair.client.session.is_established());
  ASSERT_TRUE(pair.client.seal("GET / HTTP/1.1"));
  pair.server.take(std::exchange(pair.client.outbox, {}));  // Finished and the request in one piece
  EXPECT_EQ(pair.server.plain, "GET / HTTP/1.1");
}

TEST(TlsSession, AnEndIsToldOnceAndOneSideMayGoOn) {
  Pair pair;
  pair.shake();
  ASSERT_TRUE(pair.client.seal("last words"));
  pair.client.close();
  pair.client.close();
  settle(pair.server, pair.client);
  EXPECT_EQ(pair.server.plain, "last words");
  EXPECT_EQ(pair.server.end, Session::End::Closed);
  EXPECT_TRUE(pair.server.seal("the answer"));  // half-closed, as TCP may be
  settle(pair.server, pair.client);
  EXPECT_EQ(pair.client.plain, "the answer");
}

TEST(TlsSession, ABrokenRecordIsTheEnd) {
  Pair pair;
  pair.shake();
  ASSERT_TRUE(pair.client.seal("a message"));
  pair.client.outbox.back() ^= 1;
  pair.server.take(pair.client.outbox);
  EXPECT_EQ(pair.server.end, Session::End::Failed);
  EXPECT_EQ(pair.server.plain, "");
  EXPECT_FALSE(pair.server.outbox.empty()) << "an alert";
  EXPECT_STRNE(pair.server.session.failure(), "");
  EXPECT_FALSE(pair.server.session.seal(pair.server.exchange, "more"));
  pair.server.outbox.clear();
  pair.server.take("more");
  pair.server.close();
  EXPECT_EQ(pair.server.end, Session::End::Failed);
  EXPECT_EQ(pair.server.outbox, "");
}

TEST(TlsSession, NothingThatIsNoTlsDoesHarm) {
  base::Rng rng(11);
  for (int i = 0; i < 2000; ++i) {
    Side server{Session::server(*shared().context)};
    Pair honest;  // whose first flight is damaged, or followed by noise
    std::string bytes = i % 2 == 0 ? std::string() : honest.client.outbox;
    if (!bytes.empty()) bytes[rng.below(static_cast<std::uint32_t>(bytes.size()))] ^= 0x55;
    const std::uint32_t more = 1 + rng.below(i % 100 == 0 ? 40'000 : 300);
    for (std::uint32_t k = 0; k < more; ++k) bytes += static_cast<char>(rng.below(256));
    if (i % 2 == 0) bytes[0] = 0x16;
    server.take(bytes);
    EXPECT_FALSE(server.session.is_established());
    EXPECT_EQ(server.plain, "");
  }
}

TEST(TlsSession, ATicketSparesTheSecondHandshake) {
  Server server;
  Pair first(server);
  first.shake();
  const std::string ticket = first.client.session.ticket();
  ASSERT_FALSE(ticket.empty());
  EXPECT_FALSE(first.server.session.is_resumed());
  // After a reload of the certificate, too.
  server.context = Context::server(server.authority.issue("next"), server.tickets).value();
  Pair second(server, ticket);
  second.shake();
  EXPECT_TRUE(second.server.session.is_established());
  EXPECT_TRUE(second.server.session.is_resumed());
  const std::string renewed = second.client.session.ticket();

  server.clock.advance_ms(TicketKeys::lifetime_ms);  // its key is the former one now
  Pair third(server, renewed);
  third.shake();
  EXPECT_TRUE(third.server.session.is_resumed());

  server.clock.advance_ms(TicketKeys::lifetime_ms);
  Pair late(server, renewed);
  late.shake();
  EXPECT_TRUE(late.server.session.is_established());
  EXPECT_FALSE(late.server.session.is_resumed());

  Server another;  // a process that has never seen it
  another.client = server.client;
  another.context = Context::server(server.authority.issue("other"), another.tickets).value();
  Pair stranger(another, late.client.session.ticket());
  stranger.shake();
  EXPECT_TRUE(stranger.server.session.is_established());
  EXPECT_FALSE(stranger.server.session.is_resumed());
}

TEST(TlsSession, SessionsOutliveTheirContext) {
  Server server;
  Pair pair(server);
  pair.shake();
  server.context = nullptr;
  server.tickets = nullptr;
  ASSERT_TRUE(pair.server.seal("still here"));
  settle(pair.server, pair.client);
  EXPECT_EQ(pair.client.plain, "still here");
}

TEST(TlsSession, AClientBelievesOnlyItsAuthorityAndTheName) {
  const auto shakes = [](const Context& client, const std::string& host) {
    Side server{Session::server(*shared().context)};
    Side side{Session::client(client, host)};
    side.take({});
    settle(server, side);
    return side.session.is_established();
  };
  EXPECT_TRUE(shakes(*shared().client, "localhost"));
  EXPECT_TRUE(shakes(*shared().client, "127.0.0.1"));
  EXPECT_TRUE(shakes(*shared().client, "::1"));
  EXPECT_FALSE(shakes(*shared().client, "127.0.0.2"));
  EXPECT_FALSE(shakes(*shared().client, "whoosh.example"));
  const TestAuthority stranger;
  EXPECT_FALSE(shakes(*Context::client({.ca_file = stranger.ca_file()}).value(), "localhost"));
  EXPECT_TRUE(shakes(*Context::client({.ca_file = "", .anybody = true}).value(), "whatever"));
}

// ---- what a server insists on ------------------------------------------------------------------

// How OpenSSL's own client, with `set` applied, fares with the server: version and cipher, or "".
std::string outcome(const std::function<void(SSL_CTX*)>& set) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);  // it would refuse by itself what the server is to refuse
  set(context);
  SSL* const client = SSL_new(context);
  BIO* const from_server = BIO_new(BIO_s_mem());
  BIO* const to_server = BIO_new(BIO_s_mem());
  SSL_set_bio(client, from_server, to_server);
  SSL_set_connect_state(client);
  Side server{Session::server(*shared().context)};
  for (int i = 0; i < 6; ++i) {
    SSL_do_handshake(client);
    char bytes[20'000];
    const int got = BIO_read(to_server, bytes, sizeof bytes);
    if (got > 0) server.take({bytes, static_cast<std::size_t>(got)});
    const std::string answer = std::exchange(server.outbox, {});
    BIO_write(from_server, answer.data(), static_cast<int>(answer.size()));
  }
  std::string out;
  if (server.session.is_established())
    out = server.session.version() + " " + server.session.cipher();
  SSL_free(client);
  SSL_CTX_free(context);
  return out;
}

TEST(TlsPolicy, TakesWhatMozillasIntermediateTakesAndNothingElse) {
  const auto version = [](int number) {
    return [number](SSL_CTX* context) {
      SSL_CTX_set_min_proto_version(context, number);
      SSL_CTX_set_max_proto_version(context, number);
    };
  };
  const auto cipher = [](const char* list) {
    return [list](SSL_CTX* context) {
      SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
      SSL_CTX_set_cipher_list(context, list);
    };
  };
  EXPECT_EQ(outcome(version(TLS1_3_VERSION)), "TLSv1.3 TLS_AES_256_GCM_SHA384") << "its choice";
  EXPECT_EQ(outcome(version(TLS1_2_VERSION)), "TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384");
  EXPECT_EQ(outcome(version(TLS1_1_VERSION)), "");
  EXPECT_EQ(outcome(version(TLS1_VERSION)), "");
  EXPECT_EQ(outcome(cipher("ECDHE-ECDSA-CHACHA20-POLY1305")),
            "TLSv1.2 ECDHE-ECDSA-CHACHA20-POLY1305");
  EXPECT_EQ(outcome(cipher("ECDHE-ECDSA-AES128-SHA")), "") << "no CBC";
  EXPECT_EQ(outcome(cipher("AES128-GCM-SHA256")), "") << "no key exchange without forward secrecy";
  EXPECT_EQ(outcome(cipher("NULL-SHA256:eNULL")), "");
}

TEST(TlsPolicy, SpeaksHttpOneOneOrNothing) {
  const auto offering = [](std::string list) {
    return [list](SSL_CTX* context) {
      SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(list.data()),
                              static_cast<unsigned>(list.size()));
    };
  };
  EXPECT_NE(outcome(offering("\x02h2\x08http/1.1")), "");
  EXPECT_NE(outcome([](SSL_CTX*) {}), "") << "a client without ALPN";
  EXPECT_EQ(outcome(offering("\x02h2")), "");
}

// ---- files -------------------------------------------------------------------------------------

std::string complaint(const CertificateFiles& files) {
  const auto made = Context::server(files, shared().tickets);
  return made ? "" : std::string(made.error().sentence());
}

void write(const std::filesystem::path& path, std::string_view text) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
}

TEST(TlsFiles, WhatIsWrongWithThemIsSaid) {
  TestAuthority authority;
  const auto good = authority.issue("good");
  const auto other = authority.issue("other");
  const auto expect = [&](const CertificateFiles& files, std::string_view word) {
    EXPECT_NE(complaint(files).find(word), std::string::npos)
        << word << " in: " << complaint(files);
  };
  EXPECT_EQ(complaint(good), "");
  expect({"/nowhere/x.pem", good.key}, "/nowhere/x.pem: No such file");
  expect({good.certificate, "/nowhere/x.key"}, "/nowhere/x.key: No such file");
  expect({good.certificate, other.key}, "is not the one of the certificate");
  expect({good.key, good.key}, "no certificate in it");
  expect({good.certificate, good.certificate}, "no private key in it");
  expect({authority.folder().string(), good.key}, authority.folder().string());
  const auto empty = (authority.folder() / "empty.pem").string();
  write(empty, "");
  expect({empty, good.key}, "the file is empty");
  const auto damaged = (authority.folder() / "damaged.pem").string();
  write(damaged, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
  expect({damaged, good.key}, "no certificate in it");
  expect(authority.issue("locked", {.passphrase = "secret"}), "protected by a passphrase");
  expect(authority.issue("weak", {.key = "RSA", .bits = 1024}), "too weak");
  EXPECT_EQ(complaint(authority.issue("rsa", {.key = "RSA", .bits = 2048})), "");
}

TEST(TlsFiles, TimesAreThoseOfTheCertificate) {
  TestAuthority authority;
  const auto expired = Context::server(authority.issue("old", {.begins_s = -7200, .ends_s = -3600}),
                                       shared().tickets);
  ASSERT_TRUE(expired) << "served all the same: it is the operator's to decide";
  const Certificate& it = (*expired)->certificate();
  EXPECT_EQ(it.not_after.value - it.not_before.value, 3600 * 1000);
  EXPECT_EQ(it.subject, "CN = old");
  EXPECT_EQ(it.key, "EC 256");
}

TEST(TlsFiles, TrustThatCannotBeReadIsSaid) {
  const auto made = Context::client({.ca_file = "/nowhere/ca.pem"});
  ASSERT_FALSE(made);
  EXPECT_NE(std::string(made.error().sentence()).find("/nowhere/ca.pem"), std::string::npos);
}

}  // namespace
}  // namespace whoosh::tls
