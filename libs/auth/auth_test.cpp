// Goal: nobody gets in with anything but what we signed, for whom and as long as we meant it.
// Method: real keys (made once), tokens taken apart and forged by hand.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "auth/password.h"
#include "auth/refresh.h"
#include "auth/tokens.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/text.h"

namespace whoosh::auth {
namespace {

using base::ErrorCode;

constexpr base::UnixMs now{1'700'000'000'000};

const std::string& pem(std::size_t which) {
  static const std::array<std::string, 2> made{*make_key_pem(), *make_key_pem()};
  return made.at(which);
}

std::shared_ptr<const KeySet> keys(std::vector<std::string> pems) {
  return std::make_shared<const KeySet>(std::move(*KeySet::from_pem(pems)));
}

const std::shared_ptr<const KeySet>& our_keys() {
  static const auto set = keys({pem(0)});
  return set;
}

const TokenAuthority& ours() {
  static const TokenAuthority authority(our_keys());
  return authority;
}

Identity ada() {
  Identity identity;
  identity.user = base::UserId{17};
  identity.username = "ada";
  identity.display_name = "Ada \"L\"";
  identity.jti = "jti-1";
  return identity;
}

SeatTicket seat() {
  SeatTicket ticket;
  ticket.jti = "seat-1";
  ticket.user = base::UserId{17};
  ticket.name = "Ada";
  ticket.avatar = "fox";
  ticket.room = base::RoomId::make(3, base::ShardNo{1}, 99);
  ticket.role = "player";
  ticket.newcomer = true;
  return ticket;
}

// Header and payload signed by the given keys, whatever they say.
std::string forge(const KeySet& signer, const std::string& header, const std::string& payload) {
  const std::string input = base::base64url(header) + "." + base::base64url(payload);
  return input + "." + base::base64url(*signer.sign(input));
}

std::string header(std::string_view alg = "RS256", std::string_view typ = "JWT",
                   std::string_view kid = our_keys()->signing_kid(), std::string more = "") {
  return "{\"alg\":\"" + std::string(alg) + "\",\"typ\":\"" + std::string(typ) + "\",\"kid\":\"" +
         std::string(kid) + "\"" + more + "}";
}

AccessClaims claims() {
  AccessClaims out;
  out.iss = "whoosh";
  out.aud = "whoosh";
  out.sub = out.user_id = "17";
  out.iat = now.seconds();
  out.exp = now.seconds() + 60;
  out.jti = "x";
  out.token_type = "access";
  out.username = "ada";
  return out;
}

std::string forged(const AccessClaims& payload) {
  return forge(*our_keys(), header(), base::to_json(payload));
}

void expect_refused(const std::string& token, ErrorCode code = ErrorCode::bad_token) {
  const auto checked = ours().check_access(token, now);
  ASSERT_FALSE(checked.has_value()) << token;
  EXPECT_EQ(checked.error().code, code) << token;
}

TEST(AccessToken, comes_back_as_it_was_made) {
  auto identity = ada();
  identity.role = "admin";
  const auto token = ours().make_access(identity, now);
  ASSERT_TRUE(token.has_value());
  const auto checked = ours().check_access(*token, now);
  ASSERT_TRUE(checked.has_value());
  EXPECT_EQ(checked->user, base::UserId{17});
  EXPECT_EQ(checked->username, "ada");
  EXPECT_EQ(checked->display_name, "Ada \"L\"");
  EXPECT_EQ(checked->role, "admin");
  EXPECT_EQ(checked->jti, "jti-1");
  EXPECT_FALSE(checked->is_guest);
  EXPECT_EQ(checked->expires_at, now.plus_s(access_lifetime_s));
}

TEST(AccessToken, has_the_claims_of_the_contract_and_no_others) {
  const auto token = ours().make_access(ada(), now);
  const auto payload = verify_jws(*our_keys(), "JWT", *token);
  ASSERT_TRUE(payload.has_value());
  base::JsonParser parser(4096);
  const auto json = parser.parse(*payload);
  std::set<std::string> names;
  json->for_each_member([&](std::string_view key, const base::JsonValue&) { names.emplace(key); });
  EXPECT_EQ(names, (std::set<std::string>{"iss", "aud", "sub", "iat", "exp", "jti", "token_type",
                                          "user_id", "username", "is_guest", "display_name"}));
  EXPECT_EQ(json->get("user_id")->as_string(), "17");  // a text, as everywhere outside REST bodies
  EXPECT_EQ(json->get("token_type")->as_string(), "access");
  EXPECT_EQ(*json->get("exp")->as_integer() - *json->get("iat")->as_integer(), 3600);
}

TEST(AccessToken, holds_until_its_end_and_thirty_seconds_more) {
  const auto token = *ours().make_access(ada(), now);
  const auto end = now.plus_s(access_lifetime_s);
  EXPECT_TRUE(ours().check_access(token, end.plus_s(leeway_s - 1)).has_value());
  const auto late = ours().check_access(token, end.plus_s(leeway_s));
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::token_expired);
  EXPECT_TRUE(ours().check_access(token, now.plus_s(-leeway_s)).has_value());
  EXPECT_FALSE(ours().check_access(token, now.plus_s(-leeway_s - 1)).has_value());
}

TEST(AccessToken, a_forged_claim_is_refused) {
  EXPECT_TRUE(ours().check_access(forged(claims()), now).has_value()) << "the forge itself works";
  const auto with = [](auto change) {
    AccessClaims payload = claims();
    change(payload);
    return forged(payload);
  };
  expect_refused(with([](auto& c) { c.iss = "somebody"; }));
  expect_refused(with([](auto& c) { c.aud = "whoosh-seat"; }));
  expect_refused(with([](auto& c) { c.token_type = "refresh"; }));
  expect_refused(with([](auto& c) { c.sub = "18"; }));
  expect_refused(with([](auto& c) { c.user_id = c.sub = "0"; }));
  expect_refused(with([](auto& c) { c.user_id = c.sub = "-1"; }));
  expect_refused(with([](auto& c) { c.user_id = c.sub = "99999999999999999999"; }));
  expect_refused(with([](auto& c) { c.nbf = now.seconds() + 31; }));
  expect_refused(with([](auto& c) { c.iat = now.seconds() + 31; }));
  expect_refused(with([](auto& c) { c.exp = std::numeric_limits<std::int64_t>::max(); }));
  expect_refused(with([](auto& c) { c.exp = std::numeric_limits<std::int64_t>::min(); }));
  expect_refused(with([](auto& c) { c.exp = now.seconds() - 31; }), ErrorCode::token_expired);
}

TEST(AccessToken, a_payload_of_another_shape_is_refused) {
  const std::string good = base::to_json(claims());
  const auto replaced = [&](const std::string& what, const std::string& by) {
    std::string text = good;
    const auto at = text.find(what);
    EXPECT_NE(at, text.npos) << what;
    return forge(*our_keys(), header(), text.replace(at, what.size(), by));
  };
  expect_refused(replaced("\"aud\":\"whoosh\"", "\"aud\":[\"whoosh\"]"));
  expect_refused(replaced("\"user_id\":\"17\"", "\"user_id\":17"));
  expect_refused(replaced("\"is_guest\":false", "\"is_guest\":\"false\""));
  expect_refused(replaced("\"jti\":\"x\",", ""));
  expect_refused(replaced("\"jti\":\"x\"", "\"jti\":\"x\",\"jti\":\"y\""));
  expect_refused(forge(*our_keys(), header(), "[]"));
  expect_refused(forge(*our_keys(), header(), ""));
  expect_refused(forge(*our_keys(), header(), "\xff"));
}

TEST(AccessToken, the_header_is_pinned) {
  const std::string payload = base::to_json(claims());
  const auto kid = our_keys()->signing_kid();
  expect_refused(base::base64url(header("none")) + "." + base::base64url(payload) + ".");
  expect_refused(forge(*our_keys(), header("none"), payload));
  expect_refused(forge(*our_keys(), header("RS512"), payload));
  expect_refused(forge(*our_keys(), header("rs256"), payload));
  expect_refused(forge(*our_keys(), header("RS256", "whoosh-seat+jwt"), payload));
  expect_refused(forge(*our_keys(), header("RS256", "JWT", "unknown"), payload));
  expect_refused(forge(*our_keys(), header("RS256", "JWT", ""), payload));
  expect_refused(forge(*our_keys(), header("RS256", "JWT", kid, ",\"crit\":[\"b64\"]"), payload));
  expect_refused(forge(*our_keys(), header("RS256", "JWT", kid, ",\"alg\":\"none\""), payload));
  expect_refused(forge(*our_keys(), "{\"alg\":\"RS256\",\"typ\":\"JWT\"}", payload));
}

// The classic confusion: the public key, which everybody knows, used as an HMAC secret.
TEST(AccessToken, hmac_with_the_public_key_is_refused) {
  const std::string input =
      base::base64url(header("HS256")) + "." + base::base64url(base::to_json(claims()));
  const std::string& secret = our_keys()->jwks_json();
  std::array<unsigned char, 32> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(input.data()), input.size(), mac.data(), &size);
  expect_refused(input + "." + base::base64url({reinterpret_cast<const char*>(mac.data()), size}));
}

