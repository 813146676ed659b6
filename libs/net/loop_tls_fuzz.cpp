// Fuzz: a loop whose listener speaks TLS, from the first byte of a handshake to the end of the
// connection, through the loop's own code. The input is what a client says, how it is put into
// records, how the records are cut on their way, and what somebody on the way does to them. Held:
//  1. What arrives untouched is the same as without TLS: what the handler hears, what it sends,
//     what the client gets, whatever the records, the cuts and the engine's shape.
//  2. What was touched is never heard: messages are a beginning of what was said.
//  3. Who has not shaken hands reaches no handler, and is told nothing in the clear but an alert,
//     or that his request is refused if he spoke HTTP.
//  4. All that a loop says to who speaks TLS is records, of the sizes that RFC 8446 allows.
//  5. on_closed comes once for every on_open, and everything is freed.
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "net/step_test_support.h"
#include "tls/tls_test_support.h"

namespace {

using namespace whoosh::net;
namespace tls = whoosh::tls;

constexpr std::size_t cuts_max = 4;
constexpr std::size_t prefix_bytes = 6 + 2 * cuts_max;
constexpr std::size_t stream_bytes_max = 2048;
constexpr std::string_view good_head =
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

enum class Touch { None, Flip, Shorten, Drop, Repeat, Swap, Insert, End, FlipHandshake };
constexpr int touches = 9;
enum class End { CloseNotify, HalfClose, Close, Silence };

struct Script {
  bool raw;    // the stream goes to the listener as it is
  bool old;    // TLS 1.2
  bool dealt;  // DealingEngine
  End end;
  Touch touch;
  std::size_t touched;  // which record
  std::size_t offset;   // in it
  char value;
  std::array<std::uint8_t, cuts_max> records;  // plain bytes of each
  std::array<std::uint8_t, cuts_max> cuts;     // bytes of each delivery; 0: all
  std::string stream;
};

struct Played {
  std::vector<std::string> texts;  // that the handler heard
  std::size_t requests = 0;
  std::string out;     // what the client got, opened, until nothing moved
  std::string sealed;  // all that the client got, as it came
  bool failed = false;
  bool no_tls = false;  // the first byte that left was no record's
};

class Echo final : public Handler {
 public:
  Played* played = nullptr;

