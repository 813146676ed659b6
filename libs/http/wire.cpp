#include "http/wire.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

namespace whoosh::http {
namespace {

namespace asio = boost::asio;

constexpr auto answered = asio::as_tuple(asio::use_awaitable);
constexpr char handshake_record = 0x16;                // RFC 8446 section 5.1
constexpr std::size_t sealed_at_once_max = 64 * 1024;  // of a large file

}  // namespace

Awaitable<Wire::Error> Wire::shake_hands(const tls::Context& context, WireTools& tools) {
  waiting_.resize(WireTools::received_bytes_max);
  const auto [error, bytes] = co_await stream_.async_read_some(asio::buffer(waiting_), answered);
  waiting_.resize(bytes);
  if (error || waiting_.front() != handshake_record) co_return error;
  tls_.reset(new Tls{tls::Session::server(context), tools});
  std::copy(waiting_.begin(), waiting_.end(), tls_->received.begin());
  waiting_.clear();
  for (std::size_t size = bytes;;) {
    const auto taken =
        tls_->session.take(tools.exchange, {tls_->received.data(), size}, tools.opened);
    waiting_.append(tools.opened.data(), taken.bytes);
    tls_->end = taken.end;
    if (const Error failed = co_await send_sealed(); failed) co_return failed;
    if (tls_->end == tls::Session::End::Failed) co_return asio::error::connection_aborted;
    if (tls_->session.is_established()) co_return Error();
    const auto [read_error, count] =
        co_await stream_.async_read_some(asio::buffer(tls_->received), answered);
    if (read_error) co_return read_error;
    size = count;
  }
}

Awaitable<Wire::Got> Wire::read_some(asio::mutable_buffer into) {
  if (tls_ == nullptr && waiting_.empty()) {
    const auto [error, bytes] = co_await stream_.async_read_some(into, answered);
    co_return Got{error, bytes};
  }
  while (waiting_.empty()) {
    if (const Error error = co_await receive(); error) co_return Got{error, 0};
  }
  co_return Got{Error(), take_waiting(into)};
}

// One read of the socket; what is in its records waits.
Awaitable<Wire::Error> Wire::receive() {
  if (tls_->end == tls::Session::End::Closed) co_return asio::error::eof;
  if (tls_->end == tls::Session::End::Failed) co_return asio::error::connection_aborted;
  const auto [error, bytes] =
      co_await stream_.async_read_some(asio::buffer(tls_->received), answered);
  if (error) co_return error;
  WireTools& tools = tls_->tools;
  const auto taken =
      tls_->session.take(tools.exchange, {tls_->received.data(), bytes}, tools.opened);
  waiting_.append(tools.opened.data(), taken.bytes);
  tls_->end = taken.end;
  co_return co_await send_sealed();
}

std::size_t Wire::take_waiting(asio::mutable_buffer into) {
  const std::size_t bytes = std::min(into.size(), waiting_.size());
  std::memcpy(into.data(), waiting_.data(), bytes);
  waiting_.erase(0, bytes);
  if (waiting_.empty()) waiting_.shrink_to_fit();
  return bytes;
}

Awaitable<Wire::Error> Wire::write(std::string_view head, std::string_view body) {
  if (tls_ == nullptr) {
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
    const auto [error, bytes] = co_await asio::async_write(stream_, parts, answered);
    co_return error;
  }
  // Head and what fits beside it in one record; then as much at a time as is to lie in memory.
  const std::size_t beside =
      head.size() < tls::record_bytes_max ? tls::record_bytes_max - head.size() : 0;
  std::string first(head);
  first += body.substr(0, beside);
  body.remove_prefix(std::min(beside, body.size()));
  bool sealed = tls_->session.seal(tls_->tools.exchange, first);
  for (;;) {
    if (const Error error = co_await send_sealed(); error) co_return error;
    if (!sealed) co_return asio::error::connection_aborted;
    if (body.empty()) co_return Error();
    sealed = tls_->session.seal(tls_->tools.exchange, body.substr(0, sealed_at_once_max));
    body.remove_prefix(std::min(sealed_at_once_max, body.size()));
  }
}

// The exchange is free again before we wait.
Awaitable<Wire::Error> Wire::send_sealed() {
  const std::string sealed(tls_->tools.exchange.sealed());
  tls_->tools.exchange.clear();
  if (sealed.empty()) co_return Error();
  const auto [error, bytes] = co_await asio::async_write(stream_, asio::buffer(sealed), answered);
  co_return error;
}

Awaitable<Wire::Error> Wire::end() {
  if (tls_ != nullptr) {
    tls_->session.close(tls_->tools.exchange);
    if (const Error error = co_await send_sealed(); error) co_return error;
  }
  Error error;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  co_return error;
}

}  // namespace whoosh::http