TEST(AccessToken, a_key_of_a_stranger_is_refused_even_under_our_kid) {
  const auto stranger = keys({pem(1)});
  expect_refused(*TokenAuthority(stranger).make_access(ada(), now));
  expect_refused(forge(*stranger, header(), base::to_json(claims())));
}

TEST(AccessToken, every_flipped_character_breaks_it) {
  const std::string token = *ours().make_access(ada(), now);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string tampered = token;
    tampered[i] = tampered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ours().check_access(tampered, now).has_value()) << i;
  }
  expect_refused(token + "A");
  expect_refused(token + "=");
  expect_refused(token + ".");
  expect_refused(token.substr(0, token.rfind('.')));
  expect_refused(token.substr(0, token.rfind('.') + 1));
}

TEST(AccessToken, rubbish_is_refused) {
  for (const std::string token :
       {"", ".", "..", "...", "a.b.c", "eyJ.eyJ.", "\x01.\x02.\x03", " . . "}) {
    expect_refused(token);
  }
  expect_refused(std::string(token_bytes_max + 1, 'A'));
  expect_refused(std::string(1 << 20, '.'));
}

TEST(AccessToken, rotation_keeps_old_tokens_and_signs_with_the_first) {
  const std::string old_token = *ours().make_access(ada(), now);
  const TokenAuthority rotated(keys({pem(1), pem(0)}));
  EXPECT_TRUE(rotated.check_access(old_token, now).has_value());
  const std::string new_token = *rotated.make_access(ada(), now);
  expect_refused(new_token);  // the old set doesn't know the new key
  EXPECT_TRUE(TokenAuthority(keys({pem(1)})).check_access(new_token, now).has_value());
}

