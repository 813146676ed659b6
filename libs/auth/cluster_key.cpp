#include "auth/cluster_key.h"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>

#include "base/assert.h"
#include "base/encoding.h"

namespace whoosh::auth {

base::Result<ClusterKey> ClusterKey::from_secret(std::string_view secret) {
  if (secret.size() < cluster_secret_bytes_min) {
    return base::Error{base::ErrorCode::invalid_input,
                       fmt::format("the cluster secret has {} bytes but needs at least {}",
                                   secret.size(), cluster_secret_bytes_min)};
  }
  ASSERT(sodium_init() >= 0);
  ClusterKey key;
  crypto_hash_sha256(key.key_.data(), reinterpret_cast<const unsigned char*>(secret.data()),
                     secret.size());
  return key;
}

std::string ClusterKey::make_pass(std::string_view about, base::UnixMs now) const {
  const std::string when = std::to_string(now.value);
  return when + "." + base::base64url(mac(about, when));
}

bool ClusterKey::check_pass(std::string_view pass, std::string_view about, base::UnixMs now) const {
  const std::size_t dot = pass.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view when = pass.substr(0, dot);
  std::int64_t made = 0;
  const auto parsed = std::from_chars(when.data(), when.data() + when.size(), made);
  if (parsed.ec != std::errc() || parsed.ptr != when.data() + when.size()) return false;
  const std::int64_t window = pass_lifetime_s * 1000;
  if (made < now.value - window || made > now.value + window) return false;
  const std::string expected = base::base64url(mac(about, when));
  const std::string_view given = pass.substr(dot + 1);
  return given.size() == expected.size() &&
         sodium_memcmp(given.data(), expected.data(), expected.size()) == 0;
}

std::string ClusterKey::tag(std::string_view purpose, std::string_view bytes) const {
  return mac(bytes, purpose);  // a pass begins with a number, a purpose with a letter
}

std::string ClusterKey::mac(std::string_view about, std::string_view when) const {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key_.data(), key_.size());
  const auto add = [&](std::string_view text) {
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                                  text.size());
  };
  add(when);
  add("\n");
  add(about);
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

std::string call_text(std::string_view method, std::string_view target, std::string_view body) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(body.data()), body.size());
  return fmt::format("{} {}\n{}", method, target, base::hex(digest));
}

}  // namespace whoosh::auth
