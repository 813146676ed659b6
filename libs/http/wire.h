// Wire: one connection of the server as the server reads and writes it: the socket's bytes, or what
// TLS makes of them. Only server.cpp uses it (it needs Beast's stream, whose deadlines hold for
// everything here).
//
// Owner: the coroutine that serves the connection; its loop's thread. WireTools: one per loop, used
// between two suspensions only, so all its wires share it.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/context.h"
#include "tls/session.h"

namespace whoosh::http {

using Stream =
    boost::beast::basic_stream<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

struct WireTools {
  static constexpr std::size_t received_bytes_max = 8 * 1024;

  tls::Exchange exchange = {};
  std::vector<char> opened = std::vector<char>(received_bytes_max + tls::held_bytes_max);
};

class Wire {
 public:
  using Error = boost::system::error_code;
  struct Got {
    Error error;
    std::size_t bytes = 0;
  };

  explicit Wire(Stream::socket_type socket) : stream_(std::move(socket)) {}

  [[nodiscard]] Stream& stream() { return stream_; }

  // First of all where TLS is spoken: the handshake. A client that speaks plain HTTP all the same
  // is no error: then is_secure() is false, and read_some() gives what it said.
  [[nodiscard]] Awaitable<Error> shake_hands(const tls::Context& context, WireTools& tools);
  [[nodiscard]] bool is_secure() const { return tls_ != nullptr; }

  // At least one byte, or why there is none (asio::error::eof: the peer's end).
  [[nodiscard]] Awaitable<Got> read_some(boost::asio::mutable_buffer into);
  [[nodiscard]] Awaitable<Error> write(std::string_view head, std::string_view body);
  // No more is written. The peer may still send.
  [[nodiscard]] Awaitable<Error> end();

 private:
  struct Tls {
    tls::Session session;
    WireTools& tools;
    std::vector<char> received = std::vector<char>(WireTools::received_bytes_max);
    tls::Session::End end = tls::Session::End::None;
  };

  Awaitable<Error> receive();
  Awaitable<Error> send_sealed();
  [[nodiscard]] std::size_t take_waiting(boost::asio::mutable_buffer into);

  Stream stream_;
  std::unique_ptr<Tls> tls_;  // null: plain
  std::string waiting_;       // plain bytes that nobody has read yet
};

}  // namespace whoosh::http
