// Needs Beast to read answers, so everything of the client is in this one file (server.cpp says
// why).
#include "http/client.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <list>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "http/context.h"

namespace whoosh::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using base::Error;
using base::ErrorCode;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;
using Stream = beast::basic_stream<tcp, asio::io_context::executor_type>;
using Parser = beast::http::response_parser<beast::http::string_body>;

constexpr auto answered = asio::as_tuple(asio::use_awaitable);
constexpr std::int64_t expiry_step_ms = 50;

std::chrono::milliseconds ms(std::int64_t count) {
  return std::chrono::milliseconds(count);
}

bool is_printable(std::string_view text, bool with_spaces) {
  return std::ranges::all_of(text, [with_spaces](unsigned char c) {
    return c > (with_spaces ? 0x1f : 0x20) && c != 0x7f;
  });
}

bool is_sane(const Call& call) {
  if (!call.target.starts_with('/') || !is_printable(call.target, false)) return false;
  return std::ranges::all_of(call.headers.rows, [](const auto& row) {
    return !row.first.empty() && is_printable(row.first, false) && is_printable(row.second, true);
  });
}

std::string head_of(const Call& call) {
  const bool v6 = call.host.find(':') != std::string::npos;
  fmt::memory_buffer out;
  const auto into = std::back_inserter(out);
  fmt::format_to(into, "{} {} HTTP/1.1\r\nHost: {}{}{}:{}\r\n", method_text(call.method),
                 call.target, v6 ? "[" : "", call.host, v6 ? "]" : "", call.port);
  for (const auto& [name, value] : call.headers.rows)
    fmt::format_to(into, "{}: {}\r\n", name, value);
  fmt::format_to(into, "Content-Length: {}\r\n\r\n", call.body.size());
  return fmt::to_string(out);
}

struct Pending {
  Call call;
  runtime::Reply<Response> reply;
  SteadyClock::time_point deadline;

  void fail(std::string_view why) {
    const std::string_view path = std::string_view(call.target).substr(0, call.target.find('?'));
    reply(Error{ErrorCode::unavailable, fmt::format("{} {}:{}{}: {}.", method_text(call.method),
                                                    call.host, call.port, path, why)});
  }
};

struct Connection {
  std::optional<Stream> stream;  // empty: to be made
  beast::flat_buffer buffer;
  bool woken = false;  // out of its idle wait, by us
};

struct Pool {
  tcp::endpoint endpoint;
  std::list<std::unique_ptr<Pending>> waiting;
  std::vector<Connection*> idle;  // the last used one at the end
  std::size_t open = 0;           // coroutines that serve this target
};

// What came of one attempt.
struct Attempt {
  error_code error;
  bool silent = true;        // no byte of an answer
  bool nothing_sent = true;  // no byte of the call
  bool reusable = false;
};

