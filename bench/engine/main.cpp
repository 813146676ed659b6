// What a loop costs without rooms and rules: libs/net pushes one frame of 160 bytes a second to
// every connection, as an edge of full pushes would, on the engine that is named. Server and
// readers are two processes. Prints one line: server CPU seconds per million frames, system calls
// per frame, lateness against the due time that each frame carries.
//
//   engine_load --io io_uring --connections 15000 --seconds 20 --loops 2
//
// Fails when a frame is missing, late by more than its second, or not what it should be.
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "base/assert.h"
#include "net/server.h"

namespace whoosh::bench {
namespace {

constexpr std::size_t slots = 100;  // of a second, as the tick wheel has them
constexpr std::int64_t slot_ms = 10;
constexpr std::size_t payload_bytes = 160;
constexpr std::size_t room = 8;  // connections that get one and the same frame

struct Asked {
  std::string io = "auto";
  std::size_t connections = 1000;
  std::int64_t seconds = 5;
  std::size_t loops = 2;
};

std::int64_t now_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000LL + now.tv_nsec / 1'000;
}

// ---- the server --------------------------------------------------------------------------------

class Pusher final : public net::Handler {
 public:
  void on_start(net::Loop& loop) override { loop_ = &loop; }
  net::Decision on_request(net::ConnId, const net::Request&,
                           std::unique_ptr<net::Carried>) override {
    return net::Accept{};
  }
  void on_open(net::ConnId id) override { readers_[opened_++ / room % slots].push_back(id); }
  void on_text(net::ConnId, std::span<char>) override {}
  void on_closed(net::ConnId id, std::uint16_t) override {
    for (auto& slot : readers_) std::erase(slot, id);
  }
  void on_overflow(net::ConnId) override {}
  void on_drained(net::ConnId) override {}
  void on_turn_end(std::int64_t now_ms) override {
    if (due_ms_ == 0) due_ms_ = now_ms / slot_ms * slot_ms + slot_ms;
    for (; due_ms_ <= now_ms; due_ms_ += slot_ms) {
      push(readers_[static_cast<std::size_t>(due_ms_ / slot_ms) % slots]);
    }
  }
  [[nodiscard]] std::int64_t next_deadline_ms() const override {
    return due_ms_ == 0 ? never : due_ms_;
  }
  std::string refusal_body(int) override { return {}; }

 private:
  void push(const std::vector<net::ConnId>& readers) {
    for (std::size_t i = 0; i < readers.size(); ++i) {
      if (i % room == 0) {
        const std::int64_t due_us = due_ms_ * 1'000;
        std::string payload = fmt::format("{:020}", due_us);
        payload.resize(payload_bytes, 'x');
        frame_.clear();
        net::append_frame(frame_, net::Opcode::Text, payload);
      }
      loop_->send_frame(readers[i], frame_);
    }
  }

  net::Loop* loop_ = nullptr;
  std::array<std::vector<net::ConnId>, slots> readers_;
  std::size_t opened_ = 0;
  std::int64_t due_ms_ = 0;
  std::string frame_;
};

// What the readers ask the server for over a pipe: its counters now.
struct Reading {
  std::int64_t cpu_us = 0;
  std::uint64_t frames = 0;
  std::uint64_t syscalls = 0;
  std::uint64_t turns = 0;
  std::uint64_t rss_kib = 0;
};

Reading read_self(net::Server& server) {
  Reading out;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  out.cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000LL +
               usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  for (std::size_t i = 0; i < server.loops(); ++i) {
    const net::Counters& counters = server.loop(i).counters();
    out.frames += counters.frames_out.value();
    out.syscalls += counters.syscalls.value();
    out.turns += counters.turns.value();
  }
  out.rss_kib = static_cast<std::uint64_t>(usage.ru_maxrss);
  return out;
}

int serve(const Asked& asked, int pipe) {
  const runtime::OsClock clock;
  std::vector<Pusher> pushers(asked.loops);
  std::vector<net::Handler*> handlers;
  for (Pusher& pusher : pushers) handlers.push_back(&pusher);
  net::Options options;
  options.io = *net::parse_io(asked.io);
  auto made = net::Server::listen({.host = "127.0.0.1", .port = 0}, options, clock, handlers);
  ASSERT(static_cast<bool>(made));
  net::Server& server = **made;
  server.start();
  fmt::print("{}\n", server.io_text());
  std::fflush(stdout);
  const std::uint16_t port = server.port();
  bool going = ::send(pipe, &port, sizeof port, 0) == sizeof port;
  while (going) {
    char asks = 0;
    going = ::recv(pipe, &asks, 1, 0) == 1;
    const Reading reading = read_self(server);
    if (going) going = ::send(pipe, &reading, sizeof reading, 0) == sizeof reading;
  }
  server.stop();
  return 0;
}

// ---- the readers -------------------------------------------------------------------------------

class Readers {
 public:
  Readers(std::uint16_t port, std::size_t count) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < count; ++i) connect(port);
  }

  // Until the time is over; only what comes after `from_us` is counted.
  void read(std::int64_t from_us, std::int64_t until_us) {
    std::array<epoll_event, 512> events;
    while (now_us() < until_us) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), 512, 5);
      const std::int64_t now = now_us();
      for (int i = 0; i < count; ++i) take(events[i].data.fd, now, now >= from_us);
    }
  }

  std::vector<std::int64_t> late_us;

 private:
  void connect(std::uint16_t port) {
    sockaddr_storage storage;
    const socklen_t size = net::Address::parse("127.0.0.1", port)->write_to(storage);
    net::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&storage), size) == 0);
    const std::string_view request =
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const ssize_t sent = ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
    ASSERT(sent == static_cast<ssize_t>(request.size()));
    char answer[129];  // of a 101 without subprotocol
    const ssize_t got = ::recv(socket.get(), answer, sizeof answer, MSG_WAITALL);
    ASSERT(got == sizeof answer);
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket.get()}};
    ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event) == 0);
    sockets_.push_back(std::move(socket));
  }
  // Frames come whole: they are smaller than a segment, and each is read before the next is due.
  void take(int fd, std::int64_t now, bool counts) {
    constexpr std::size_t frame_bytes = 4 + payload_bytes;
    char bytes[16 * frame_bytes];
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    ASSERT(got > 0);
    ASSERT(static_cast<std::size_t>(got) % frame_bytes == 0);
    for (ssize_t at = 0; at < got; at += static_cast<ssize_t>(frame_bytes)) {
      ASSERT(bytes[at] == '\x81');
      ASSERT(bytes[at + static_cast<ssize_t>(frame_bytes) - 1] == 'x');
      const std::int64_t due_us = std::stoll(std::string(bytes + at + 4, 20));
      if (counts) late_us.push_back(now - due_us);
    }
  }

  net::Descriptor epoll_;
  std::vector<net::Descriptor> sockets_;
};

