// With wire.cpp and client.cpp the only file that includes Boost.Beast: reading requests. Answers
// are written by hand, as one gathered write. Long: everything that needs Beast stays here, because
// each file that includes it costs half a minute to build.
#include "http/server.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <ctime>
#include <thread>

#include "http/answer.h"
#include "http/wire.h"

namespace whoosh::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using base::Error;
using base::ErrorCode;
using boost::system::error_code;
using Socket = Stream::socket_type;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
using Parser = beast::http::request_parser<beast::http::string_body>;

constexpr auto answered = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t linger_bytes_max = 256 * 1024;
constexpr std::int64_t linger_ms = 1'000;
constexpr std::int64_t accept_pause_ms = 100;  // after EMFILE and the like
constexpr std::size_t host_bytes_max = 255;
constexpr std::size_t read_bytes_max = 16 * 1024;  // of a head, at once

std::chrono::milliseconds ms(std::int64_t count) {
  return std::chrono::milliseconds(count);
}

bool sane_host(std::string_view host) {
  return !host.empty() && host.size() <= host_bytes_max && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
}

// Whatever two HTTP parsers could understand differently is refused (RFC 9112
// sections 3.2, 6.1, 6.3).
bool ambiguous(const Headers& headers, unsigned version) {
  if (version != 10 && version != 11) return true;
  const std::size_t hosts = headers.count("Host");
  if (hosts > 1 || (version == 11 && hosts == 0)) return true;
  if (hosts == 1 && !sane_host(headers.get("Host"))) return true;
  const std::size_t lengths = headers.count("Content-Length");
  const std::size_t encodings = headers.count("Transfer-Encoding");
  if (lengths > 1 || encodings > 1) return true;
  const auto digits = [](char c) { return c >= '0' && c <= '9'; };
  if (!std::ranges::all_of(headers.get("Content-Length"), digits)) return true;  // "12, 12"
  if (encodings == 0) return false;
  return lengths > 0 || version == 10 || !same_text(headers.get("Transfer-Encoding"), "chunked");
}

// A header line that goes on in the next one (obs-fold): Beast joins the two, other servers take
// the second for a header of its own, and RFC 9112 section 5.2 lets us refuse.
bool folded(std::string_view head) {
  for (auto at = head.find('\n'); at != head.npos; at = head.find('\n', at + 1)) {
    if (at + 1 < head.size() && (head[at + 1] == ' ' || head[at + 1] == '\t')) return true;
  }
  return false;
}

std::string_view target_of(const Parser& parser) {
  return {parser.get().target().data(), parser.get().target().size()};
}

// The request's head as plain values. False: refuse it.
bool copy_head(const Parser& parser, std::string_view scheme, Request& request) {
  const auto& message = parser.get();
  request.method = parse_method({message.method_string().data(), message.method_string().size()});
  for (const auto& field : message) {
    request.headers.add({field.name_string().data(), field.name_string().size()},
                        {field.value().data(), field.value().size()});
  }
  if (ambiguous(request.headers, message.version())) return false;
  if (const auto host = request.headers.get("Host"); !host.empty()) {
    request.origin = fmt::format("{}://{}", scheme, host);
  }
  return parse_target(target_of(parser), request);
}

std::string http_date(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return std::string(text.data(), size);
}

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string response_head(const Response& response, std::string_view date, bool keep_alive) {
  fmt::memory_buffer out;
  const auto into = std::back_inserter(out);
  fmt::format_to(into, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 status_text(response.status), date);
  for (const auto& [name, value] : response.headers.rows) {
    fmt::format_to(into, "{}: {}\r\n", name, value);
  }
  if (may_have_body(response.status)) {
    fmt::format_to(into, "Content-Length: {}\r\n", response.content().size());
  }
  fmt::format_to(into, "Connection: {}\r\n\r\n", keep_alive ? "keep-alive" : "close");
  return fmt::to_string(out);
}

Error tls_needed() {
  return {ErrorCode::malformed, "This port takes TLS only: use https://."};
}

// A browser that opens a page by http:// is shown the way; not for ever, because the port may speak
// plain HTTP again one day. Programs are to notice that they speak in the clear (OWASP ASVS 5.0,
// 4.1.2).
Response send_to_https(const RequestContext& context, std::string_view target, Response refused) {
  const Request& request = context.request;
  const std::string_view host = request.headers.get("Host");
  const bool safe = request.method == Method::get || request.method == Method::head;
  const bool page = request.headers.get("Accept").find("text/html") != std::string_view::npos &&
                    !request.headers.has("Authorization");
  if (!safe || !page || host.empty() || !target.starts_with('/')) return refused;
  refused.status = 307;
  refused.headers.add("Location", fmt::format("https://{}{}", host, target));
  return refused;
}

