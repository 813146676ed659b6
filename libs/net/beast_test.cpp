// Goal: a foreign implementation agrees with ours. Method: Boost.Beast's WebSocket client is the
// oracle: it validates our handshake and every frame, and sends what it likes: fragments, masks,
// pings, closes, over a socket that cuts its writes at random. Beast lives in this one test file
// only: it is slow to compile.
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "base/rng.h"
#include "net/loop_test_support.h"

namespace whoosh::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

// A synchronous stream under Beast that sends in random small pieces.
class ChoppingStream {
 public:
  ChoppingStream(asio::io_context& context, std::uint64_t seed) : socket_(context), rng_(seed) {}
  using executor_type = asio::ip::tcp::socket::executor_type;
  executor_type get_executor() { return socket_.get_executor(); }
  asio::ip::tcp::socket& socket() { return socket_; }

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& error) {
    return socket_.read_some(buffers, error);
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    return socket_.read_some(buffers);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& error) {
    const std::string bytes = beast::buffers_to_string(buffers);
    const std::size_t size = std::min<std::size_t>(bytes.size(), 1 + rng_.below(700));
    return socket_.write_some(asio::buffer(bytes.data(), size), error);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    error_code error;
    const std::size_t sent = write_some(buffers, error);
    if (error) throw boost::system::system_error(error);
    return sent;
  }

 private:
  asio::ip::tcp::socket socket_;
  base::Rng rng_;
};

void teardown(beast::role_type, ChoppingStream& stream, error_code& error) {
  stream.socket().close(error);
}

class BeastClient {
 public:
  explicit BeastClient(std::uint16_t port, std::uint64_t seed = 1) : stream_(context_, seed) {
    auto& socket = stream_.next_layer().socket();
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    socket.set_option(asio::ip::tcp::no_delay(true));
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    stream_.control_callback([this](websocket::frame_type type, beast::string_view payload) {
      if (type == websocket::frame_type::pong) pongs_.push_back(std::string(payload));
      if (type == websocket::frame_type::ping) ++pings_;
    });
  }
  auto& stream() { return stream_; }
  void open() { stream_.handshake("127.0.0.1", "/ws"); }
  // Empty optional: closed, with the code in closed_with().
  std::optional<std::string> read() {
    beast::flat_buffer buffer;
    error_code error;
    stream_.read(buffer, error);
    if (error) {
      error_ = error;
      return std::nullopt;
    }
    EXPECT_TRUE(stream_.got_text());
    return beast::buffers_to_string(buffer.data());
  }
  error_code error() const { return error_; }
  std::uint16_t closed_with() const { return stream_.reason().code; }
  const std::vector<std::string>& pongs() const { return pongs_; }
  int pings() const { return pings_; }

 private:
  asio::io_context context_;
  websocket::stream<ChoppingStream> stream_;
  std::vector<std::string> pongs_;
  error_code error_;
  int pings_ = 0;
};

std::string random_text(base::Rng& rng, std::size_t bytes) {
  static constexpr std::string_view characters[] = {
      "a", "Z", " ", "\n", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8e\xb2", "{\"type\":"};
  std::string text;
  while (true) {
    const std::string_view next = characters[rng.below(std::size(characters))];
    if (text.size() + next.size() > bytes) return text;
    text += next;
  }
}

WHOOSH_ON_BOTH_ENGINES(Beast);

TEST_P(Beast, EchoesWhateverTheCutAndFragments) {
  TestServer server;
  server.start();
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    base::Rng rng(seed);
    BeastClient client(server.port(), seed);
    client.open();
    for (int i = 0; i < 40; ++i) {
      const std::string text = random_text(rng, rng.below(8193));
      client.stream().text(true);
      client.stream().auto_fragment(rng.below(2) == 0);
      client.stream().write_buffer_bytes(8 + rng.below(2000));
      client.stream().write(asio::buffer(text));
      ASSERT_EQ(client.read(), text) << "seed " << seed << " message " << i;
    }
    error_code error;
    client.stream().close(websocket::close_code::normal, error);
    EXPECT_FALSE(error) << error.message();
  }
  EXPECT_TRUE(server.handler().wait_for("closed 1000", 8));
  EXPECT_EQ(server.counters().protocol_failures.value(), 0u);
}