// What was accepted is so by one set or the other; under ThreadSanitizer the swap is clean, too.
TEST(AccessToken, keys_are_replaced_while_others_sign_and_check) {
  const auto second = keys({pem(1), pem(0)});
  TokenAuthority authority(our_keys());
  const std::string old_token = *authority.make_access(ada(), now);
  std::atomic<bool> over{false};
  std::atomic<int> checked{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!over) {
        EXPECT_TRUE(authority.check_access(old_token, now).has_value());
        const auto fresh = authority.make_access(ada(), now);
        ASSERT_TRUE(fresh.has_value());
        EXPECT_TRUE(TokenAuthority(second).check_access(*fresh, now).has_value());
        EXPECT_FALSE(authority.keys()->jwks_json().empty());
        ++checked;
      }
    });
  }
  std::set<std::uint64_t> generations;
  int swaps = 0;
  while (checked < 60 && !testing::Test::HasFailure()) {
    authority.replace_keys(++swaps % 2 == 0 ? our_keys() : second);
    generations.insert(authority.generation());
    std::this_thread::yield();
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(generations.size(), static_cast<std::size_t>(swaps));
  authority.replace_keys(keys({pem(1)}));
  EXPECT_EQ(authority.check_access(old_token, now).error().code, ErrorCode::bad_token);
}