Reading ask(int pipe) {
  Reading reading;
  ASSERT(::send(pipe, "?", 1, 0) == 1);
  ASSERT(::recv(pipe, &reading, sizeof reading, MSG_WAITALL) == sizeof reading);
  return reading;
}

int measure(const Asked& asked, int pipe) {
  std::uint16_t port = 0;
  ASSERT(::recv(pipe, &port, sizeof port, MSG_WAITALL) == sizeof port);
  const std::int64_t ramp_us = now_us();
  Readers readers(port, asked.connections);
  const double ramp_s = static_cast<double>(now_us() - ramp_us) * 1e-6;
  const std::int64_t start = now_us() + 2'000'000;  // what piled up while connecting goes first
  readers.read(start, start);
  const Reading before = ask(pipe);
  const std::int64_t begin = now_us();
  readers.read(begin, begin + asked.seconds * 1'000'000);
  const Reading after = ask(pipe);
  std::vector<std::int64_t>& late = readers.late_us;
  std::sort(late.begin(), late.end());
  ASSERT(!late.empty());
  const auto frames = static_cast<double>(after.frames - before.frames);
  const auto percent = [&](std::size_t p) {
    return static_cast<double>(late[(late.size() - 1) * p / 1000]) * 1e-3;
  };
  fmt::print(
      "io={} connections={} ramp={:.1f}s frames={} received={} cpu_s_per_M={:.2f} "
      "syscalls_per_frame={:.3f} turns/s={:.0f} rss_MiB={} late_ms p50={:.2f} p99={:.2f} "
      "p99.9={:.2f} max={:.2f}\n",
      asked.io, asked.connections, ramp_s, frames, late.size(),
      static_cast<double>(after.cpu_us - before.cpu_us) / frames,
      static_cast<double>(after.syscalls - before.syscalls) / frames,
      static_cast<double>(after.turns - before.turns) / static_cast<double>(asked.seconds),
      after.rss_kib / 1024, percent(500), percent(990), percent(999), percent(1000));
  const auto expected = static_cast<double>(asked.connections) * static_cast<double>(asked.seconds);
  const bool whole = static_cast<double>(late.size()) >= 0.97 * expected - 1;
  if (!whole) fmt::print(stderr, "frames are missing: {} expected\n", expected);
  return whole ? 0 : 1;
}

}  // namespace
}  // namespace whoosh::bench

int main(int argc, char** argv) {
  using namespace whoosh;
  bench::Asked asked;
  CLI::App app("What a loop costs without rooms and rules");
  app.add_option("--io", asked.io, "epoll, io_uring or auto")
      ->check(CLI::IsMember({"auto", "epoll", "io_uring"}));
  app.add_option("--connections", asked.connections, "That get one frame a second each");
  app.add_option("--seconds", asked.seconds, "To measure");
  app.add_option("--loops", asked.loops, "Threads of the server")->check(CLI::Range(1, 64));
  CLI11_PARSE(app, argc, argv);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  int pair[2];
  ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
  const pid_t child = ::fork();
  ASSERT(child >= 0);
  if (child == 0) {
    ::close(pair[0]);
    return bench::serve(asked, pair[1]);
  }
  ::close(pair[1]);
  const int result = bench::measure(asked, pair[0]);
  ::close(pair[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return result != 0 || status != 0 ? 1 : 0;
}
