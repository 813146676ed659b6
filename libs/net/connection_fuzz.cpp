// Fuzz: a connection from its first byte to its end, through the loop's own code. The input is a
// client's stream, and how it is cut. Held:
//  1. What the handler hears and what the client gets is the same for the stream in one piece, byte
//     by byte, and cut anywhere.
//  2. It is what RFC 6455 says: reference_test_support.h reads the same stream.
//  3. on_closed comes once for every on_open and is the last; nothing is heard after a close, and
//     nothing is sent after a Close frame.
//  4. However a client ends, or if it only falls silent, everything is freed.
// 5. The same holds for what io_uring may make of it: bytes read ahead in pieces of any size, late
// or
//    several at once, batches that are sent a turn later, in part or not at once
//    (dealing_test_support.h); and for io_uring itself, where it is permitted.
// A last delivery, with either engine's shape, lets time pass between the pieces, reads when the
// input says so, and has limits that are met: 3 and 4 are held there, and what goes out is a
// beginning of what was sent.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>

#include "net/frame_test_support.h"
#include "net/http_head.h"
#include "net/reference_test_support.h"
#include "net/step_test_support.h"

namespace {

using namespace whoosh::net;

constexpr std::size_t cuts_max = 8;
constexpr std::size_t prefix_bytes = 2 + cuts_max;
constexpr std::size_t stream_bytes_max = 2048;
constexpr std::size_t message_bytes_max = 300;
constexpr std::string_view good_head =
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

enum class End { HalfClose, Close, Silence, CloseUnread };

struct Script {
  End end;
  std::string stream;
  std::array<std::uint8_t, cuts_max> cuts;
};

struct Played {
  std::vector<std::string> notes;
  std::string out;
  std::vector<std::string> sent;  // what Loop::send took
  bool operator==(const Played&) const = default;
};

class Edge final : public Handler {
 public:
  explicit Edge(bool floods) : floods_(floods) {}

  Played* played = nullptr;

