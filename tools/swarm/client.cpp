#include "tools/swarm/client.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <charconv>
#include <chrono>
#include <variant>

#include "tls/session.h"

namespace whoosh::swarm {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
namespace websocket = boost::beast::websocket;
using tcp = asio::ip::tcp;
using std::chrono::milliseconds;
using SealedStream = asio::ssl::stream<beast::tcp_stream>;

base::Error away(const beast::error_code& error) {
  return {base::ErrorCode::unavailable, error.message()};
}

template <class Fields>
std::map<std::string, std::string> headers_of(const Fields& fields) {
  std::map<std::string, std::string> headers;
  for (const auto& field : fields) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    headers[name] = std::string(field.value());
  }
  return headers;
}

// Runs the context until `done` or the time is over; true: done.
bool run_until(asio::io_context& context, const bool& done, std::int64_t timeout_ms) {
  const auto deadline = std::chrono::steady_clock::now() + milliseconds(timeout_ms);
  context.restart();
  while (!done && std::chrono::steady_clock::now() < deadline) {
    if (context.run_one_until(deadline) == 0) break;
  }
  return done;
}

base::Result<tcp::endpoint> resolve(asio::io_context& context, const Endpoint& to) {
  beast::error_code error;
  tcp::resolver resolver(context);
  const auto results = resolver.resolve(to.host, std::to_string(to.port), error);
  if (error) return away(error);
  return results.begin()->endpoint();
}

// A share of the context, as asio wants to own one.
std::unique_ptr<asio::ssl::context> share_of(const tls::Context& context) {
  SSL_CTX_up_ref(context.native());
  return std::make_unique<asio::ssl::context>(context.native());
}

template <class Then>
void secure(beast::tcp_stream&, const Endpoint&, Then then) {
  then(beast::error_code());
}
template <class Then>
void secure(SealedStream& stream, const Endpoint& to, Then then) {
  tls::expect_host(stream.native_handle(), to.host);
  stream.async_handshake(asio::ssl::stream_base::client, std::move(then));
}

// Connects, asks and reads the answer.
template <class Stream, class Request, class Parser>
beast::error_code exchange(asio::io_context& context, Stream& stream, const Endpoint& to,
                           const tcp::endpoint& where, const Request& request, Parser& parser,
                           std::int64_t timeout_ms) {
  beast::error_code error;
  beast::flat_buffer buffer;
  auto& lowest = beast::get_lowest_layer(stream);
  lowest.expires_after(milliseconds(timeout_ms));
  const auto ask = [&](beast::error_code not_secure) {
    if ((error = not_secure)) return;
    bhttp::async_write(stream, request, [&](beast::error_code not_written, std::size_t) {
      if ((error = not_written)) return;
      bhttp::async_read(stream, buffer, parser,
                        [&](beast::error_code not_read, std::size_t) { error = not_read; });
    });
  };
  lowest.async_connect(where, [&](beast::error_code failed) {
    if (!(error = failed)) secure(stream, to, ask);
  });
  context.run();
  return error;
}

}  // namespace

base::Result<HttpAnswer> http(const Endpoint& to, const HttpCall& call,
                              std::int64_t timeout_ms) try {
  asio::io_context context;
  const auto where = resolve(context, to);
  if (!where) return where.error();

  bhttp::request<bhttp::string_body> request;
  request.method_string(call.method);
  request.target(call.target);
  request.set(bhttp::field::host, to.host + ":" + std::to_string(to.port));
  if (!call.bearer.empty()) request.set(bhttp::field::authorization, "Bearer " + call.bearer);
  if (call.body) {
    request.set(bhttp::field::content_type, "application/json");
    request.body() = *call.body;
  }
  for (const auto& [name, value] : call.headers) request.set(name, value);
  request.prepare_payload();
  request.keep_alive(false);

  bhttp::response_parser<bhttp::string_body> parser;
  parser.body_limit(16 * 1024 * 1024);
  if (call.method == "HEAD") parser.skip(true);
  beast::error_code error;
  if (to.tls == nullptr) {
    beast::tcp_stream stream(context);
    error = exchange(context, stream, to, *where, request, parser, timeout_ms);
  } else {
    const auto shared = share_of(*to.tls);
    SealedStream stream(context, *shared);
    error = exchange(context, stream, to, *where, request, parser, timeout_ms);
  }
  if (error) return away(error);
  HttpAnswer answer;
  answer.status = static_cast<int>(parser.get().result_int());
  answer.headers = headers_of(parser.get());
  answer.body = std::move(parser.get().body());
  return answer;
} catch (const boost::system::system_error& failed) {  // no descriptor left for the context
  return away(failed.code());
}

struct WsClient::Impl {
  using Plain = websocket::stream<beast::tcp_stream>;
  using Sealed = websocket::stream<SealedStream>;

  explicit Impl(const Endpoint& to) {
    if (to.tls == nullptr) {
      stream.emplace<Plain>(context);
    } else {
      shared = share_of(*to.tls);
      stream.emplace<Sealed>(context, *shared);
    }
  }
  template <class F>
  auto with(F f) {
    if (auto* const sealed = std::get_if<Sealed>(&stream)) return f(*sealed);
    return f(std::get<Plain>(stream));
  }

  asio::io_context context;
  std::unique_ptr<asio::ssl::context> shared;
  std::variant<std::monostate, Plain, Sealed> stream;
  beast::flat_buffer buffer;
  bool reading = false;
  bool read_done = false;
  beast::error_code read_error;
  std::string subprotocol;
};