// What a read error means for the client: an answer, or nothing (status 0: just close).
struct Refusal {
  Error error;
  int status = 0;
  bool answer = false;
};

Refusal refusal(const error_code& error) {
  namespace e = beast::http;
  if (error == e::error::header_limit || error == e::error::buffer_overflow) {
    return {{ErrorCode::too_large, "The request's header is too large."}, 431, true};
  }
  if (error == e::error::body_limit) return {ErrorCode::too_large, 413, true};
  if (error == e::error::end_of_stream || error == e::error::partial_message) return {};
  if (error.category() == make_error_code(e::error::bad_method).category()) {
    return {ErrorCode::malformed, 400, true};
  }
  return {};  // reset, deadline
}

}  // namespace

struct Server::Impl {
  struct Loop {
    asio::io_context io{1};
    Acceptor acceptor{io};
    std::shared_ptr<LoopMailbox> mailbox = std::make_shared<LoopMailbox>(io);
    std::thread thread;
    std::int64_t date_s = -1;
    std::string date;
    tls::ContextPtr tls;  // of those who come now; null: none is spoken
    WireTools tools;
  };

  ServerConfig config;
  Pipeline pipeline;
  runtime::Clock& clock;
  std::vector<std::unique_ptr<Loop>> loops;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> busy{0};  // requests being answered
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> handshakes{0};
  std::atomic<std::uint64_t> plain_refused{0};
  std::uint16_t port = 0;

  Impl(ServerConfig config_in, Policy policy, Router router, runtime::Clock& clock_in,
       runtime::Entropy& entropy)
      : config(std::move(config_in)),
        pipeline(std::move(router), std::move(policy), entropy),
        clock(clock_in) {}

  struct Counted {  // one of `connections` or `busy`
    std::atomic<std::size_t>& count;
    explicit Counted(std::atomic<std::size_t>& count_in) : count(count_in) { ++count; }
    ~Counted() { --count; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
  };

  base::Result<> start();
  void stop();
  error_code open(Acceptor& acceptor, const tcp::endpoint& endpoint, bool shared) const;
  base::Result<tcp::endpoint> choose_endpoint();
  const std::string& date(Loop& loop) const;