  void on_start(Loop& loop) override { loop_ = &loop; }
  Decision on_request(ConnId id, const Request& request, std::unique_ptr<Carried>) override {
    played->notes.push_back("request " + std::string(request.head.target()));
    if (request.handed_over) return Accept{};
    const std::string_view path = request.path();
    if (path == "/over") return HandOver{1, nullptr};
    if (path.starts_with("/later")) {
      waiting_.push_back({id, std::string(path.substr(6)), 2});
      return Pending{};
    }
    return decision_for(path);
  }
  void on_open(ConnId id) override {
    ASSERT(!heard_.contains(id.value));
    heard_[id.value] = Heard::Open;
    played->notes.push_back("open");
  }
  void on_text(ConnId id, std::span<char> bytes) override {
    const std::string text(bytes.data(), bytes.size());
    ASSERT(heard_.at(id.value) == Heard::Open);
    ASSERT(text.size() <= message_bytes_max);
    played->notes.push_back("text:" + text);
    if (text.starts_with('c')) {
      heard_[id.value] = Heard::Closing;
      ASSERT(loop_->close(id, 4001, "asked"));
    } else if (text.starts_with('z') && floods_) {
      send(id, std::string(30'000, 'z'));
    } else {
      send(id, text);
      if (text.starts_with('d')) send(id, text);
    }
  }
  void on_closed(ConnId id, std::uint16_t code) override {
    ASSERT(heard_.erase(id.value) == 1);
    played->notes.push_back("closed:" + std::to_string(code));
  }
  void on_overflow(ConnId id) override { ASSERT(heard_.contains(id.value)); }
  void on_drained(ConnId id) override {
    ASSERT(heard_.contains(id.value));
    send(id, "drained");
  }
  void on_turn_end(std::int64_t) override {
    for (std::size_t i = 0; i < waiting_.size();) {
      if (--waiting_[i].turns > 0) {
        ++i;
        continue;
      }
      const Waiting due = waiting_[i];
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
      loop_->decide(due.id,
                    due.path == "/over" ? Decision(HandOver{1, nullptr}) : decision_for(due.path));
    }
  }
  std::string refusal_body(int status) override { return "refused " + std::to_string(status); }
  [[nodiscard]] bool is_quiet() const { return heard_.empty() && waiting_.empty(); }

 private:
  enum class Heard { Open, Closing };
  struct Waiting {
    ConnId id;
    std::string path;
    int turns;
  };
  static Decision decision_for(std::string_view path) {
    if (path != "/no") return Accept{};
    Response response;
    response.status = 409;
    response.body = std::string(5000, 'n');
    return Respond{response};
  }
  void send(ConnId id, const std::string& text) {
    if (loop_->send(id, text)) played->sent.push_back("text:" + text);
  }

  const bool floods_;
  Loop* loop_ = nullptr;
  std::map<std::uint64_t, Heard> heard_;
  std::vector<Waiting> waiting_;
};

Options small_options() {
  Options options;
  options.connections_max = 8;
  options.refusals_max = 2;
  options.head_bytes_max = 600;
  options.message_bytes_max = message_bytes_max;
  options.head_ms = options.decide_ms = 500;
  options.ping_ms = 300;
  options.idle_ms = 1000;
  options.slow_ms = 400;
  options.close_ms = 200;
  return options;
}

// The same with limits that an input can meet.
Options tight_options() {
  Options options = small_options();
  options.flood_bytes_max = 1200;
  options.buffer_bytes_max = 40 * 1024;
  return options;
}

// Two loops and their handlers, for the life of the process: what an input leaves behind would be
// found by the next one.
struct World {
  World(const Options& options, bool floods)
      : edges{Edge(floods), Edge(floods)}, loops(options, {&edges[0], &edges[1]}) {}

  Edge edges[2];
  LoopStepper loops;
};

class Client {
 public:
  Client(World& world, Played& played)
      : world_(world), played_(played), socket_(world.loops.connect(0)) {
    for (Edge& edge : world_.edges) edge.played = &played;
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return;  // the server has ended it
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      world_.loops.turn();
    }
  }
  void read() {
    if (socket_) take_all(socket_.get(), played_.out);
  }
  void turn() {
    world_.loops.turn();
    read();
  }
  void end(End how) {
    if (how == End::HalfClose) ::shutdown(socket_.get(), SHUT_WR);
    if (how == End::Close || how == End::CloseUnread) socket_.reset();
  }
  // Whatever is on its way arrives; no time passes.
  void settle() {
    for (std::size_t read_before = played_.out.size() + 1; read_before != played_.out.size();) {
      read_before = played_.out.size();
      world_.loops.settle();
      read();
    }
  }
  // Until nothing is left of it; time passes.
  void see_it_freed() {
    for (int i = 0; i < 100 && world_.loops.connections() > 0; ++i) {
      turn();
      world_.loops.advance_ms(2 * LoopStepper::wheel_tick_ms);
    }
    read();
    ASSERT(world_.loops.connections() == 0);
    ASSERT(world_.loops.buffer_bytes() == 0);
    for (const Edge& edge : world_.edges) ASSERT(edge.is_quiet());
  }

 private:
  World& world_;
  Played& played_;
  Descriptor socket_;
};

// A refusal without its Date, which comes first and whose length never changes. A 101 has none.
std::string without_date(std::string out) {
  const std::size_t line = out.find("\r\n");
  if (line != std::string::npos && out.compare(line, 8, "\r\nDate: ") == 0)
    out.replace(line + 8, 29, 29, '*');
  return out;
}

// Pieces of so many bytes each; 0: all in one. `dealt`: with the engine's shape from the script.
Played play(World& world, const Script& script, std::span<const std::uint8_t> sizes,
            bool dealt = false) {
  Played played;
  Client client(world, played);
  if (dealt) world.loops.deal(script.cuts);
  std::string_view rest = script.stream;
  for (std::size_t i = 0; !rest.empty(); ++i) {
    const std::size_t wanted = sizes.empty() ? 0 : sizes[i % sizes.size()];
    const std::size_t size = wanted == 0 ? rest.size() : std::min(wanted, rest.size());
    client.send(rest.substr(0, size));
    client.read();
    rest.remove_prefix(size);
  }
  client.settle();
  if (dealt) world.loops.deal({});  // or a Ping would come a turn later
  client.end(script.end);
  client.see_it_freed();
  played.out = without_date(std::move(played.out));
  return played;
}

// With time between the pieces, and a client that does not always read.
Played play_slowly(World& world, const Script& script, bool dealt) {
  Played played;
  Client client(world, played);
  if (dealt) world.loops.deal(script.cuts);
  std::string_view rest = script.stream;
  for (std::size_t i = 0; !rest.empty(); ++i) {
    const std::uint8_t cut = script.cuts[i % cuts_max];
    const std::size_t size = std::min<std::size_t>(1 + cut % 64, rest.size());
    client.send(rest.substr(0, size));
    rest.remove_prefix(size);
    world.loops.advance_ms((cut >> 6) * LoopStepper::wheel_tick_ms);
    if ((cut & 1) == 0) client.read();
  }
  if (script.end != End::CloseUnread) client.turn();
  client.end(script.end);
  client.see_it_freed();
  world.loops.deal({});
  return played;
}

// The server's frames after `head_bytes`, in the words of describe(); its Pings are left out.
std::vector<std::string> frames_of(std::string_view bytes) {
  std::vector<std::string> frames;
  bool closed = false;
  while (bytes.size() >= 2) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    std::size_t size = static_cast<unsigned char>(bytes[1]);
    ASSERT(size <= 126);  // not masked, and nothing here needs eight bytes
    const std::size_t header = size == 126 ? 4 : 2;
    if (bytes.size() < header) break;
    if (size == 126) {
      size = static_cast<unsigned char>(bytes[2]) * 256u + static_cast<unsigned char>(bytes[3]);
      ASSERT(size >= 126);
    }
    if (bytes.size() < header + size) break;
    const std::string payload(bytes.substr(header, size));
    bytes.remove_prefix(header + size);
    ASSERT(!closed);
    if (first == 0x81)
      frames.push_back("text:" + payload);
    else if (first == 0x8a)
      frames.push_back("pong:" + payload);
    else if (first == 0x88)
      frames.push_back("close:" + payload), closed = true;
    else
      ASSERT(first == 0x89 && payload.empty());
  }
  return frames;
}

std::string close_frame(unsigned code, const std::string& reason = {}) {
  if (code == 1005) return "close:";
  return "close:" + std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + reason;
}

// What the standard and Edge together make of a client's frames.
std::vector<std::string> expected_frames(std::string_view stream) {
  std::vector<std::string> out;
  bool closing = false;
  for (const std::string& event : ReferenceReader(message_bytes_max).read(stream)) {
    const std::string what = event.substr(0, event.find(':') + 1);
    const std::string rest = event.substr(what.size());
    if (what == "close:" || what == "fail:") {
      if (!closing) out.push_back(close_frame(static_cast<unsigned>(std::stoi(rest))));
      return out;
    }
    if (closing || what == "pong:") continue;
    if (what == "ping:") {
      out.push_back("pong:" + rest);
    } else if (rest.starts_with('c')) {
      out.push_back(close_frame(4001, "asked"));
      closing = true;
    } else {
      out.insert(out.end(), rest.starts_with('d') ? 2 : 1, event);
    }
  }
  return out;
}

void check_notes(const Played& played) {
  const auto count = [&](std::string_view what) {
    return std::count_if(played.notes.begin(), played.notes.end(),
                         [&](const std::string& note) { return note.starts_with(what); });
  };
  ASSERT(count("open") <= 1);
  ASSERT(count("closed:") == count("open"));
  if (count("open") == 1) ASSERT(played.notes.back().starts_with("closed:"));
  ASSERT(count("request") <= 2);  // the second on the other loop
}

// The client has its 101, whole.
bool is_open(const Played& played) {
  return played.out.starts_with("HTTP/1.1 101 ") && played.out.find("\r\n\r\n") != played.out.npos;
}

std::string_view frame_bytes(const Played& played) {
  return std::string_view(played.out).substr(played.out.find("\r\n\r\n") + 4);
}

void check_against_reference(const Played& played, const std::string& stream) {
  if (!is_open(played)) return;
  const HeadScan scan = scan_head(stream, 0);
  ASSERT(scan.kind == HeadScan::Kind::Complete);
  const auto wanted = expected_frames(std::string_view(stream).substr(scan.bytes));
  const auto got = frames_of(frame_bytes(played));
  if (got == wanted) return;
  for (const auto& [name, list] : {std::pair("wanted", &wanted), std::pair("got", &got)}) {
    for (const std::string& frame : *list) std::fprintf(stderr, "%s %s\n", name, frame.c_str());
  }
  ASSERT(got == wanted);
}

Script script_of(std::span<const std::uint8_t> data) {
  Script script;
  script.end = static_cast<End>(data[1] % 4);
  std::copy_n(data.begin() + 2, cuts_max, script.cuts.begin());
  if ((data[0] & 1) != 0) script.stream = good_head;
  const auto rest = data.subspan(prefix_bytes);
  script.stream.append(reinterpret_cast<const char*>(rest.data()),
                       std::min(rest.size(), stream_bytes_max));
  return script;
}

// `pings`: they must have come at the same time; io_uring may tell of an end a turn later.
void check_same(const Played& whole, const Played& other, bool pings) {
  ASSERT(other.notes == whole.notes);
  ASSERT(other.sent == whole.sent);
  if (pings || !is_open(whole)) {
    ASSERT(other.out == whole.out);
  } else {
    ASSERT(is_open(other));
    ASSERT(frames_of(frame_bytes(other)) == frames_of(frame_bytes(whole)));
  }
}

void check_slow(const Played& slow) {
  check_notes(slow);
  if (!is_open(slow)) return;
  std::vector<std::string> texts = frames_of(frame_bytes(slow));
  std::erase_if(texts, [](const std::string& frame) { return !frame.starts_with("text:"); });
  ASSERT(texts.size() <= slow.sent.size());
  ASSERT(std::equal(texts.begin(), texts.end(), slow.sent.begin()));
}

// nullptr where io_uring is not permitted: said once, and the rest is fuzzed.
World* uring_world() {
  static const std::unique_ptr<World> made = [] {
    Options options = small_options();
    options.io = Io::Uring;
    auto world = std::make_unique<World>(options, false);
    if (world->loops.loop(0).io() == Io::Uring) return world;
    std::fprintf(stderr, "io_uring is left out: %s\n", world->loops.loop(0).why_epoll().c_str());
    world.reset();
    return world;
  }();
  return made.get();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < prefix_bytes) return 0;
  static World world(small_options(), false);
  static World tight(tight_options(), true);
  static World* const uring = uring_world();
  const Script script = script_of({data, size});
  const std::uint8_t little = script.stream.size() <= 400 ? 1 : 7;

  const Played whole = play(world, script, {});
  check_notes(whole);
  if (script.end != End::CloseUnread) check_against_reference(whole, script.stream);
  check_same(whole, play(world, script, {&little, 1}), true);
  check_same(whole, play(world, script, script.cuts), true);
  check_same(whole, play(world, script, {}, true), false);
  if (uring != nullptr) check_same(whole, play(*uring, script, script.cuts), false);
  check_slow(play_slowly(tight, script, false));
  check_slow(play_slowly(tight, script, true));
  return 0;
}
