// TicketKeys: the keys under which a server seals session tickets, so that a client that comes back
// spares both sides the signature (RFC 8446 section 4.6.1, RFC 5077). Nothing is kept per client.
//
// A key lives for lifetime_ms and opens tickets for as long again; then it is forgotten, and with
// it whatever was sealed under it. Keys are this process's alone: a ticket of another one is no
// error, only a full handshake. They outlive a reload of the certificate.
//
// Owner: shared by the contexts that were given them; any thread.
// Lock ledger: mutex_ protects keys_ and made_at_ms_; taken in sealing() and opening(), twice a
// handshake at most; nothing is called under it but the clock and the random generator.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

#include "runtime/clock.h"

namespace whoosh::tls {

class TicketKeys {
 public:
  static constexpr std::int64_t lifetime_ms = 8LL * 3600 * 1000;

  struct Key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
  };
  struct Opening {
    Key key;
    bool is_former;  // the client is to get a new ticket
  };

  // `clock` outlives it.
  explicit TicketKeys(const runtime::Clock& clock) : clock_(clock) {}
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  // nullopt: the system gives no random bytes; then there are no tickets.
  [[nodiscard]] std::optional<Key> sealing();
  // nullopt: of another process, or too old.
  [[nodiscard]] std::optional<Opening> opening(std::span<const unsigned char, 16> name);

 private:
  void rotate();

  const runtime::Clock& clock_;
  std::mutex mutex_;
  std::array<std::optional<Key>, 2> keys_;  // the one in use, and the former one
  std::int64_t made_at_ms_ = 0;
};

}  // namespace whoosh::tls
