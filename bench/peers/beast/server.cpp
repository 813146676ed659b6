// Rooms of eight with a tick a second, on Boost.Beast: README.md of the folder above. A context and
// an acceptor (SO_REUSEPORT) per core, as Beast's own "fast" example has it; rooms belong to one.
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;
using Clock = std::chrono::system_clock;
using Text = std::shared_ptr<const std::string>;

constexpr std::size_t seats = 8;
constexpr std::size_t message_bytes = 160;
constexpr std::size_t waiting_max = 16;
constexpr std::chrono::seconds period{1};

class Room;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::shared_ptr<Room> room)
      : stream_(std::move(socket)), room_(std::move(room)) {}

  void run();
  void send(const Text& text);

 private:
  void read();
  void write();
  void leave();

  websocket::stream<tcp::socket> stream_;
  std::shared_ptr<Room> room_;
  beast::flat_buffer buffer_;
  std::deque<Text> waiting_;
};

class Room : public std::enable_shared_from_this<Room> {
 public:
  Room(asio::io_context& context, std::size_t number) : timer_(context), number_(number) {
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(Clock::now());
    due_ = now + period + std::chrono::milliseconds(number % 1000);
  }
  void wait() {
    timer_.expires_after(due_ - Clock::now());
    timer_.async_wait([self = shared_from_this()](beast::error_code error) {
      if (!error) self->tick();
    });
  }
  void add(const std::shared_ptr<Session>& session) { sessions_.insert(session); }
  void remove(const std::shared_ptr<Session>& session) { sessions_.erase(session); }

 private:
  void tick() {
    const auto ts =
        std::chrono::duration_cast<std::chrono::milliseconds>(due_.time_since_epoch()).count();
    std::string text = fmt::format(
        R"({{"type":"TICK","payload":{{"room":{},"seq":{},"ts":{},"pad":")", number_, ++seq_, ts);
    text.append(message_bytes - text.size() - 3, 'x').append("\"}}");
    const auto shared = std::make_shared<const std::string>(std::move(text));
    for (const auto& session : sessions_) session->send(shared);
    due_ += period;
    wait();
  }

  asio::steady_timer timer_;
  const std::size_t number_;
  std::uint64_t seq_ = 0;
  Clock::time_point due_;
  std::set<std::shared_ptr<Session>> sessions_;
};

void Session::run() {
  stream_.async_accept([self = shared_from_this()](beast::error_code error) {
    if (error) return;
    self->room_->add(self);
    self->read();
  });
}

void Session::send(const Text& text) {
  if (waiting_.size() >= waiting_max) return;  // too slow: misses it
  waiting_.push_back(text);
  if (waiting_.size() == 1) write();
}

void Session::read() {
  stream_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
    if (error) return self->leave();
    self->buffer_.consume(self->buffer_.size());
    self->read();
  });
}

void Session::write() {
  stream_.async_write(asio::buffer(*waiting_.front()),
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (error) return self->leave();
                        self->waiting_.pop_front();
                        if (!self->waiting_.empty()) self->write();
                      });
}

void Session::leave() {
  room_->remove(shared_from_this());
}

class Server {
 public:
  Server(std::uint16_t port, std::size_t first, std::size_t step)
      : acceptor_(context_), next_(first), step_(step) {
    using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    acceptor_.open(tcp::v4());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.set_option(reuse_port(true));
    acceptor_.bind({asio::ip::address_v4::loopback(), port});
    acceptor_.listen(4096);
  }
  void run() {
    accept();
    context_.run();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!error) {
        socket.set_option(tcp::no_delay(true));
        std::make_shared<Session>(std::move(socket), seat())->run();
      }
      accept();
    });
  }
  std::shared_ptr<Room> seat() {
    if (!last_ || taken_ == seats) {
      last_ = std::make_shared<Room>(context_, next_);
      last_->wait();
      next_ += step_;
      taken_ = 0;
    }
    ++taken_;
    return last_;
  }

  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  std::shared_ptr<Room> last_;
  std::size_t taken_ = 0;
  std::size_t next_;
  const std::size_t step_;
};

}  // namespace

int main(int, char** argv) {
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const std::size_t cores = std::thread::hardware_concurrency();
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < cores; ++i)
    threads.emplace_back([=] { Server(port, i, cores).run(); });
}