  void on_start(Loop& loop) override { loop_ = &loop; }
  Decision on_request(ConnId, const Request& request, std::unique_ptr<Carried>) override {
    ++played->requests;
    if (request.path() == "/ws") return Accept{};
    return Respond{Response{.status = 404, .body = std::string(5000, 'n')}};
  }
  void on_open(ConnId) override { ++open_; }
  void on_text(ConnId id, std::span<char> bytes) override {
    const std::string text(bytes.data(), bytes.size());
    played->texts.push_back(text);
    if (text.starts_with('c')) {
      ASSERT(loop_->close(id, 4001, "asked"));
    } else if (loop_->send(id, text) && text.starts_with('d')) {
      ASSERT(loop_->send(id, std::string(20'000, 'd')));  // more than a record
    }
  }
  void on_closed(ConnId, std::uint16_t) override {
    ASSERT(open_ > 0);
    --open_;
  }
  void on_overflow(ConnId) override {}
  void on_drained(ConnId) override {}
  void on_turn_end(std::int64_t) override {}
  std::string refusal_body(int) override { return "refused"; }
  std::string tls_needed_body() override { return "TLS only"; }
  [[nodiscard]] bool is_quiet() const { return open_ == 0; }

 private:
  Loop* loop_ = nullptr;
  int open_ = 0;
};

Options options_with(tls::ContextPtr context) {
  Options options;
  options.tls = std::move(context);
  options.connections_max = 8;
  options.head_bytes_max = 600;
  options.message_bytes_max = 300;
  options.head_ms = options.decide_ms = 500;
  options.ping_ms = 300;
  options.idle_ms = 1000;
  options.slow_ms = 400;
  options.close_ms = 200;
  return options;
}

// For the life of the process: what an input leaves behind would be found by the next one.
struct World {
  explicit World(tls::ContextPtr context) : loops(options_with(std::move(context)), {&echo}) {}
  Echo echo;
  LoopStepper loops;
};

struct Trust {
  Trust() {
    server = *tls::Context::server(authority.issue("server"), tickets);
    client = *tls::Context::client({.ca_file = authority.ca_file(), .anybody = false});
    client_old = *tls::Context::client({.ca_file = authority.ca_file(), .anybody = false});
    SSL_CTX_set_max_proto_version(client_old->native(), TLS1_2_VERSION);
  }
  tls::TestAuthority authority;
  whoosh::runtime::ManualClock clock;
  std::shared_ptr<tls::TicketKeys> tickets = std::make_shared<tls::TicketKeys>(clock);
  tls::ContextPtr server, client, client_old;
};

class Client {
 public:
  Client(World& world, Played& played, const Script& script, tls::Session session)
      : world_(world), played_(played), script_(script), session_(std::move(session)) {
    world_.echo.played = &played;
    socket_ = world_.loops.connect(0);
    if (script.dealt) world_.loops.deal(script.cuts);
  }
  ~Client() { world_.loops.deal({}); }

  // Cut as the script says, with turns between the pieces.
  void deliver(std::string_view bytes) {
    for (std::size_t i = 0; !bytes.empty(); ++i) {
      const std::size_t cut = script_.cuts[i % cuts_max];
      std::string_view piece = bytes.substr(0, cut == 0 ? bytes.size() : cut);
      bytes.remove_prefix(piece.size());
      while (!piece.empty()) {
        const ssize_t sent = ::send(socket_.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return;  // the server has ended it
        if (sent > 0) piece.remove_prefix(static_cast<std::size_t>(sent));
        world_.loops.turn();
        read();
      }
    }
  }
  // From hello to the end of the handshake, or to what becomes of it.
  void shake_hands() {
    take({});
    for (int flight = 0; flight < 8 && !played_.failed; ++flight) {
      std::string said(exchange_.sealed());
      exchange_.clear();
      if (said.empty()) return;
      if (script_.touch == Touch::FlipHandshake && script_.touched % 2 == std::size_t(flight))
        said[script_.offset % said.size()] ^= script_.value;
      if (flight == 0) played_.no_tls = said.front() != '\x16';
      deliver(said);
      settle();
    }
  }
  [[nodiscard]] bool is_established() const { return session_.is_established(); }
  // The stream in records, with what is done to them on the way.
  void say_all() {
    std::vector<std::string> records;
    std::string_view rest = script_.stream;
    for (std::size_t i = 0; !rest.empty(); ++i) {
      const std::size_t size = script_.records[i % cuts_max];
      const std::string_view piece = rest.substr(0, size == 0 ? rest.size() : size);
      rest.remove_prefix(piece.size());
      ASSERT(session_.seal(exchange_, piece));
      records.emplace_back(exchange_.sealed());
      exchange_.clear();
    }
    touch(records);
    deliver(std::accumulate(records.begin(), records.end(), std::string()));
    settle();
  }
  void end() {
    if (script_.end == End::CloseNotify && session_) {
      session_.close(exchange_);
      deliver(exchange_.sealed());
    }
    if (script_.end == End::HalfClose) ::shutdown(socket_.get(), SHUT_WR);
    if (script_.end == End::Close) socket_.reset();
  }
  void settle() {
    for (std::size_t before = played_.sealed.size() + 1; before != played_.sealed.size();) {
      before = played_.sealed.size();
      world_.loops.settle();
      read();
    }
  }
  void see_it_freed() {
    world_.loops.deal({});
    for (int i = 0; i < 100 && world_.loops.connections() > 0; ++i) {
      world_.loops.advance_ms(2 * LoopStepper::wheel_tick_ms);
      if (socket_) take_all(socket_.get(), played_.sealed);
    }
    ASSERT(world_.loops.connections() == 0);
    ASSERT(world_.loops.buffer_bytes() == 0);
    ASSERT(world_.echo.is_quiet());
  }

 private:
  void read() {
    const std::size_t before = played_.sealed.size();
    take_all(socket_.get(), played_.sealed);
    if (!session_) {
      played_.out.append(played_.sealed, before);
    } else if (played_.sealed.size() > before) {
      take(std::string_view(played_.sealed).substr(before));
    }
  }
  void take(std::string_view received) {
    std::vector<char> plain(received.size() + tls::held_bytes_max);
    const auto taken = session_.take(exchange_, {received.data(), received.size()}, plain);
    played_.out.append(plain.data(), taken.bytes);
    played_.failed = played_.failed || taken.end == tls::Session::End::Failed;
  }
  void touch(std::vector<std::string>& records) const {
    if (records.empty()) return;
    const std::size_t index = script_.touched % records.size();
    std::string& record = records[index];
    const auto at = records.begin() + static_cast<std::ptrdiff_t>(index);
    switch (script_.touch) {
      case Touch::None:
      case Touch::FlipHandshake:
        return;
      case Touch::Flip:
        record[script_.offset % record.size()] ^= script_.value;
        return;
      case Touch::Shorten:
        record.resize(script_.offset % record.size());
        return;
      case Touch::Drop:
        records.erase(at);
        return;
      case Touch::Repeat:
        records.insert(at, std::string(record));
        return;
      case Touch::Swap:
        std::swap(record, records[(index + 1) % records.size()]);
        return;
      case Touch::Insert:
        record.insert(script_.offset % record.size(), 1, script_.value);
        return;
      case Touch::End:
        records.erase(at, records.end());
        return;
    }
  }

  World& world_;
  Played& played_;
  const Script& script_;
  tls::Session session_;  // empty: in the clear
  tls::Exchange exchange_;
  Descriptor socket_;
};

Played play_plain(World& world, const Script& script) {
  Played played;
  Client client(world, played, script, {});
  client.deliver(script.stream);
  client.settle();
  client.end();
  client.see_it_freed();
  return played;
}

Played play_sealed(World& world, const Script& script, const Trust& trust) {
  Played played;
  Client client(world, played, script,
                tls::Session::client(script.old ? *trust.client_old : *trust.client, "localhost"));
  client.shake_hands();
  const bool whole = script.touch != Touch::FlipHandshake || script.value == 0;
  ASSERT(!whole || client.is_established());
  // A byte of the last flight may be wrong in a way that only the server sees.
  if (client.is_established() && !played.failed) client.say_all();
  client.end();
  client.see_it_freed();
  return played;
}

// Whole records, and perhaps the beginning of one more: the client may have gone.
void check_records(std::string_view bytes) {
  while (bytes.size() >= 5) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const std::size_t size = at(3) * 256u + at(4);
    ASSERT(at(0) >= 20 && at(0) <= 23 && at(1) == 3);
    ASSERT(size > 0 && size <= tls::record_bytes_max + 256 + 64);
    if (bytes.size() < 5 + size) return;
    bytes.remove_prefix(5 + size);
  }
}

void check_raw(const Played& played, const std::string& stream) {
  ASSERT(played.requests == 0 && played.texts.empty());
  if (stream.starts_with('\x16'))
    check_records(played.sealed);
  else
    ASSERT(played.sealed.empty() || played.sealed.starts_with("HTTP/1.1 4") ||
           played.sealed.starts_with("HTTP/1.1 505 "));
}

// An answer's Date is another each second, and only refusals have one.
std::string_view comparable(const Played& played) {
  const std::string_view out = played.out;
  return out.starts_with("HTTP/1.1 101 ") ? out : out.substr(0, out.find("\r\n"));
}

Script script_of(std::span<const std::uint8_t> data) {
  Script script{};
  script.raw = (data[0] & 0x31) == 0x31;
  script.old = (data[0] & 4) != 0;
  script.dealt = (data[0] & 8) != 0;
  script.end = static_cast<End>(data[1] % 4);
  script.touch = static_cast<Touch>(data[2] % touches);
  script.touched = data[3];
  script.offset = data[4];
  script.value = static_cast<char>(data[5]);
  std::copy_n(data.begin() + 6, cuts_max, script.records.begin());
  std::copy_n(data.begin() + 6 + cuts_max, cuts_max, script.cuts.begin());
  if ((data[0] & 2) != 0) script.stream = good_head;
  const auto rest = data.subspan(prefix_bytes);
  script.stream.append(reinterpret_cast<const char*>(rest.data()),
                       std::min(rest.size(), stream_bytes_max));
  return script;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < prefix_bytes) return 0;
  static const Trust trust;
  static World clear(nullptr);
  static World sealed(trust.server);
  const Script script = script_of({data, size});
  if (script.raw) {
    check_raw(play_plain(sealed, script), script.stream);
    return 0;
  }
  const Played plain = play_plain(clear, script);
  const Played other = play_sealed(sealed, script, trust);
  if (!other.no_tls) check_records(other.sealed);
  ASSERT(other.texts.size() <= plain.texts.size());
  ASSERT(std::equal(other.texts.begin(), other.texts.end(), plain.texts.begin()));
  if (script.touch == Touch::None) {
    ASSERT(!other.failed);
    ASSERT(other.requests == plain.requests);
    ASSERT(other.texts == plain.texts);
    ASSERT(comparable(other) == comparable(plain));
  }
  return 0;
}
