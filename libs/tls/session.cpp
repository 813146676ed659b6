#include "tls/session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace whoosh::tls {

// ---- the memory under a session ----------------------------------------------------------------

int Exchange::on_read(bio_st* bio, char* into, std::size_t size, std::size_t* got) {
  auto& exchange = *static_cast<Exchange*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  *got = std::min(size, exchange.in_.size());
  if (*got == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  std::memcpy(into, exchange.in_.data(), *got);
  exchange.in_ = exchange.in_.subspan(*got);
  return 1;
}

int Exchange::on_write(bio_st* bio, const char* bytes, std::size_t size, std::size_t* written) {
  auto& exchange = *static_cast<Exchange*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  exchange.out_.insert(exchange.out_.end(), bytes, bytes + size);
  *written = size;
  return 1;
}

long Exchange::on_control(bio_st*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

bio_method_st* Exchange::method() {
  static BIO_METHOD* const made = [] {
    BIO_METHOD* const out = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "exchange");
    ASSERT(out != nullptr);
    BIO_meth_set_read_ex(out, on_read);
    BIO_meth_set_write_ex(out, on_write);
    BIO_meth_set_ctrl(out, on_control);
    return out;
  }();
  return made;
}

// ---- a session ---------------------------------------------------------------------------------

namespace {

ssl_st* make(const Context& context, bio_method_st* method) {
  SSL* const ssl = SSL_new(context.native());
  ASSERT(ssl != nullptr);  // no memory
  BIO* const bio = BIO_new(method);
  ASSERT(bio != nullptr);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  return ssl;
}

}  // namespace

void expect_host(ssl_st* ssl, const std::string& host) {
  X509_VERIFY_PARAM* const checks = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(checks, host.c_str()) != 1) {
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());  // SNI is for names only (RFC 6066 section 3)
  }
  ERR_clear_error();
}

void Session::Free::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

Session Session::server(const Context& context) {
  Session session(make(context, Exchange::method()));
  SSL_set_accept_state(session.ssl_.get());
  return session;
}

Session Session::client(const Context& context, const std::string& host) {
  Session session(make(context, Exchange::method()));
  SSL_set_connect_state(session.ssl_.get());
  expect_host(session.ssl_.get(), host);
  return session;
}

void Session::point_to(Exchange& exchange) {
  BIO_set_data(SSL_get_rbio(ssl_.get()), &exchange);
}

Session::Taken Session::take(Exchange& exchange, std::span<const char> received,
                             std::span<char> plain) {
  if (failure_[0] != 0) return {0, End::Failed};
  ASSERT(plain.size() >= received.size() + held_bytes_max);
  SSL* const ssl = ssl_.get();
  point_to(exchange);
  exchange.in_ = received;
  Taken taken{0, End::None};
  ERR_clear_error();
  if (!SSL_is_init_finished(ssl)) {
    const int done = SSL_do_handshake(ssl);
    if (done != 1) taken.end = ended(done);
  }
  while (taken.end == End::None && (!exchange.in_.empty() || SSL_pending(ssl) > 0)) {
    std::size_t got = 0;
    const int done = SSL_read_ex(ssl, plain.data() + taken.bytes, plain.size() - taken.bytes, &got);
    taken.bytes += got;
    if (done == 1) continue;
    taken.end = ended(done);
    if (taken.end == End::None && exchange.in_.empty()) break;
  }
  exchange.in_ = {};
  return taken;
}

bool Session::seal(Exchange& exchange, std::string_view plain) {
  if (failure_[0] != 0) return false;
  if (plain.empty()) return true;
  point_to(exchange);
  ERR_clear_error();
  std::size_t written = 0;
  const int done = SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written);
  if (done == 1 && written == plain.size()) return true;
  if (ended(done) == End::None) failure_ = "a write that is not whole";
  return false;
}

void Session::close(Exchange& exchange) {
  SSL* const ssl = ssl_.get();
  if (failure_[0] != 0 || !SSL_is_init_finished(ssl)) return;
  if ((SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN) != 0) return;
  point_to(exchange);
  ERR_clear_error();
  SSL_shutdown(ssl);  // < 0 only after an error, and then there is nothing to say
  ERR_clear_error();
}

// What a call that did not succeed means.
Session::End Session::ended(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return End::None;
    case SSL_ERROR_ZERO_RETURN:
      return End::Closed;
    default: {
      const char* const why = ERR_reason_error_string(ERR_peek_error());
      failure_ = why != nullptr ? why : "unknown";
      ERR_clear_error();
      return End::Failed;
    }
  }
}

bool Session::is_established() const {
  return SSL_is_init_finished(ssl_.get()) == 1;
}
bool Session::is_resumed() const {
  return SSL_session_reused(ssl_.get()) == 1;
}
std::string Session::version() const {
  return SSL_get_version(ssl_.get());
}
std::string Session::cipher() const {
  return SSL_get_cipher_name(ssl_.get());
}

std::string Session::ticket() const {
  SSL_SESSION* const session = SSL_get_session(ssl_.get());
  if (session == nullptr || SSL_SESSION_is_resumable(session) != 1) return {};
  const int size = i2d_SSL_SESSION(session, nullptr);
  std::string out(static_cast<std::size_t>(std::max(size, 0)), '\0');
  auto* at = reinterpret_cast<unsigned char*>(out.data());
  i2d_SSL_SESSION(session, &at);
  return out;
}

bool Session::resume(const std::string& ticket) {
  const auto* at = reinterpret_cast<const unsigned char*>(ticket.data());
  SSL_SESSION* const session = d2i_SSL_SESSION(nullptr, &at, static_cast<long>(ticket.size()));
  ERR_clear_error();
  if (session == nullptr) return false;
  const int set = SSL_set_session(ssl_.get(), session);
  SSL_SESSION_free(session);
  return set == 1;
}

}  // namespace whoosh::tls