TEST(AccessToken, a_key_may_check_before_it_signs) {
  auto set = std::move(*KeySet::from_pem(std::array{pem(1), pem(0)}));
  const std::string first(set.signing_kid());
  ASSERT_EQ(set.list().size(), 2u);
  EXPECT_EQ(set.list()[0].kid, first);
  EXPECT_FALSE(set.sign_with("none of them"));
  ASSERT_TRUE(set.sign_with(set.list()[1].kid));
  EXPECT_EQ(set.signing_kid(), our_keys()->signing_kid());
  const TokenAuthority authority(std::make_shared<const KeySet>(std::move(set)));
  EXPECT_TRUE(ours().check_access(*authority.make_access(ada(), now), now).has_value());
  EXPECT_TRUE(authority.check_access(*TokenAuthority(keys({pem(1)})).make_access(ada(), now), now)
                  .has_value());
}

TEST(SeatTicketToken, comes_back_as_it_was_made) {
  const auto token = *ours().make_seat(seat(), now);
  const auto checked = ours().check_seat(token, now);
  ASSERT_TRUE(checked.has_value());
  EXPECT_EQ(checked->jti, "seat-1");
  EXPECT_EQ(checked->user, base::UserId{17});
  EXPECT_EQ(checked->name, "Ada");
  EXPECT_EQ(checked->avatar, "fox");
  EXPECT_EQ(checked->room, seat().room);
  EXPECT_EQ(checked->role, "player");
  EXPECT_TRUE(checked->newcomer);
  EXPECT_EQ(checked->expires_at, now.plus_s(60));
}

TEST(SeatTicketToken, of_a_secret_is_no_other_kind_and_of_no_other_secret) {
  const auto authority = [](char fill) {
    return TokenAuthority(our_keys(), {}, *ClusterKey::from_secret(std::string(32, fill)));
  };
  const TokenAuthority one = authority('1');
  const auto token = *one.make_seat(seat(), now);
  EXPECT_TRUE(one.check_seat(token, now).has_value());
  EXPECT_FALSE(authority('2').check_seat(token, now).has_value());
  EXPECT_FALSE(ours().check_seat(token, now).has_value()) << "without a secret none is taken";
  EXPECT_FALSE(one.check_access(token, now).has_value());
  EXPECT_FALSE(one.check_service(token, now).has_value());
  EXPECT_TRUE(one.check_seat(*ours().make_seat(seat(), now), now).has_value())
      << "of a process that has not been updated yet";
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    if (changed != token) {
      EXPECT_FALSE(one.check_seat(changed, now).has_value()) << at;
    }
  }
  // The public key as a secret, the classic confusion: no key of ours is ever used as one.
  const std::string key_text = our_keys()->jwks_json();
  const auto forged =
      *TokenAuthority(our_keys(), {}, *ClusterKey::from_secret(key_text)).make_seat(seat(), now);
  EXPECT_FALSE(one.check_seat(forged, now).has_value());
  EXPECT_FALSE(ours().check_seat(forged, now).has_value());
}

TEST(Keys, new_ones_have_the_size_that_was_chosen) {
  for (const int bits : {2048, rsa_bits_default}) {
    const auto keys = KeySet::from_pem(std::vector<std::string>{*make_key_pem(bits)});
    ASSERT_TRUE(keys.has_value());
    EXPECT_EQ(keys->sign("x")->size(), static_cast<std::size_t>(bits) / 8);
  }
  static_assert(rsa_bits_default >= 3072, "128 bits of security");
}

