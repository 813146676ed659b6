// Goal: no token but ours, of the right kind, whole and in time, opens any door. Method: the
// server's own key signs what is wrong in one thing only, so that nothing else can be the reason of
// the refusal; both services are asked.
#include "auth/tokens.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "base/encoding.h"
#include "tests/hostile/hostile.h"

namespace whoosh::tests {
namespace {

namespace json = boost::json;

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// The public half of a private key, as PEM: what an attacker computes from the JWKS.
std::string public_pem(const std::string& private_file) {
  std::unique_ptr<BIO, int (*)(BIO*)> in(BIO_new_file(private_file.c_str(), "r"), BIO_free);
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(out.get(), key.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string hmac(const std::string& key, const std::string& text) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size);
  return {reinterpret_cast<char*>(out), size};
}

class HostileTokens : public Hostile {
 protected:
  HostileTokens() {
    for (const auto& file : std::filesystem::directory_iterator(server_.folder() / "keys")) {
      if (file.path().extension() == ".pem") key_file_ = file.path().string();
    }
    std::vector<std::string> files{key_file_};
    keys_ = std::make_shared<const auth::KeySet>(std::move(*auth::KeySet::load(files)));
    person_ = guest();
    split();
  }
  void split() {
    const auto first = person_.access.find('.');
    const auto second = person_.access.find('.', first + 1);
    header_ = json::parse(*base::base64url_decode(person_.access.substr(0, first))).as_object();
    payload_ =
        json::parse(*base::base64url_decode(person_.access.substr(first + 1, second - first - 1)))
            .as_object();
    signature_ = person_.access.substr(second + 1);
  }
  static std::string parts(const json::object& header, const json::object& payload) {
    return base::base64url(json::serialize(header)) + "." +
           base::base64url(json::serialize(payload));
  }
  // Really signed, with one member of header or payload other than we would write it.
  std::string signed_token(const json::object& header, const json::object& payload) {
    const std::string text = parts(header, payload);
    return text + "." + base::base64url(*keys_->sign(text));
  }
  std::string with_header(const char* name, json::value value) {
    json::object header = header_;
    header[name] = std::move(value);
    return signed_token(header, payload_);
  }
  std::string with_claim(const char* name, json::value value) {
    json::object payload = payload_;
    payload[name] = std::move(value);
    return signed_token(header_, payload);
  }
  std::string without_claim(const char* name) {
    json::object payload = payload_;
    payload.erase(name);
    return signed_token(header_, payload);
  }
  static std::string upgrade(const std::string& query, const std::string& more) {
    return "GET /ws" + query +
           " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           more + "\r\n";
  }
  int edge_status(const std::string& query, const std::string& more) {
    RawConnection connection(edge());
    connection.send(upgrade(query, more));
    return connection.read().status;
  }
  void expect_refused(const std::string& name, const std::string& token) {
    const auto answer = ask("GET", "/api/users/me", token);
    // A head that is too large is refused as that, before anybody looks for a token.
    EXPECT_TRUE(answer.status == 401 || (token.size() > 6000 && answer.status == 431))
        << name << ": " << answer.status << answer.body;
    expect_discreet(answer, name);
    const int status = edge_status("", "Authorization: Bearer " + token + "\r\n");
    EXPECT_TRUE(status == 401 || (token.size() > 6000 && status == 431)) << name << ": " << status;
  }