namespace {

// From nothing to 101; then(error) when it is over.
template <class Stream, class Then>
void shake_hands(Stream& stream, const Endpoint& to, const tcp::endpoint& where,
                 const WsOptions& options, websocket::response_type& response, Then then) {
  stream.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
    std::string list;
    for (const std::string& name : options.subprotocols) list += (list.empty() ? "" : ", ") + name;
    if (!list.empty()) request.set(bhttp::field::sec_websocket_protocol, list);
    for (const auto& [name, value] : options.headers) request.set(name, value);
  }));
  stream.read_message_max(1 << 20);
  auto& lowest = beast::get_lowest_layer(stream);
  lowest.expires_after(milliseconds(options.timeout_ms));
  lowest.async_connect(where, [&stream, &to, &options, &response, then](beast::error_code failed) {
    if (failed) return then(failed);
    beast::get_lowest_layer(stream).socket().set_option(tcp::no_delay(true));
    secure(stream.next_layer(), to,
           [&stream, &to, &options, &response, then](beast::error_code not_secure) {
             if (not_secure) return then(not_secure);
             stream.async_handshake(response, to.host + ":" + std::to_string(to.port),
                                    options.target, then);
           });
  });
}

}  // namespace

WsClient::WsClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WsClient::~WsClient() {
  abort();
}

base::Result<std::unique_ptr<WsClient>> WsClient::connect(const Endpoint& to,
                                                          const WsOptions& options,
                                                          Refused* refused) try {
  auto impl = std::make_unique<Impl>(to);
  const auto where = resolve(impl->context, to);
  if (!where) return where.error();
  beast::error_code error;
  websocket::response_type response;
  bool done = false;
  impl->with([&](auto& stream) {
    shake_hands(stream, to, *where, options, response, [&](beast::error_code failed) {
      error = failed;
      done = true;
    });
  });
  if (!run_until(impl->context, done, options.timeout_ms + 1000))
    return base::Error{base::ErrorCode::unavailable, "deadline"};
  if (error) {
    if (refused != nullptr && response.result_int() != 0) {
      refused->status = static_cast<int>(response.result_int());
      refused->body = response.body();
      refused->headers = headers_of(response);
    }
    return away(error);
  }
  impl->with([](auto& stream) { beast::get_lowest_layer(stream).expires_never(); });
  impl->subprotocol = std::string(response[bhttp::field::sec_websocket_protocol]);
  return std::unique_ptr<WsClient>(new WsClient(std::move(impl)));
} catch (const boost::system::system_error& failed) {  // no descriptor left for the context
  return away(failed.code());
}

base::Result<std::optional<std::string>> WsClient::read(std::int64_t timeout_ms) {
  Impl& impl = *impl_;
  if (!impl.reading) {
    impl.reading = true;
    impl.read_done = false;
    impl.with([&impl](auto& stream) {
      stream.async_read(impl.buffer, [&impl](beast::error_code failed, std::size_t) {
        impl.read_error = failed;
        impl.read_done = true;
      });
    });
  }
  if (!run_until(impl.context, impl.read_done, timeout_ms)) return std::optional<std::string>{};
  if (impl.read_error) return away(impl.read_error);
  impl.reading = false;
  std::string text = beast::buffers_to_string(impl.buffer.data());
  impl.buffer.consume(impl.buffer.size());
  return std::optional<std::string>(std::move(text));
}

base::Result<> WsClient::send(std::string_view text) {
  beast::error_code error;
  bool done = false;
  impl_->with([&](auto& stream) {
    stream.text(true);
    stream.async_write(asio::buffer(text.data(), text.size()),
                       [&](beast::error_code failed, std::size_t) {
                         error = failed;
                         done = true;
                       });
  });
  if (!run_until(impl_->context, done, 10'000)) {
    abort();
    return base::Error{base::ErrorCode::unavailable, "deadline"};
  }
  if (error) return away(error);
  return {};
}

void WsClient::close(std::uint16_t code) {
  bool done = false;
  impl_->with([&](auto& stream) {
    stream.async_close(websocket::close_reason(code), [&done](beast::error_code) { done = true; });
  });
  if (!run_until(impl_->context, done, 5'000)) abort();
}

void WsClient::abort() {
  beast::error_code ignored;  // a socket that is gone already is as good
  impl_->with([&](auto& stream) { beast::get_lowest_layer(stream).socket().close(ignored); });
  impl_->context.restart();
  impl_->context.poll();
}

std::uint16_t WsClient::close_code() const {
  return impl_->with([](auto& stream) { return stream.reason().code; });
}
std::string WsClient::subprotocol() const {
  return impl_->subprotocol;
}

std::optional<WsUrl> parse_ws_url(std::string_view url) {
  WsUrl out;
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = url.substr(0, scheme_end);
  if (scheme != "ws" && scheme != "wss") return std::nullopt;
  out.secure = scheme == "wss";
  url.remove_prefix(scheme_end + 3);
  const auto slash = url.find('/');
  const std::string_view authority = url.substr(0, slash);
  const auto colon = authority.rfind(':');
  out.endpoint.host = std::string(authority.substr(0, colon));
  out.endpoint.port = out.secure ? 443 : 80;
  if (colon != std::string_view::npos) {
    const auto digits = authority.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), out.endpoint.port);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  }
  out.target = slash == std::string_view::npos ? "/" : std::string(url.substr(slash));
  if (out.endpoint.host.empty()) return std::nullopt;
  return out;
}

}  // namespace whoosh::swarm