// The peer has closed, or said something that nobody asked for.
bool is_stale(Connection& connection) {
  char byte = 0;
  const auto seen =
      ::recv(connection.stream->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return seen >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

}  // namespace

struct Client::Impl {
  explicit Impl(const ClientConfig& config_in) : config(config_in) {}

  void submit(const tcp::endpoint& endpoint, std::unique_ptr<Pending> pending);
  Awaitable<> serve(Pool& pool);
  Awaitable<> expire();
  Awaitable<> exchange(Pool& pool, Connection& connection, Pending& pending);
  Awaitable<error_code> connect(Pool& pool, Connection& connection, const Pending& pending);
  Awaitable<Attempt> attempt(Connection& connection, const Pending& pending, Response& response);
  Awaitable<> rest(Pool& pool, Connection& connection);

  const ClientConfig config;
  asio::io_context io{1};
  std::map<tcp::endpoint, std::unique_ptr<Pool>> pools;  // the thread's
  bool expiring = false;
  asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
  std::thread thread;
};

void Client::Impl::submit(const tcp::endpoint& endpoint, std::unique_ptr<Pending> pending) {
  auto& slot = pools[endpoint];
  if (slot == nullptr) {
    slot = std::make_unique<Pool>();
    slot->endpoint = endpoint;
  }
  Pool& pool = *slot;
  if (pool.waiting.size() >= config.waiting_max) {
    pending->fail("too many calls wait for this address");
    return;
  }
  pool.waiting.push_back(std::move(pending));
  if (!pool.idle.empty()) {
    Connection* connection = pool.idle.back();
    pool.idle.pop_back();
    connection->woken = true;
    connection->stream->cancel();
  } else if (pool.open < config.connections_max) {
    ++pool.open;
    asio::co_spawn(io, serve(pool), asio::detached);
  } else if (!expiring) {
    expiring = true;
    asio::co_spawn(io, expire(), asio::detached);
  }
}

// Answers those who waited for a connection until their deadline.
Awaitable<> Client::Impl::expire() {
  asio::steady_timer timer(io);
  bool any = true;
  while (any) {
    timer.expires_after(ms(expiry_step_ms));
    co_await timer.async_wait(answered);
    any = false;
    for (const auto& [endpoint, pool] : pools) {
      std::erase_if(pool->waiting, [](const std::unique_ptr<Pending>& pending) {
        if (pending->deadline > SteadyClock::now()) return false;
        pending->fail("no connection was free in time");
        return true;
      });
      any = any || !pool->waiting.empty();
    }
  }
  expiring = false;
}

// One connection's life: call after call, until nothing has come for idle_ms.
Awaitable<> Client::Impl::serve(Pool& pool) {
  Connection connection;
  while (!pool.waiting.empty() || connection.stream) {
    if (pool.waiting.empty()) {
      co_await rest(pool, connection);
      continue;
    }
    const std::unique_ptr<Pending> pending = std::move(pool.waiting.front());
    pool.waiting.pop_front();
    co_await exchange(pool, connection, *pending);
  }
  if (--pool.open == 0) pools.erase(pool.endpoint);
}

// Returns when it was woken for a call (which another connection may have taken meanwhile), or
// without a stream when the connection has ended.
Awaitable<> Client::Impl::rest(Pool& pool, Connection& connection) {
  connection.woken = false;
  pool.idle.push_back(&connection);
  connection.stream->expires_after(ms(config.idle_ms));
  std::array<char, 1> byte{};
  const auto [error, bytes] =
      co_await connection.stream->async_read_some(asio::buffer(byte), answered);
  std::erase(pool.idle, &connection);
  const bool alive = connection.woken && bytes == 0 && error == asio::error::operation_aborted;
  if (!alive) connection.stream.reset();
}

Awaitable<> Client::Impl::exchange(Pool& pool, Connection& connection, Pending& pending) {
  if (connection.stream && is_stale(connection)) connection.stream.reset();
  for (int round = 1;; ++round) {
    const bool kept = connection.stream.has_value();
    if (!kept) {
      if (const auto error = co_await connect(pool, connection, pending); error) {
        connection.stream.reset();
        pending.fail(error == beast::error::timeout ? "no connection in time" : error.message());
        co_return;
      }
    }
    Response response;
    const Attempt done = co_await attempt(connection, pending, response);
    if (!done.reusable) connection.stream.reset();
    if (!done.error) {
      pending.reply(std::move(response));
      co_return;
    }
    const bool may_repeat = done.nothing_sent || pending.call.idempotent;
    const bool was_dead = kept && done.silent && done.error != beast::error::timeout;
    if (!was_dead || !may_repeat || round > 1) {
      pending.fail(done.error == beast::error::timeout ? "no answer in time"
                                                       : done.error.message());
      co_return;
    }
  }
}

Awaitable<error_code> Client::Impl::connect(Pool& pool, Connection& connection,
                                            const Pending& pending) {
  connection.buffer.clear();
  connection.stream.emplace(io.get_executor());
  connection.stream->expires_at(
      std::min(pending.deadline, SteadyClock::now() + ms(config.connect_timeout_ms)));
  const auto [error] = co_await connection.stream->async_connect(pool.endpoint, answered);
  if (error) co_return error;
  error_code ignored;  // only slower
  connection.stream->socket().set_option(tcp::no_delay(true), ignored);
  co_return error_code();
}

Awaitable<Attempt> Client::Impl::attempt(Connection& connection, const Pending& pending,
                                         Response& response) {
  Attempt out;
  Stream& stream = *connection.stream;
  stream.expires_at(pending.deadline);
  const std::string head = head_of(pending.call);
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head),
                                                asio::buffer(pending.call.body)};
  const auto [write_error, sent] = co_await asio::async_write(stream, parts, answered);
  out.nothing_sent = sent == 0;
  out.error = write_error;
  if (write_error) co_return out;
  Parser parser;
  parser.header_limit(config.header_bytes_max);
  parser.body_limit(config.body_bytes_max);
  parser.skip(pending.call.method == Method::head);
  const auto [read_error, bytes] =
      co_await beast::http::async_read(stream, connection.buffer, parser, answered);
  out.silent = !parser.got_some() && connection.buffer.size() == 0;
  out.error = read_error;
  if (read_error) co_return out;
  auto& message = parser.get();
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    response.headers.add({field.name_string().data(), field.name_string().size()},
                         {field.value().data(), field.value().size()});
  }
  response.body = std::move(message.body());
  out.reusable = parser.keep_alive() && connection.buffer.size() == 0;
  co_return out;
}

Client::Client(ClientConfig config) : impl_(std::make_unique<Impl>(config)) {
  impl_->thread = std::thread([this] { impl_->io.run(); });
}

Client::~Client() {
  impl_->io.stop();
  impl_->thread.join();
}

void Client::call(Call call, runtime::Reply<Response> reply) {
  error_code error;
  const auto address = asio::ip::make_address(call.host, error);
  if (error || !is_sane(call)) {
    reply(Error{ErrorCode::invalid_input, "The call has no numeric address or is malformed."});
    return;
  }
  const tcp::endpoint endpoint(address, call.port);
  const auto deadline = SteadyClock::now() + ms(call.timeout_ms);
  std::unique_ptr<Pending> pending(new Pending{std::move(call), std::move(reply), deadline});
  asio::post(impl_->io, [impl = impl_.get(), endpoint, pending = std::move(pending)]() mutable {
    impl->submit(endpoint, std::move(pending));
  });
}

}  // namespace whoosh::http
