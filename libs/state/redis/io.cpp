#include "state/redis/io.h"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <optional>
#include <utility>

namespace whoosh::state::redis {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

base::Result<std::optional<ssl::context>> make_tls(const Options& options) {
  std::optional<ssl::context> made;
  if (!options.tls) return made;
  ssl::context& context = made.emplace(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  error_code error;
  const auto refuse = [&](const std::string& what) {
    return base::Error{base::ErrorCode::invalid_input, what + ": " + error.message()};
  };
  if (options.ca_file.empty()) {
    context.set_default_verify_paths(error);
    if (error) return refuse("the system's certificate authorities can't be read");
  } else {
    context.load_verify_file(options.ca_file, error);
    if (error) return refuse("the certificate authorities in " + options.ca_file);
  }
  if (!options.certificate_file.empty()) {
    context.use_certificate_chain_file(options.certificate_file, error);
    if (error) return refuse("the certificate in " + options.certificate_file);
    const std::string& key = options.key_file.empty() ? options.certificate_file : options.key_file;
    context.use_private_key_file(key, ssl::context::pem, error);
    if (error) return refuse("the private key in " + key);
  }
  context.set_verify_mode(options.tls_verify ? ssl::verify_peer : ssl::verify_none);
  return made;
}

class TcpSocket final : public Socket, public std::enable_shared_from_this<TcpSocket> {
 public:
  // tls: nullptr for plain TCP; else lives longer than the socket.
  TcpSocket(asio::io_context& io, ssl::context* tls) : resolver_(io), socket_(io) {
    if (tls != nullptr) tls_.emplace(socket_, *tls);
  }

  void connect(const Endpoint& to, std::string server_name, Done done) override;
  void write(std::string bytes, Done done) override;
  void read(Arrived arrived, Done ended) override;
  void close() override;

 private:
  void shake_hands(const std::string& server_name);
  void connected(const error_code& error);
  void read_some();

  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
  std::optional<ssl::stream<asio::ip::tcp::socket&>> tls_;
  bool is_closed_ = false;
  Done on_connected_;
  Done on_ended_;
  Arrived on_arrived_;
  Done on_written_;
  std::string writing_;
  std::array<char, 16 * 1024> buffer_;
};

void TcpSocket::connect(const Endpoint& to, std::string server_name, Done done) {
  on_connected_ = std::move(done);
  resolver_.async_resolve(
      to.host, std::to_string(to.port),
      [self = shared_from_this(), server_name = std::move(server_name)](
          const error_code& error, const asio::ip::tcp::resolver::results_type& found) mutable {
        if (self->is_closed_) return;
        if (error) return self->connected(error);
        asio::async_connect(self->socket_, found,
                            [self, server_name = std::move(server_name)](
                                const error_code& refused, const asio::ip::tcp::endpoint&) {
                              if (self->is_closed_) return;
                              if (refused) return self->connected(refused);
                              error_code ignored;  // slower, but a connection all the same
                              self->socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
                              self->socket_.set_option(asio::socket_base::keep_alive(true),
                                                       ignored);
                              if (!self->tls_) return self->connected({});
                              self->shake_hands(server_name);
                            });
      });
}

void TcpSocket::shake_hands(const std::string& server_name) {
  if (!server_name.empty()) {
    error_code is_name;
    asio::ip::make_address(server_name, is_name);
    if (is_name) SSL_set_tlsext_host_name(tls_->native_handle(), server_name.c_str());
    tls_->set_verify_callback(ssl::host_name_verification(server_name));
  }
  tls_->async_handshake(ssl::stream_base::client,
                        [self = shared_from_this()](const error_code& error) {
                          if (!self->is_closed_) self->connected(error);
                        });
}

void TcpSocket::connected(const error_code& error) {
  Done done = std::move(on_connected_);
  done(error ? error.message() : std::string());
}

void TcpSocket::write(std::string bytes, Done done) {
  writing_ = std::move(bytes);
  on_written_ = std::move(done);
  auto written = [self = shared_from_this()](const error_code& error, std::size_t) {
    if (self->is_closed_) return;
    Done then = std::move(self->on_written_);
    then(error ? error.message() : std::string());
  };
  if (tls_) {
    asio::async_write(*tls_, asio::buffer(writing_), std::move(written));
  } else {
    asio::async_write(socket_, asio::buffer(writing_), std::move(written));
  }
}

void TcpSocket::read(Arrived arrived, Done ended) {
  on_arrived_ = std::move(arrived);
  on_ended_ = std::move(ended);
  read_some();
}

void TcpSocket::read_some() {
  auto read = [self = shared_from_this()](const error_code& error, std::size_t count) {
    if (self->is_closed_) return;
    if (error) {
      Done ended = std::move(self->on_ended_);
      return ended(error.message());
    }
    self->on_arrived_(std::string_view(self->buffer_.data(), count));
    if (!self->is_closed_) self->read_some();
  };
  if (tls_) {
    tls_->async_read_some(asio::buffer(buffer_), std::move(read));
  } else {
    socket_.async_read_some(asio::buffer(buffer_), std::move(read));
  }
}

void TcpSocket::close() {
  if (std::exchange(is_closed_, true)) return;
  resolver_.cancel();
  error_code ignored;  // it ends one way or the other
  socket_.close(ignored);
}

}  // namespace

// ---- the loop ----------------------------------------------------------------------------------

struct Io::Impl {
  // A socket's operations hold it while they are under way, and go with `io`: `tls` goes last.
  std::optional<ssl::context> tls;
  asio::io_context io{1};
  asio::steady_timer timer{io};
  std::function<void()> work;
  std::int64_t every_ms = 0;

  void tick() {
    work();
    timer.expires_after(std::chrono::milliseconds(every_ms));
    timer.async_wait([this](const error_code& error) {
      if (!error) tick();
    });
  }
};

base::Result<std::unique_ptr<Io>> Io::open(const Options& options) {
  auto tls = make_tls(options);
  if (!tls) return tls.error();
  auto impl = std::make_unique<Impl>();
  impl->tls = std::move(*tls);
  return std::unique_ptr<Io>(new Io(std::move(impl)));
}

Io::Io(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Io::~Io() = default;

void Io::post(runtime::Task task) {
  asio::post(impl_->io, [task = std::move(task)]() mutable { task(); });
}

void Io::stop() {
  impl_->io.stop();
}

void Io::every(std::int64_t ms, std::function<void()> work) {
  impl_->every_ms = ms;
  impl_->work = std::move(work);
  post([impl = impl_.get()] { impl->tick(); });
}

void Io::run() {
  impl_->io.run();
}

void Io::run_rest() {
  impl_->timer.cancel();
  impl_->io.restart();
  impl_->io.poll();
}

std::shared_ptr<Socket> Io::socket() {
  return std::make_shared<TcpSocket>(impl_->io, impl_->tls ? &*impl_->tls : nullptr);
}

}  // namespace whoosh::state::redis
