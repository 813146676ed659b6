// Context: what all TLS sessions of a listener, or of a client, have in common: certificate and
// key, versions, ciphers, tickets. Immutable; any thread; shared by its users. A session keeps what
// it needs of it, so a listener takes a new one at any time and those who are inside go on.
//
// TLS 1.2 and 1.3, with the ciphers of Mozilla's "intermediate" (guideline 5.7,
// https://wiki.mozilla.org/Security/Server_Side_TLS) that have forward secrecy by elliptic curves.
// No compression, no renegotiation, no early data; ALPN is http/1.1 or nothing. Private keys of
// less than 112 bits of strength (RSA below 2048) are refused.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "tls/tickets.h"

struct ssl_ctx_st;

namespace whoosh::tls {

struct CertificateFiles {
  std::string certificate;  // PEM: the server's own first, then those that signed it
  std::string key;          // PEM, without a passphrase
};

struct Certificate {
  std::string subject;  // "CN = play.example", for a log
  std::string key;      // "RSA 3072", "EC 256"
  base::UnixMs not_before;
  base::UnixMs not_after;  // of the chain's certificate that ends first
};

class Context;
using ContextPtr = std::shared_ptr<const Context>;

class Context {
 public:
  // invalid_input, with a sentence that names the file: not there, not readable, no PEM, protected
  // by a passphrase, too weak, of two different keys. What has expired is no error: certificate()
  // tells.
  [[nodiscard]] static base::Result<ContextPtr> server(const CertificateFiles& files,
                                                       std::shared_ptr<TicketKeys> tickets);

  struct Trust {
    std::string ca_file;   // PEM; "": what the system trusts
    bool anybody = false;  // no certificate is checked: for tests of one's own server
  };
  [[nodiscard]] static base::Result<ContextPtr> client(const Trust& trust);

  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // REQUIRES: a server's.
  [[nodiscard]] const Certificate& certificate() const { return certificate_; }
  [[nodiscard]] ssl_ctx_st* native() const { return native_; }

 private:
  Context();

  ssl_ctx_st* native_;
  Certificate certificate_;
};

}  // namespace whoosh::tls
