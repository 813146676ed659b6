#include "services/doctor/probe.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <ctime>
#include <memory>

#include "runtime/clock.h"
#include "runtime/entropy.h"

namespace whoosh::doctor {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
namespace json = boost::json;
using tcp = asio::ip::tcp;
using TlsStream = asio::ssl::stream<beast::tcp_stream>;

constexpr std::uint64_t body_bytes_max = 256 * 1024;

struct Scheme {
  std::string_view name;
  bool tls;
};
constexpr Scheme schemes[] = {
    {"http://", false}, {"https://", true}, {"ws://", false}, {"wss://", true}};

base::Error away(std::string what) {
  return {base::ErrorCode::unavailable, std::move(what)};
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::int64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

using Stream = beast::tcp_stream;
using Request = bhttp::request<bhttp::string_body>;
using Parser = bhttp::response_parser<bhttp::string_body>;

// What is under way: kept until the context has run dry.
struct Exchange {
  asio::io_context context;
  beast::flat_buffer buffer;
  Parser parser;
  Request request;
  beast::error_code error;
  base::UnixMs sent_at;

  template <class S>
  void write_and_read(S& stream) {
    sent_at = runtime::OsClock().now();
    bhttp::async_write(stream, request, [this, &stream](beast::error_code failed, std::size_t) {
      if ((error = failed)) return;
      bhttp::async_read(stream, buffer, parser,
                        [this](beast::error_code read, std::size_t) { error = read; });
    });
  }
};

Request request_of(const Url& url, const Ask& ask) {
  Request request;
  request.method_string(ask.method);
  request.target(url.path);
  request.set(bhttp::field::host, url.authority());
  request.set(bhttp::field::user_agent, "whoosh-doctor");
  request.set(bhttp::field::connection, "close");
  for (const auto& [name, value] : ask.headers) request.set(name, value);
  request.body() = ask.body;
  if (!ask.body.empty()) request.prepare_payload();
  return request;
}

Told told_of(Exchange& exchange) {
  Told told;
  told.sent_at = exchange.sent_at;
  told.came_at = runtime::OsClock().now();
  told.status = static_cast<int>(exchange.parser.get().result_int());
  for (const auto& field : exchange.parser.get()) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    told.headers[name] = std::string(field.value());
  }
  told.body = std::move(exchange.parser.get().body());
  return told;
}

// Why a handshake failed: the certificate's own fault says more than "certificate verify failed".
std::string tls_trouble(TlsStream& stream, const beast::error_code& error) {
  const long verified = SSL_get_verify_result(stream.native_handle());
  if (verified != X509_V_OK)
    return fmt::format("its certificate is refused: {}", X509_verify_cert_error_string(verified));
  return fmt::format("TLS: {}", error.message());
}

base::Result<Told> ask_plain(Exchange& exchange, const tcp::resolver::results_type& where,
                             const Ask& ask) {
  Stream stream(exchange.context);
  stream.expires_after(std::chrono::milliseconds(ask.timeout_ms));
  stream.async_connect(where, [&](beast::error_code failed, const tcp::endpoint&) {
    if ((exchange.error = failed)) return;
    exchange.write_and_read(stream);
  });
  exchange.context.run();
  if (exchange.error) return away(exchange.error.message());
  return told_of(exchange);
}

base::Result<Told> ask_tls(Exchange& exchange, const tcp::resolver::results_type& where,
                           const Url& url, const Ask& ask) {
  asio::ssl::context tls(asio::ssl::context::tls_client);
  beast::error_code error;
  if (ask.ca_file.empty())
    tls.set_default_verify_paths(error);
  else
    tls.load_verify_file(ask.ca_file, error);
  if (error) return away(fmt::format("--ca-file {}: {}", ask.ca_file, error.message()));
  TlsStream stream(exchange.context, tls);
  beast::error_code is_name;
  asio::ip::make_address(url.host, is_name);
  if (is_name && SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str()) != 1)
    return away("no name for TLS");
  if (ask.checks_certificate) {
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(url.host));
  } else {
    stream.set_verify_mode(asio::ssl::verify_none);
  }
  std::string trouble;
  auto& lowest = stream.next_layer();
  lowest.expires_after(std::chrono::milliseconds(ask.timeout_ms));
  lowest.async_connect(where, [&](beast::error_code failed, const tcp::endpoint&) {
    if ((exchange.error = failed)) return;
    stream.async_handshake(asio::ssl::stream_base::client, [&](beast::error_code shaken) {
      if ((exchange.error = shaken)) {
        trouble = tls_trouble(stream, shaken);
        return;
      }
      exchange.write_and_read(stream);
    });
  });
  exchange.context.run();
  if (exchange.error) return away(trouble.empty() ? exchange.error.message() : trouble);
  Told told = told_of(exchange);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      SSL_get1_peer_certificate(stream.native_handle()), &X509_free);
  if (certificate)
    told.certificate_ends = {seconds_of(X509_get0_notAfter(certificate.get())) * 1000};
  return told;
}

}  // namespace

