#include "tls/tickets.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>

namespace whoosh::tls {
namespace {

void wipe(std::optional<TicketKeys::Key>& key) {
  if (key) OPENSSL_cleanse(&*key, sizeof *key);
  key.reset();
}

}  // namespace

TicketKeys::~TicketKeys() {
  for (auto& key : keys_) wipe(key);
}

// What is due, under the mutex. After two lifetimes without a handshake both are too old.
void TicketKeys::rotate() {
  const std::int64_t now_ms = clock_.monotonic_ms();
  const std::int64_t age_ms = now_ms - made_at_ms_;
  if (keys_[0] && age_ms < lifetime_ms) return;
  wipe(keys_[1]);
  if (keys_[0] && age_ms < 2 * lifetime_ms) keys_[1] = keys_[0];
  wipe(keys_[0]);
  Key fresh;
  if (RAND_bytes(fresh.name.data(), fresh.name.size()) == 1 &&
      RAND_priv_bytes(fresh.cipher.data(), fresh.cipher.size()) == 1 &&
      RAND_priv_bytes(fresh.mac.data(), fresh.mac.size()) == 1) {
    keys_[0] = fresh;
    made_at_ms_ = now_ms;
  }
  OPENSSL_cleanse(&fresh, sizeof fresh);
}

std::optional<TicketKeys::Key> TicketKeys::sealing() {
  const std::lock_guard lock(mutex_);
  rotate();
  return keys_[0];
}

std::optional<TicketKeys::Opening> TicketKeys::opening(std::span<const unsigned char, 16> name) {
  const std::lock_guard lock(mutex_);
  rotate();
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] && std::equal(name.begin(), name.end(), keys_[i]->name.begin()))
      return Opening{*keys_[i], i > 0};
  }
  return std::nullopt;
}

}  // namespace whoosh::tls