  std::string key_file_;
  std::shared_ptr<const auth::KeySet> keys_;
  Person person_;
  json::object header_;
  json::object payload_;
  std::string signature_;
};

TEST_F(HostileTokens, TheForgersOwnToolWorks) {
  // Otherwise every refusal below would prove nothing.
  EXPECT_EQ(ask("GET", "/api/users/me", signed_token(header_, payload_)).status, 200);
  EXPECT_EQ(edge_status("", "Authorization: Bearer " + person_.access + "\r\n"), 101);
}

TEST_F(HostileTokens, NoAlgorithmButOurs) {
  for (const char* none : {"none", "None", "NONE", "nOnE", "", " none", "none\u0000"}) {
    json::object header = header_;
    header["alg"] = none;
    const std::string text = parts(header, payload_);
    expect_refused("unsigned", text + ".");
    expect_refused("unsigned without its dot", text);
    expect_refused("signature left on", text + "." + signature_);
    expect_refused("signed nevertheless", signed_token(header, payload_));
  }
  const std::string pem = public_pem(key_file_);
  std::string stripped = pem.substr(0, pem.find_last_not_of('\n') + 1);
  for (const char* alg : {"HS256", "hs256"}) {
    json::object header = header_;
    header["alg"] = alg;
    const std::string text = parts(header, payload_);
    for (const std::string& secret : {pem, stripped, keys_->jwks_json(), std::string()}) {
      expect_refused("public key as a secret", text + "." + base::base64url(hmac(secret, text)));
    }
  }
  for (const char* alg :
       {"HS384", "RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", "RS256 "}) {
    expect_refused(alg, with_header("alg", alg));
  }
  expect_refused("list of algorithms", with_header("alg", json::array{"RS256", "none"}));
  expect_refused("null", with_header("alg", nullptr));
}

TEST_F(HostileTokens, KeyIdsNameKeysAndNothingElse) {
  for (const std::string& kid :
       {std::string("unknown"), std::string(), std::string("../../../../dev/null"),
        std::string("/dev/null"), std::string("file:///etc/passwd"),
        std::string("http://localhost/jwks.json"), std::string("' OR '1'='1"),
        std::string("x'; DROP TABLE users; --"), std::string("$(id)"), std::string("| id"),
        std::string("%s%n%n"), std::string(200, 'k'), std::string(100'000, 'k'),
        std::string("a\0b", 3)}) {
    expect_refused("kid " + kid.substr(0, 30),
                   with_header("kid", json::string(kid.data(), kid.size())));
  }
  expect_refused("array", with_header("kid", json::array{header_.at("kid")}));
  expect_refused("object", with_header("kid", json::object{{"kid", header_.at("kid")}}));
  expect_refused("number", with_header("kid", 0));
  json::object header = header_;
  header.erase("kid");
  expect_refused("missing", signed_token(header, payload_));
}

TEST_F(HostileTokens, KeysThatTheTokenBringsAreNotUsed) {
  std::vector<std::string> pems{*auth::make_key_pem()};
  const auth::KeySet own = std::move(*auth::KeySet::from_pem(pems));
  const json::object jwk = json::parse(own.jwks_json()).at("keys").at(0).as_object();
  const auto by_own_key = [&](const char* member, json::value value, const json::value& kid) {
    json::object header = header_;
    header["kid"] = kid;
    header[member] = std::move(value);
    const std::string text = parts(header, payload_);
    return text + "." + base::base64url(*own.sign(text));
  };
  for (const json::value& kid : {header_.at("kid"), jwk.at("kid")}) {
    expect_refused("jwk", by_own_key("jwk", jwk, kid));
    expect_refused("jku", by_own_key("jku", "http://127.0.0.1:1/jwks.json", kid));
    expect_refused("x5u", by_own_key("x5u", "http://127.0.0.1:1/cert.pem", kid));
    expect_refused("x5c", by_own_key("x5c", json::array{"MIIB"}, kid));
  }
  expect_refused("crit", with_header("crit", json::array{"exp"}));
  expect_refused("zip and crit", with_header("crit", json::array{"zip"}));
}

TEST_F(HostileTokens, EveryClaimIsHeldToItsMeaning) {
  const std::int64_t now = now_s();
  const std::vector<std::pair<const char*, json::value>> wrong{
      {"aud", "whoosh-seat"},
      {"aud", "other"},
      {"aud", json::array{"whoosh", "other"}},
      {"iss", "evil"},
      {"iss", ""},
      {"iss", nullptr},
      {"token_type", "refresh"},
      {"token_type", "seat"},
      {"token_type", "service"},
      {"exp", now - 3600},
      {"exp", 0},
      {"exp", -1},
      {"exp", "9999999999"},
      {"exp", 1e300},
      {"exp", INT64_MAX},
      {"nbf", now + 3600},
      {"nbf", INT64_MAX},
      {"iat", now + 3600},
      {"iat", INT64_MIN},
      {"sub", "2"},
      {"user_id", "2"},
      {"sub", json::array{"2"}},
      {"is_guest", "false"},
      {"role", json::array{"admin"}}};
  for (const auto& [name, value] : wrong) {
    expect_refused(std::string(name) + " = " + json::serialize(value), with_claim(name, value));
  }
  for (const char* name : {"aud", "iss", "token_type", "exp", "iat", "sub", "user_id"}) {
    expect_refused(std::string("no ") + name, without_claim(name));
  }
  for (const char* typ : {"whoosh-seat+jwt", "whoosh-service+jwt", "at+jwt", "jwt", ""}) {
    expect_refused(std::string("typ ") + typ, with_header("typ", typ));
  }
}

TEST_F(HostileTokens, TamperedOnesAreRefused) {
  json::object other = payload_;
  other["role"] = "admin";
  const std::string good = parts(header_, payload_);
  expect_refused("payload", parts(header_, other) + "." + signature_);
  json::object header = header_;
  header["extra"] = 1;
  expect_refused("header", parts(header, payload_) + "." + signature_);
  std::string flipped = signature_;
  flipped[10] = flipped[10] == 'A' ? 'B' : 'A';
  expect_refused("signature", person_.access.substr(0, person_.access.rfind('.') + 1) + flipped);
  expect_refused("half a signature", good + "." + signature_.substr(0, signature_.size() / 2));
  expect_refused("two payloads", person_.access + "." + base::base64url(json::serialize(other)));
  std::string duplicate = json::serialize(payload_);
  duplicate.insert(duplicate.size() - 1, R"(,"role":"admin","role":"player")");
  const std::string text =
      base::base64url(json::serialize(header_)) + "." + base::base64url(duplicate);
  expect_refused("duplicate claims", text + "." + base::base64url(*keys_->sign(text)));
}

TEST_F(HostileTokens, OneSpellingOnly) {
  const std::string& t = person_.access;
  const auto dot = t.find('.');
  const std::vector<std::string> wrong{
      t + "=",
      t + "==",
      t + ".",
      "." + t,
      t + "." + t,
      t + "," + t,
      "\"" + t + "\"",
      t.substr(0, dot) + "=" + t.substr(dot),
      t.substr(0, dot) + " " + t.substr(dot),
      t.substr(0, dot) + "\t" + t.substr(dot),
      t + "%00",
      "..",
      ".",
      "a.b.c",
      "e30.e30.e30",
      std::string(5000, 'A'),
      t + std::string(7000, 'A'),
      std::string(100'000, 'A'),
      R"({"payload":"e30","signatures":[{"protected":"e30","signature":"AA"}]})",
      json::serialize(json::object{{"protected", t.substr(0, dot)},
                                   {"payload", t.substr(dot + 1, t.rfind('.') - dot - 1)},
                                   {"signature", signature_}})};
  for (const std::string& token : wrong) expect_refused("spelling " + token.substr(0, 20), token);
  for (const std::string& value :
       {std::string("Bearer"), "Basic " + t, t, "Bearer:" + t, "Token " + t,
        "Bearer " + t + " " + t, "Bearer " + t + ", Bearer " + t}) {
    const auto answer = ask("GET", "/api/users/me", "", std::nullopt, {{"Authorization", value}});
    EXPECT_EQ(answer.status, 401) << value.substr(0, 20);
  }
  expect_alive();
}

TEST_F(HostileTokens, OneKindIsNotAnother) {
  const auto room = room_of(person_);
  const std::string ticket = text(room, "ticket");
  ASSERT_FALSE(ticket.empty());
  const auth::TokenAuthority authority(keys_);
  auth::ServiceToken service;
  service.name = "reporter";
  service.jti = "1";
  const auto token = authority.make_service(service, 1, {now_s() * 1000});
  ASSERT_TRUE(token);
  EXPECT_TRUE(authority.check_service(*token, {now_s() * 1000}));
  expect_refused("seat ticket as access token", ticket);
  expect_refused("service token as access token", *token);
  expect_refused("refresh token as access token", person_.refresh);
  for (const std::string& wrong : {person_.access, *token, person_.refresh}) {
    EXPECT_EQ(edge_status("", "Sec-WebSocket-Protocol: whoosh.v1, ticket." + wrong + "\r\n"), 401);
    EXPECT_EQ(edge_status("", "Sec-WebSocket-Protocol: whoosh.v1, resume." + wrong + "\r\n"), 401);
  }
  for (const std::string& wrong : {person_.access, ticket, *token}) {
    const auto answer =
        ask("POST", "/api/auth/token/refresh", "", R"({"refresh":")" + wrong + R"("})");
    EXPECT_EQ(answer.status, 401) << answer.body;
  }
}

}  // namespace
}  // namespace whoosh::tests
