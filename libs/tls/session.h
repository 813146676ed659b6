// Session: one TLS connection over memory. It neither knows a socket nor waits: sealed bytes come
// in as they were received, whatever the cut, and what is to be sent is left in an Exchange.
//
//   session.take(exchange, received, plain)   handshake and records → plain bytes
//   session.seal(exchange, plain)             plain bytes → records
//   exchange.sealed()                         what either wants sent, in order; then clear()
//
// Owner: whoever has the socket; one thread at a time, and any Exchange of that thread. It may be
// moved to another thread with its socket.
// Invariants:
// 1. A failed session takes and seals no more; the alert that says so is in the exchange.
// 2. Nothing that a peer sends reaches an assertion.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tls/context.h"

struct ssl_st;
struct bio_st;
struct bio_method_st;

namespace whoosh::tls {

// A record's plain bytes at most (RFC 8446 section 5.1), and what may be held of one besides.
inline constexpr std::size_t record_bytes_max = 16 * 1024;
// take() needs so much more room than it gets sealed bytes: of a record that had begun before.
inline constexpr std::size_t held_bytes_max = record_bytes_max + 1024;

class Session;

// What sessions of one thread read from and write to.
class Exchange {
 public:
  [[nodiscard]] std::string_view sealed() const { return {out_.data(), out_.size()}; }
  void clear() { out_.clear(); }

 private:
  friend class Session;
  static int on_read(bio_st* bio, char* into, std::size_t size, std::size_t* got);
  static int on_write(bio_st* bio, const char* bytes, std::size_t size, std::size_t* written);
  static long on_control(bio_st* bio, int command, long number, void* pointer);
  static bio_method_st* method();

  std::span<const char> in_;
  std::vector<char> out_;
};

// What a client's connection must check: the certificate's name, which it asks for. For whoever
// drives OpenSSL by himself.
void expect_host(ssl_st* ssl, const std::string& host);

class Session {
 public:
  enum class End : unsigned char {
    None,
    Closed,  // the peer says no more
    Failed,  // broken, or refused by one side
  };
  struct Taken {
    std::size_t bytes;  // of plain text
    End end;
  };

  // Empty: an owner that has none yet.
  Session() = default;
  [[nodiscard]] static Session server(const Context& context);
  // `host`: a name or an address, which the certificate must have.
  [[nodiscard]] static Session client(const Context& context, const std::string& host);

  explicit operator bool() const { return ssl_ != nullptr; }

  // Takes all of `received`. REQUIRES: plain.size() >= received.size() + held_bytes_max.
  [[nodiscard]] Taken take(Exchange& exchange, std::span<const char> received,
                           std::span<char> plain);
  // False: failed. REQUIRES: is_established().
  [[nodiscard]] bool seal(Exchange& exchange, std::string_view plain);
  // Tells the peer that nothing more comes. Once; nothing before the handshake is done.
  void close(Exchange& exchange);

  [[nodiscard]] bool is_established() const;
  [[nodiscard]] bool is_resumed() const;
  // "TLSv1.3", "TLS_AES_128_GCM_SHA256".
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::string cipher() const;
  // Why it failed, for a log; "" if it did not.
  [[nodiscard]] const char* failure() const { return failure_; }

  // A client's, to come back with: PEM-free and opaque. "": the server gave no ticket (yet).
  [[nodiscard]] std::string ticket() const;
  // False: no ticket, or damaged; then the handshake is a full one. Before the first take().
  bool resume(const std::string& ticket);

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  explicit Session(ssl_st* ssl) : ssl_(ssl) {}
  void point_to(Exchange& exchange);
  [[nodiscard]] End ended(int result);

  std::unique_ptr<ssl_st, Free> ssl_;
  const char* failure_ = "";
};
static_assert(sizeof(Session) <= 16, "one per connection");

}  // namespace whoosh::tls
