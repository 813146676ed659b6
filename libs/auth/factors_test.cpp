// Second factors. Goal: codes are those of RFC 6238, are good for their time and no longer;
// recovery codes survive being typed; what is sealed opens for its owner alone. Method: the RFC's
// own vectors, tables, and every byte of a sealed text changed.
#include <gtest/gtest.h>

#include <set>

#include "auth/recovery.h"
#include "auth/seal.h"
#include "auth/totp.h"

namespace whoosh::auth {
namespace {

const std::string rfc_secret = "12345678901234567890";

base::UnixMs at_s(std::int64_t seconds) {
  return base::UnixMs{seconds * 1000};
}

// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
TEST(Totp, gives_the_codes_of_the_rfc) {
  const std::pair<std::int64_t, const char*> vectors[] = {{59, "287082"},
                                                          {1'111'111'109, "081804"},
                                                          {1'111'111'111, "050471"},
                                                          {1'234'567'890, "005924"},
                                                          {2'000'000'000, "279037"},
                                                          {20'000'000'000, "353130"}};
  for (const auto& [seconds, code] : vectors) {
    EXPECT_EQ(totp_code(rfc_secret, totp_step(at_s(seconds))), code) << seconds;
  }
}

TEST(Totp, a_clock_may_be_off_by_one_step) {
  const std::int64_t step = 1000;
  const std::string code = totp_code(rfc_secret, step);
  const auto found = [&](std::int64_t seconds) {
    return matching_step(rfc_secret, code, at_s(seconds));
  };
  EXPECT_EQ(found(step * 30 - 31), std::nullopt);
  for (const std::int64_t seconds : {step * 30 - 30, step * 30, step * 30 + 29, step * 30 + 59}) {
    EXPECT_EQ(found(seconds), step) << seconds;
  }
  EXPECT_EQ(found(step * 30 + 60), std::nullopt);
}

TEST(Totp, another_secret_has_other_codes) {
  const base::UnixMs now = at_s(1'700'000'000);
  const std::string code = totp_code(rfc_secret, totp_step(now));
  EXPECT_EQ(matching_step("another secret of 20", code, now), std::nullopt);
  for (const char* wrong : {"", "1", "12345", "1234567", "abcdef"}) {
    EXPECT_EQ(matching_step(rfc_secret, wrong, now), std::nullopt) << wrong;
  }
}

TEST(Totp, codes_are_six_digits_however_they_are_typed) {
  EXPECT_EQ(cleaned_totp("287082"), "287082");
  EXPECT_EQ(cleaned_totp(" 287 082 "), "287082");
  EXPECT_EQ(cleaned_totp("287-082"), "287082");
  for (const char* wrong : {"", "28708", "2870821", "28708a", "\xc2\xb2\xc2\xb2\xc2\xb2"}) {
    EXPECT_EQ(cleaned_totp(wrong), std::nullopt) << wrong;
  }
}

TEST(Totp, apps_get_an_uri_with_the_secret_in_base32) {
  EXPECT_EQ(base32("foobar"), "MZXW6YTBOI");  // RFC 4648, section 10
  EXPECT_EQ(base32("fo"), "MZXQ");
  EXPECT_EQ(base32(""), "");
  EXPECT_EQ(totp_uri(rfc_secret, "ada b&c"),
            "otpauth://totp/Whoosh:ada%20b%26c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            "&issuer=Whoosh");
}

TEST(RecoveryCode, is_found_however_it_is_typed) {
  const RecoveryCode code = make_recovery_code(std::string(recovery_bytes, '\x5a'));
  EXPECT_EQ(code.text.size(), 24U + 5U);
  EXPECT_EQ(code.hash.size(), 32U);
  EXPECT_EQ(recovery_hash(code.text), code.hash);
  std::string small;
  for (const char c : code.text) {
    if (c != '-') small += static_cast<char>(std::tolower(c));
  }
  EXPECT_EQ(recovery_hash(small), code.hash);
  EXPECT_EQ(recovery_hash(" " + small + " "), code.hash);
  const RecoveryCode zeros = make_recovery_code(std::string(recovery_bytes, '\0'));
  EXPECT_EQ(recovery_hash("OOOO-oooo-0000-0000-0000-0000"), zeros.hash);
}

TEST(RecoveryCode, what_is_none_has_no_hash) {
  for (const char* wrong : {"", "0000", "0000-0000-0000-0000-0000-000",
                            "0000-0000-0000-0000-0000-00000", "U000-0000-0000-0000-0000-0000"}) {
    EXPECT_EQ(recovery_hash(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(recovery_hash(std::string(100'000, '-')), std::nullopt);
}

TEST(RecoveryCode, has_120_bits) {
  std::set<std::string> hashes;
  for (std::size_t bit = 0; bit < recovery_bytes * 8; ++bit) {
    std::string random(recovery_bytes, '\0');
    random[bit / 8] = static_cast<char>(1 << bit % 8);
    hashes.insert(make_recovery_code(random).hash);
  }
  EXPECT_EQ(hashes.size(), recovery_bytes * 8) << "every bit counts";
}

const std::string key_one(32, '1');
const std::string key_two(32, '2');
const std::string nonce(seal_random_bytes, 'n');

Sealer sealer_of(std::vector<std::string> secrets) {
  return Sealer::from_secrets(secrets).value();
}

TEST(Sealer, opens_what_it_sealed_for_its_owner_alone) {
  const Sealer sealer = sealer_of({key_one});
  const std::string sealed = sealer.seal(rfc_secret, "totp 17", nonce);
  EXPECT_EQ(sealed.find(rfc_secret), sealed.npos);
  EXPECT_EQ(sealer.open(sealed, "totp 17"), rfc_secret);
  EXPECT_EQ(sealer.open(sealed, "totp 18"), std::nullopt) << "a row was moved";
  EXPECT_EQ(sealer_of({key_two}).open(sealed, "totp 17"), std::nullopt);
}

TEST(Sealer, every_changed_byte_is_noticed) {
  const Sealer sealer = sealer_of({key_one});
  const std::string sealed = sealer.seal(rfc_secret, "totp 17", nonce);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    std::string changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_EQ(sealer.open(changed, "totp 17"), std::nullopt) << at;
    EXPECT_EQ(sealer.open(sealed.substr(0, at), "totp 17"), std::nullopt) << at;
  }
}

TEST(Sealer, older_keys_go_on_opening) {
  const std::string sealed = sealer_of({key_one}).seal(rfc_secret, "totp 17", nonce);
  const Sealer rotated = sealer_of({key_two, key_one});
  EXPECT_EQ(rotated.open(sealed, "totp 17"), rfc_secret);
  const std::string fresh = rotated.seal(rfc_secret, "totp 17", nonce);
  EXPECT_EQ(sealer_of({key_two}).open(fresh, "totp 17"), rfc_secret);
}

TEST(Sealer, short_secrets_are_refused_and_none_seals_nothing) {
  EXPECT_FALSE(Sealer().can_seal());
  EXPECT_EQ(Sealer().open(sealer_of({key_one}).seal("x", "y", nonce), "y"), std::nullopt);
  const std::vector<std::string> brief{std::string(31, 'x')};
  EXPECT_TRUE(Sealer::from_secrets(brief).has_error());
}

}  // namespace
}  // namespace whoosh::auth