TEST(SeatTicketToken, lives_for_sixty_seconds_sharp_and_is_no_access_token) {
  const auto token = *ours().make_seat(seat(), now);
  EXPECT_TRUE(ours().check_seat(token, now.plus_s(59)).has_value());
  const auto late = ours().check_seat(token, now.plus_s(60));
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::bad_ticket);
  expect_refused(token);
  const auto access = ours().check_seat(*ours().make_access(ada(), now), now);
  ASSERT_FALSE(access.has_value());
  EXPECT_EQ(access.error().code, ErrorCode::bad_ticket);
}

TEST(ServiceTokenToken, comes_back_as_it_was_made_and_ends_after_its_days) {
  const auto token = *ours().make_service({"results-worker", "j1"}, 30, now);
  const auto back = ours().check_service(token, now);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->name, "results-worker");
  EXPECT_EQ(back->jti, "j1");
  EXPECT_EQ(back->expires_at, now.plus_s(30 * 24 * 3600));
  EXPECT_TRUE(ours().check_service(token, back->expires_at.plus_s(leeway_s - 1)).has_value());
  const auto late = ours().check_service(token, back->expires_at.plus_s(leeway_s));
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::token_expired);
}

TEST(ServiceTokenToken, passes_for_no_other_kind_and_no_other_for_it) {
  const auto service = *ours().make_service({"results-worker", "j1"}, 1, now);
  const auto access = *ours().make_access(ada(), now);
  EXPECT_FALSE(ours().check_access(service, now).has_value());
  EXPECT_FALSE(ours().check_seat(service, now).has_value());
  EXPECT_FALSE(ours().check_service(access, now).has_value());
  const TokenAuthority elsewhere(our_keys(), {.issuer = "whoosh", .service = "other-service"});
  EXPECT_FALSE(elsewhere.check_service(service, now).has_value());
  EXPECT_FALSE(TokenAuthority(keys({pem(1)})).check_service(service, now).has_value());
}

TEST(ServiceTokenToken, is_made_for_good_names_and_a_year_at_most) {
  for (const char* name : {"", "Results", "a b", "a/b", "\u00e4"}) {
    EXPECT_FALSE(ours().make_service({name, "j"}, 1, now).has_value()) << name;
  }
  EXPECT_FALSE(ours().make_service({std::string(65, 'a'), "j"}, 1, now).has_value());
  for (const std::int32_t days : {-1, 0, 366}) {
    EXPECT_FALSE(ours().make_service({"a", "j"}, days, now).has_value()) << days;
  }
  EXPECT_TRUE(ours().make_service({"a", "j"}, 365, now).has_value());
}

TEST(Keys, jwks_shows_public_numbers_only) {
  const auto set = keys({pem(0), pem(1)});
  base::JsonParser parser(64 * 1024);
  const auto json = parser.parse(set->jwks_json());
  ASSERT_TRUE(json.has_value());
  int count = 0;
  json->get("keys")->for_each_element([&](const base::JsonValue& key) {
    ++count;
    std::set<std::string> names;
    key.for_each_member(
        [&](std::string_view name, const base::JsonValue&) { names.emplace(name); });
    EXPECT_EQ(names, (std::set<std::string>{"kty", "use", "alg", "kid", "n", "e"}));
    EXPECT_EQ(key.get("e")->as_string(), "AQAB");
    EXPECT_TRUE(set->knows(*key.get("kid")->as_string()));
  });
  EXPECT_EQ(count, 2);
}