std::string Url::authority() const {
  const bool is_usual = port == (tls ? 443 : 80);
  return is_usual ? bracketed(host) : fmt::format("{}:{}", bracketed(host), port);
}

std::string Url::origin() const {
  return fmt::format("{}://{}", tls ? "https" : "http", authority());
}

std::string Url::text(std::string_view scheme) const {
  return fmt::format("{}://{}{}", scheme, authority(), path);
}

std::optional<Url> parse_url(std::string_view text) {
  for (const Scheme& scheme : schemes) {
    if (!text.starts_with(scheme.name)) continue;
    const std::string_view rest = text.substr(scheme.name.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    std::string_view path = rest.substr(authority.size());
    path = path.substr(0, path.find('#'));
    Url url;
    url.tls = scheme.tls;
    url.path = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
    const auto end = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
    const auto colon = authority.find(':', end == std::string_view::npos ? 0 : end);
    url.host = end == std::string_view::npos ? std::string(authority.substr(0, colon))
                                             : std::string(authority.substr(1, end - 1));
    url.port = scheme.tls ? 443 : 80;
    if (colon != std::string_view::npos) {
      const std::string_view digits = authority.substr(colon + 1);
      const auto [last, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
      if (error != std::errc{} || last != digits.data() + digits.size()) return std::nullopt;
    }
    if (url.host.empty() || url.port == 0) return std::nullopt;
    return url;
  }
  return std::nullopt;
}

std::string Told::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string Told::code() const {
  boost::system::error_code error;
  const json::value page = json::parse(body, error);
  const json::object* object = error ? nullptr : page.if_object();
  const json::value* code = object == nullptr ? nullptr : object->if_contains("code");
  return code != nullptr && code->is_string() ? std::string(code->get_string()) : "";
}

base::Result<Told> ask(const Url& url, const Ask& ask) try {
  Exchange exchange;
  exchange.parser.body_limit(body_bytes_max);
  exchange.request = request_of(url, ask);
  beast::error_code error;
  tcp::resolver resolver(exchange.context);
  const auto where = resolver.resolve(url.host, std::to_string(url.port), error);
  if (error) return away(fmt::format("{} can't be looked up: {}", url.host, error.message()));
  return url.tls ? ask_tls(exchange, where, url, ask) : ask_plain(exchange, where, ask);
} catch (const boost::system::system_error& failed) {  // no descriptor, no memory for TLS
  return away(failed.code().message());
}

Ask upgrade(std::string_view origin) {
  Ask ask;
  const std::string key = runtime::OsEntropy().bytes(16);
  std::string encoded(24, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                  reinterpret_cast<const unsigned char*>(key.data()), 16);
  ask.headers = {{"Connection", "Upgrade"},
                 {"Upgrade", "websocket"},
                 {"Sec-WebSocket-Version", "13"},
                 {"Sec-WebSocket-Key", encoded.substr(0, 24)},
                 {"Sec-WebSocket-Protocol", "whoosh.v1"}};
  if (!origin.empty()) ask.headers["Origin"] = std::string(origin);
  return ask;
}

std::optional<std::int64_t> ahead_s(const Told& told) {
  std::tm parts{};
  const std::string date = told.header("date");
  if (::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
  const std::int64_t said_ms = std::int64_t{::timegm(&parts)} * 1000;
  constexpr std::int64_t rounded_ms = 1'000;  // a Date is cut to its second, and may be cached one
  if (said_ms > told.came_at.value) return (said_ms - told.came_at.value) / 1000;
  if (said_ms + 2 * rounded_ms < told.sent_at.value)
    return -((told.sent_at.value - said_ms - rounded_ms) / 1000);
  return 0;
}

}  // namespace whoosh::doctor
