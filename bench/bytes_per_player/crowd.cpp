#include "bench/bytes_per_player/crowd.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <utility>
#include <vector>

namespace whoosh::bench {
namespace {

struct Client {
  std::uint16_t port = 0;
  std::string room;
  std::string ticket;
  std::string suspect;  // somebody else's id
  bool is_host = false;
  int socket = -1;
};

// Blocking connect, upgrade, and the first bytes of the answer; false: anything but 101.
bool open_client(Client& client) {
  client.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(client.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(client.socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return false;
  const std::string request = fmt::format(
      "GET /ws?game_id={} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
      "Sec-WebSocket-Protocol: whoosh.v1, ticket.{}\r\n\r\n",
      client.room, client.port, client.ticket);
  if (::send(client.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return false;
  }
  char answer[13] = {};
  return ::recv(client.socket, answer, 12, MSG_WAITALL) == 12 &&
         std::strcmp(answer, "HTTP/1.1 101") == 0;
}

// A masked text frame with a zero mask (RFC 6455 section 5.3 asks for a mask, not for a good one).
void say(const Client& client, std::string_view type, std::string_view payload) {
  const std::string text = fmt::format(R"({{"type":"{}","payload":{}}})", type, payload);
  std::string frame = {'\x81', static_cast<char>(0x80 | text.size()), 0, 0, 0, 0};
  frame += text;
  if (::send(client.socket, frame.data(), frame.size(), MSG_NOSIGNAL) < 0) std::perror("send");
}

// An empty Pong: whoever says nothing for a minute is taken for gone.
class Heartbeat {
 public:
  void beat(const std::vector<Client>& clients) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds(10)) return;
    last_ = now;
    constexpr char pong[] = {'\x8a', '\x80', 0, 0, 0, 0};
    for (const Client& client : clients) {
      if (client.socket >= 0) static_cast<void>(::send(client.socket, pong, 6, MSG_NOSIGNAL));
    }
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Everybody answers the first question and says whom he suspects, spread evenly over the seconds in
// which a match of Suspect takes it (games/suspect/README.md): answers from 20 s to 45 s.
class Play {
 public:
  explicit Play(const std::vector<Client>& clients) : clients_(clients) {}
  // Says what was due in the first `now_ms` of the match.
  void go_on(std::int64_t now_ms) {
    constexpr std::int64_t first_ms = 23'000;
    constexpr std::int64_t spread_ms = 16'000;
    const auto count = static_cast<std::int64_t>(clients_.size());
    const auto due = std::clamp<std::int64_t>((now_ms - first_ms) * count / spread_ms, 0, count);
    for (; said_ < due; ++said_) {
      // Far steps through the rooms: no two of one room at a time.
      const Client& client = clients_[static_cast<std::size_t>(said_ * 7919 % count)];
      say(client, "ANSWER", R"({"q":1,"text":"It smelled of wet stone"})");
      say(client, "SUSPECT", fmt::format(R"({{"target":"{}"}})", client.suspect));
    }
  }

 private:
  const std::vector<Client>& clients_;
  std::int64_t said_ = 0;
};

void read_and_play(const std::vector<Client>& clients, int commands) {
  Heartbeat heart;
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  const auto watch = [&](int descriptor) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
  };
  for (const Client& client : clients) watch(client.socket);
  watch(commands);
  std::vector<epoll_event> events(1024);
  std::vector<char> sink(1 << 16);
  const auto begin = std::chrono::steady_clock::now();
  Play match(clients);
  while (true) {
    const int count = epoll_wait(poller, events.data(), static_cast<int>(events.size()), 20);
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      const ssize_t got = ::read(descriptor, sink.data(), sink.size());
      if (got > 0) continue;
      if (descriptor == commands) return;  // the parent is gone
      epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, nullptr);
    }
    const auto passed = std::chrono::steady_clock::now() - begin;
    match.go_on(std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
    heart.beat(clients);
  }
}

[[noreturn]] void child(int commands, int answers) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<Client> clients;
  FILE* in = fdopen(commands, "r");
  char line[8192];
  while (std::fgets(line, sizeof line, in) != nullptr) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "add") {
      Client client;
      words >> client.port >> client.room >> client.ticket >> client.suspect >> client.is_host;
      clients.push_back(std::move(client));
    } else if (word == "connect") {
      std::int64_t in_room = 0;
      Heartbeat heart;
      for (Client& client : clients) {
        in_room += open_client(client) ? 1 : 0;
        heart.beat(clients);
      }
      if (::write(answers, &in_room, sizeof in_room) != sizeof in_room) _exit(1);
    } else if (word == "begin") {
      for (const Client& client : clients) {
        if (!client.is_host) continue;
        say(client, "START", "{}");
        usleep(1000);  // people do not start their matches in the same millisecond
      }
      read_and_play(clients, commands);
      _exit(0);
    }
  }
  _exit(0);
}

}  // namespace

base::Result<Crowd> Crowd::start() {
  int down[2];
  int up[2];
  if (pipe(down) != 0 || pipe(up) != 0) {
    return base::Error{base::ErrorCode::unavailable, std::strerror(errno)};
  }
  const int process = fork();
  if (process < 0) return base::Error{base::ErrorCode::unavailable, std::strerror(errno)};
  if (process == 0) {
    ::close(down[1]);
    ::close(up[0]);
    child(down[0], up[1]);
  }
  ::close(down[0]);
  ::close(up[1]);
  return Crowd(down[1], up[0], process);
}

Crowd::Crowd(Crowd&& other) noexcept
    : to_child_(std::exchange(other.to_child_, -1)),
      from_child_(std::exchange(other.from_child_, -1)),
      child_(std::exchange(other.child_, -1)) {}

Crowd::~Crowd() {
  if (child_ < 0) return;
  ::close(to_child_);
  ::close(from_child_);
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

void Crowd::tell(const std::string& line) const {
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t wrote = ::write(to_child_, line.data() + done, line.size() - done);
    if (wrote <= 0) return;  // the child is gone; connect_all() will say so
    done += static_cast<std::size_t>(wrote);
  }
}

void Crowd::add(std::uint16_t port, const std::string& room, const std::string& ticket,
                const std::string& suspect, bool is_host) {
  tell(fmt::format("add {} {} {} {} {}\n", port, room, ticket, suspect, is_host ? 1 : 0));
}

std::int64_t Crowd::connect_all() {
  tell("connect\n");
  std::int64_t in_room = 0;
  return ::read(from_child_, &in_room, sizeof in_room) == sizeof in_room ? in_room : 0;
}

void Crowd::begin() {
  tell("begin\n");
}

}  // namespace whoosh::bench