// The example of RFC 7638 section 3.1.
TEST(Keys, kid_is_the_thumbprint_of_rfc_7638) {
  const std::string rfc_key =
      "-----BEGIN PUBLIC KEY-----\n"
      "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0vx7agoebGcQSuuPiLJX\n"
      "ZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tS\n"
      "oc/BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ/2W+5JsGY4Hc5n9yBXArwl93lqt\n"
      "7/RN5w6Cf0h4QyQ5v+65YGjQR0/FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0\n"
      "zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt+bFTWhAI4vMQFh6WeZu0f\n"
      "M4lFd2NcRwr3XPksINHaQ+G/xBniIqbw0Ls1jF44+csFCur+kEgU8awapJzKnqDK\n"
      "gwIDAQAB\n"
      "-----END PUBLIC KEY-----\n";
  const auto set = keys({rfc_key});
  EXPECT_TRUE(set->knows("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
  EXPECT_FALSE(set->can_sign());
  EXPECT_FALSE(TokenAuthority(set).make_access(ada(), now).has_value());
}

TEST(Keys, files_are_private_and_never_overwritten) {
  const auto dir =
      std::filesystem::temp_directory_path() / ("whoosh_keys_" + std::to_string(::getpid()));
  std::filesystem::create_directories(dir);
  const std::string path = dir / "key.pem";
  ASSERT_TRUE(make_key_file(path).has_value());
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  EXPECT_FALSE(make_key_file(path).has_value());
  EXPECT_TRUE(KeySet::load(std::array{path}).has_value());
  ::chmod(path.c_str(), 0644);
  const auto open_to_all = KeySet::load(std::array{path});
  ASSERT_FALSE(open_to_all.has_value());
  EXPECT_NE(open_to_all.error().message.find("chmod 600"), std::string::npos);
  ::chmod(path.c_str(), 0640);
  EXPECT_TRUE(KeySet::load(std::array{path}).has_value());
  EXPECT_FALSE(KeySet::load(std::array{path, path}).has_value()) << "twice the same";
  EXPECT_FALSE(KeySet::load(std::array{std::string(dir / "none.pem")}).has_value());
  std::ofstream(dir / "junk.pem") << "-----BEGIN PRIVATE KEY-----\njunk\n";
  ::chmod((dir / "junk.pem").c_str(), 0600);
  EXPECT_FALSE(KeySet::load(std::array{std::string(dir / "junk.pem")}).has_value());
  EXPECT_FALSE(KeySet::load({}).has_value());
  std::filesystem::remove_all(dir);
}

TEST(Keys, short_or_foreign_keys_are_refused) {
  const auto pem_of = [](EVP_PKEY* key) {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    std::string out(text, static_cast<std::size_t>(size));
    BIO_free_all(bio);
    EVP_PKEY_free(key);
    return out;
  };
  EXPECT_FALSE(KeySet::from_pem(std::array{pem_of(EVP_RSA_gen(1024))}).has_value());
  EXPECT_FALSE(KeySet::from_pem(std::array{pem_of(EVP_EC_gen("P-256"))}).has_value());
}

TEST(RefreshToken, is_found_by_its_hash_only) {
  const Secret secret = make_secret(std::string(32, '\x5a'));
  EXPECT_EQ(secret.token.size(), 43u);
  EXPECT_EQ(secret.hash.size(), 32u);
  EXPECT_EQ(secret_hash(secret.token), secret.hash);
  for (const std::string wrong : {"", "short", "not base64url at all !!!!!!!!!!!!!!!!!!!!!!!!"}) {
    EXPECT_EQ(secret_hash(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(secret_hash(secret.token + "A"), std::nullopt);
}

TEST(Password, is_checked_against_its_hash) {
  const Passwords passwords(Cost::minimal());
  const auto hash = passwords.hash("correct horse");
  ASSERT_TRUE(hash.has_value());
  EXPECT_TRUE(hash->starts_with("$argon2id$"));
  EXPECT_NE(*hash, *passwords.hash("correct horse")) << "salted";
  EXPECT_TRUE(passwords.verify(*hash, "correct horse"));
  EXPECT_FALSE(passwords.verify(*hash, "correct hors"));
  EXPECT_FALSE(passwords.verify(*hash, ""));
  EXPECT_FALSE(passwords.verify(std::string("not a hash"), "correct horse"));
  EXPECT_FALSE(passwords.verify(std::nullopt, "correct horse"));
  EXPECT_FALSE(passwords.outdated(*hash));
  EXPECT_TRUE(Passwords(Cost{2, 16 * 1024}).outdated(*hash));
}

}  // namespace
}  // namespace whoosh::auth