TEST_P(Beast, PingsBetweenFragmentsAreAnswered) {
  TestServer server;
  server.start();
  BeastClient client(server.port());
  client.open();
  client.stream().text(true);
  client.stream().write_some(false, asio::buffer("first ", 6));
  client.stream().ping("between");
  client.stream().write_some(false, asio::buffer("second ", 7));
  client.stream().pong("unasked");
  client.stream().write_some(true, asio::buffer("third", 5));
  EXPECT_EQ(client.read(), "first second third");
  EXPECT_EQ(client.pongs(), std::vector<std::string>{"between"});
}

TEST_P(Beast, AcceptsOurPingsAndAnswersThem) {
  Options options;
  options.ping_ms = 150;
  options.idle_ms = 1'500;
  TestServer server(options);
  server.handler().text = [](TestHandler&, ConnId, std::string_view) {};
  server.start();
  BeastClient client(server.port());
  client.open();
  server.server().loop(0).post([] {});
  std::thread closer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2'000));  // longer than idle_ms
    client.stream().next_layer().socket().shutdown(asio::ip::tcp::socket::shutdown_both);
  });
  EXPECT_EQ(client.read(), std::nullopt);  // reads, and answers pings meanwhile
  closer.join();
  EXPECT_GE(client.pings(), 3);
  EXPECT_EQ(server.counters().idle_dropped.value(), 0u) << "answered pings keep it alive";
}

TEST_P(Beast, UnderstandsOurCloses) {
  TestServer server;
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view message) {
    self.loop->close(id, static_cast<std::uint16_t>(std::stoi(std::string(message))), "because");
  };
  server.start();
  for (const std::uint16_t code : {1000, 1001, 1008, 1011, 1013, 4000, 4004}) {
    BeastClient client(server.port());
    client.open();
    client.stream().text(true);
    client.stream().write(asio::buffer(std::to_string(code)));
    EXPECT_EQ(client.read(), std::nullopt);
    EXPECT_EQ(client.error(), websocket::error::closed);
    EXPECT_EQ(client.closed_with(), code);
    EXPECT_EQ(std::string_view(client.stream().reason().reason.c_str()), "because");
    EXPECT_TRUE(server.handler().wait_for("closed " + std::to_string(code)));
  }
}

TEST_P(Beast, RefusalsAreReadable) {
  TestServer server;
  server.handler().answer = [](TestHandler&, ConnId, const Request&,
                               std::unique_ptr<Carried>) -> Decision {
    Response response;
    response.status = 409;
    response.body = R"({"code":"room_full"})";
    return Respond{response};
  };
  server.start();
  BeastClient client(server.port());
  websocket::response_type answer;
  error_code error;
  client.stream().handshake(answer, "127.0.0.1", "/ws", error);
  EXPECT_EQ(error, websocket::error::upgrade_declined);
  EXPECT_EQ(answer.result_int(), 409u);
  EXPECT_EQ(answer[beast::http::field::content_type], "application/json");
  EXPECT_EQ(answer.body(), R"({"code":"room_full"})");
}

TEST_P(Beast, BinaryAndTooBigAreRefused) {
  TestServer server;
  server.start();
  BeastClient binary(server.port());
  binary.open();
  binary.stream().binary(true);
  binary.stream().write(asio::buffer("x", 1));
  EXPECT_EQ(binary.read(), std::nullopt);
  EXPECT_EQ(binary.closed_with(), 1003);

  BeastClient big(server.port());
  big.open();
  big.stream().text(true);
  big.stream().auto_fragment(false);
  error_code error;
  big.stream().write(asio::buffer(std::string(8193, 'x')), error);
  EXPECT_EQ(big.read(), std::nullopt);
  EXPECT_EQ(big.closed_with(), 1009);
}

TEST_P(Beast, PeerWithCompressionGetsNone) {
  TestServer server;
  server.start();
  BeastClient client(server.port());
  websocket::permessage_deflate deflate;
  deflate.client_enable = true;
  client.stream().set_option(deflate);
  client.open();
  const std::string text(3000, 'z');
  client.stream().text(true);
  client.stream().write(asio::buffer(text));
  EXPECT_EQ(client.read(), text);
}

}  // namespace
}  // namespace whoosh::net