  Awaitable<> accept(Loop& loop);
  Awaitable<> serve(Loop& loop, Socket socket);
  Awaitable<> exchange_all(Loop& loop, Wire& wire, const asio::ip::address& peer);
  Awaitable<error_code> read_head(Wire& wire, beast::flat_buffer& buffer, Parser& parser);
  Awaitable<error_code> read_body(Wire& wire, beast::flat_buffer& buffer, Parser& parser,
                                  const Request& request);
  Awaitable<bool> write(Loop& loop, Wire& wire, const Response& response, bool head_only,
                        bool keep_alive);
  Awaitable<> linger(Wire& wire);
};

error_code Server::Impl::open(Acceptor& acceptor, const tcp::endpoint& endpoint,
                              bool shared) const {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (endpoint.address().is_v6() && !error) acceptor.set_option(asio::ip::v6_only(false), error);
  const int on = 1;
  if (shared && !error &&
      ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
    error = error_code(errno, boost::system::system_category());
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

// Tries the address without SO_REUSEPORT first: with it, a second server of the same user would
// share the port and take half of the players.
base::Result<tcp::endpoint> Server::Impl::choose_endpoint() {
  std::vector<tcp::endpoint> candidates;
  error_code error;
  if (config.address.empty()) {
    candidates = {tcp::endpoint(tcp::v6(), config.port), tcp::endpoint(tcp::v4(), config.port)};
  } else {
    const auto address = asio::ip::make_address(config.address, error);
    if (error) {
      return Error{ErrorCode::unavailable,
                   fmt::format("\"{}\" is not an address to listen on.", config.address)};
    }
    candidates = {tcp::endpoint(address, config.port)};
  }
  for (const tcp::endpoint& candidate : candidates) {
    asio::io_context io;
    Acceptor probe(io);
    error = open(probe, candidate, false);
    if (!error) return candidate;
    if (error == asio::error::address_in_use) {
      return Error{ErrorCode::unavailable,
                   fmt::format("Port {} is taken by another program.", config.port)};
    }
    if (error == asio::error::access_denied) {
      return Error{ErrorCode::unavailable,
                   fmt::format("No right to open port {}; choose one above 1023.", config.port)};
    }
  }
  return Error{ErrorCode::unavailable,
               fmt::format("Can't listen on {} port {}: {}.",
                           config.address.empty() ? "any address," : config.address, config.port,
                           error.message())};
}

base::Result<> Server::Impl::start() {
  auto endpoint = choose_endpoint();
  if (!endpoint) return endpoint.error();
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const unsigned threads = config.threads == 0 ? cores : config.threads;
  for (unsigned i = 0; i < threads; ++i) {
    auto loop = std::make_unique<Loop>();
    loop->tls = config.tls;
    error_code error = open(loop->acceptor, *endpoint, true);
    if (!error) endpoint->port(loop->acceptor.local_endpoint(error).port());
    if (error) {
      loops.clear();
      return Error{ErrorCode::unavailable,
                   fmt::format("Can't listen on port {}: {}.", config.port, error.message())};
    }
    loops.push_back(std::move(loop));
  }
  port = endpoint->port();
  for (const auto& loop : loops) {
    asio::co_spawn(loop->io, accept(*loop), asio::detached);
    loop->thread = std::thread([&io = loop->io] {
      const auto guard = asio::make_work_guard(io);
      io.run();
    });
  }
  return {};
}

void Server::Impl::stop() {
  if (loops.empty()) return;
  stopping = true;
  for (const auto& loop : loops) {
    loop->mailbox->post([&acceptor = loop->acceptor] {
      error_code ignored;  // closing twice is all that can go wrong
      acceptor.close(ignored);
    });
  }
  for (std::int64_t waited = 0; busy > 0 && waited < config.stop_grace_ms; waited += 5) {
    std::this_thread::sleep_for(ms(5));
  }
  for (const auto& loop : loops) loop->io.stop();
  for (const auto& loop : loops) loop->thread.join();
  for (const auto& loop : loops) loop->mailbox->close();
  loops.clear();  // destroys what is still suspended
}

const std::string& Server::Impl::date(Loop& loop) const {
  const std::int64_t now_s = clock.now().seconds();
  if (now_s != loop.date_s) {
    loop.date_s = now_s;
    loop.date = http_date(now_s);
  }
  return loop.date;
}

Awaitable<> Server::Impl::accept(Loop& loop) {
  asio::steady_timer pause(loop.io);
  while (loop.acceptor.is_open()) {
    auto [error, socket] = co_await loop.acceptor.async_accept(loop.io.get_executor(), answered);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {  // out of descriptors: let some connections end first
      pause.expires_after(ms(accept_pause_ms));
      co_await pause.async_wait(answered);
      continue;
    }
    asio::co_spawn(loop.io, serve(loop, std::move(socket)), asio::detached);
  }
}

Awaitable<> Server::Impl::serve(Loop& loop, Socket socket) {
  const Counted counted(connections);
  error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) co_return;  // gone already
  socket.set_option(tcp::no_delay(true), error);
  Wire wire(std::move(socket));
  if (loop.tls != nullptr) {
    if (connections > config.connections_max) co_return;  // a handshake only to say no is too dear
    wire.stream().expires_after(ms(config.header_deadline_ms));
    const tls::ContextPtr context = loop.tls;
    if (co_await wire.shake_hands(*context, loop.tools)) co_return;
    ++(wire.is_secure() ? handshakes : plain_refused);
  }
  if (connections > config.connections_max) {
    RequestContext context;
    const Response full = pipeline.refuse(context, remote.address(),
                                          Error{ErrorCode::unavailable, "Too many connections."});
    co_await write(loop, wire, full, false, false);
    co_await linger(wire);
    co_return;
  }
  co_await exchange_all(loop, wire, remote.address());
  if (wire.is_secure()) (void)co_await wire.end();
  wire.stream().socket().shutdown(tcp::socket::shutdown_both, error);
}

Awaitable<> Server::Impl::exchange_all(Loop& loop, Wire& wire, const asio::ip::address& peer) {
  beast::flat_buffer buffer(config.header_bytes_max + 16 * 1024);
  for (bool first = true; !stopping; first = false) {
    if (buffer.size() == 0) {
      wire.stream().expires_after(ms(first ? config.header_deadline_ms : config.idle_deadline_ms));
      const Wire::Got got = co_await wire.read_some(buffer.prepare(4096));
      if (got.error) co_return;
      buffer.commit(got.bytes);
    }
    const Counted answering(busy);
    Parser parser;
    parser.header_limit(config.header_bytes_max);
    parser.body_limit(config.body_bytes_max);
    RequestContext context;
    context.mailbox = loop.mailbox;
    wire.stream().expires_after(ms(config.header_deadline_ms));
    error_code error = co_await read_head(wire, buffer, parser);
    const bool readable =
        error || copy_head(parser, wire.is_secure() ? "https" : "http", context.request);
    if (!error && readable && loop.tls != nullptr && !wire.is_secure()) {
      context.in_clear = true;
      const Response response =
          send_to_https(context, target_of(parser), pipeline.refuse(context, peer, tls_needed()));
      co_await write(loop, wire, response, context.request.method == Method::head, false);
      co_await linger(wire);
      co_return;
    }
    if (!error && readable) {
      error = co_await read_body(wire, buffer, parser, context.request);
    }
    if (error || !readable) {
      const Refusal why = readable ? refusal(error) : Refusal{ErrorCode::malformed, 400, true};
      if (!why.answer) co_return;
      const Response response = pipeline.refuse(context, peer, why.error, why.status);
      co_await write(loop, wire, response, false, false);
      co_await linger(wire);
      co_return;
    }
    context.request.body = std::move(parser.get().body());
    const Response response = co_await pipeline.run(context, peer);
    const bool keep_alive = parser.keep_alive() && !stopping;
    const bool head_only = context.request.method == Method::head;
    const bool written = co_await write(loop, wire, response, head_only, keep_alive);
    if (!written || !keep_alive) co_return;
  }
}

// Beast's own async_read_header would not show us the bytes, and a fold can't be seen afterwards.
// The parser takes a head as a whole, so all of it is in the buffer when it is done.
Awaitable<error_code> Server::Impl::read_head(Wire& wire, beast::flat_buffer& buffer,
                                              Parser& parser) {
  for (;;) {
    const std::string_view bytes(static_cast<const char*>(buffer.data().data()), buffer.size());
    error_code error = beast::http::error::need_more;
    const std::size_t used = bytes.empty() ? 0 : parser.put(buffer.data(), error);
    if (!error && folded(bytes.substr(0, used))) error = beast::http::error::bad_obs_fold;
    buffer.consume(used);
    if (error != beast::http::error::need_more) co_return error;
    const std::size_t room = beast::read_size(buffer, read_bytes_max);
    if (room == 0) co_return beast::http::error::buffer_overflow;
    const Wire::Got got = co_await wire.read_some(buffer.prepare(room));
    if (got.error) co_return got.error;
    buffer.commit(got.bytes);
  }
}

Awaitable<error_code> Server::Impl::read_body(Wire& wire, beast::flat_buffer& buffer,
                                              Parser& parser, const Request& request) {
  if (parser.is_done()) co_return error_code();
  wire.stream().expires_after(ms(config.body_deadline_ms));
  if (buffer.size() == 0 && same_text(request.headers.get("Expect"), "100-continue")) {
    const error_code error = co_await wire.write("HTTP/1.1 100 Continue\r\n\r\n", {});
    if (error) co_return error;
  }
  parser.eager(true);
  for (;;) {
    error_code error = beast::http::error::need_more;
    if (buffer.size() > 0) buffer.consume(parser.put(buffer.data(), error));
    if (error && error != beast::http::error::need_more) co_return error;
    if (parser.is_done()) co_return error_code();
    const std::size_t room = beast::read_size(buffer, read_bytes_max);
    if (room == 0) co_return beast::http::error::buffer_overflow;
    const Wire::Got got = co_await wire.read_some(buffer.prepare(room));
    if (got.error == asio::error::eof) co_return beast::http::error::partial_message;
    if (got.error) co_return got.error;
    buffer.commit(got.bytes);
  }
}

Awaitable<bool> Server::Impl::write(Loop& loop, Wire& wire, const Response& response,
                                    bool head_only, bool keep_alive) {
  const std::string head = response_head(response, date(loop), keep_alive);
  const bool with_body = !head_only && may_have_body(response.status);
  const std::string_view body = with_body ? response.content() : std::string_view();
  wire.stream().expires_after(ms(config.write_deadline_ms));
  co_return !co_await wire.write(head, body);
}

// Closing while the client still sends would reset the connection and destroy our answer on its
// way.
Awaitable<> Server::Impl::linger(Wire& wire) {
  if (co_await wire.end()) co_return;
  wire.stream().expires_after(ms(linger_ms));
  std::array<char, 4096> sink{};
  for (std::size_t total = 0; total < linger_bytes_max;) {
    const auto [error, bytes] =
        co_await wire.stream().async_read_some(asio::buffer(sink), answered);
    if (error) co_return;
    total += bytes;
  }
}

Server::Server(ServerConfig config, Policy policy, Router router, runtime::Clock& clock,
               runtime::Entropy& entropy)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(policy), std::move(router), clock,
                                   entropy)) {}
Server::~Server() {
  stop();
}

base::Result<> Server::start() {
  return impl_->start();
}
void Server::stop() {
  impl_->stop();
}
void Server::set_tls(tls::ContextPtr context) {
  for (const auto& loop : impl_->loops)
    loop->mailbox->post([target = loop.get(), context] { target->tls = context; });
}
ServerCounts Server::counts() const {
  return {impl_->connections, impl_->handshakes, impl_->plain_refused};
}
std::uint16_t Server::port() const {
  return impl_->port;
}
std::size_t Server::connections() const {
  return impl_->connections;
}
const Router& Server::router() const {
  return impl_->pipeline.router();
}

}  // namespace whoosh::http
