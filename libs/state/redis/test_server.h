// A Redis or Valkey server of a test's own: a process on a free port in a temporary folder, without
// persistence, killed and removed at the end (and with the test, should that be killed).
//
// The program is $WHOOSH_REDIS_SERVER, else redis-server in the PATH, else redis-check-rdb:
// Debian's and Ubuntu's redis-tools holds the server under that name (redis-server is a link to it,
// in a package that would also start a service).
//
// Owner: the test. Its thread only.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "runtime/test_watchdog.h"
#include "state/redis/value.h"

namespace whoosh::state::redis {

using Words = std::vector<std::string>;

// A folder of this test, gone with it, also when it is killed.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "whoosh_redis_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
    watchdog_.emplace("rm -rf '" + path_ + "'");
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::optional<runtime::TestWatchdog> watchdog_;
};

inline std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  ::close(socket);
  return ntohs(address.sin_port);
}

// Sends commands over one connection and waits for the answer to the last. Throws when there is no
// answer within two seconds.
inline Value ask(std::uint16_t port, const std::vector<Words>& commands) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto fail = [&](const char* what) {
    ::close(socket);
    throw std::runtime_error(what);
  };
  const timeval patience{2, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    fail("the server does not listen");
  }
  std::string bytes;
  for (const Words& command : commands) bytes += encode(command);
  if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) fail("send");
  Reader reader;
  std::size_t missing = commands.size();
  for (;;) {
    char buffer[65'536];
    const ssize_t count = ::recv(socket, buffer, sizeof(buffer), 0);
    if (count <= 0) fail("no answer");
    reader.feed({buffer, static_cast<std::size_t>(count)});
    for (auto next = reader.next(); next && *next; next = reader.next()) {
      if (--missing > 0) continue;
      ::close(socket);
      return std::move(**next);
    }
  }
}
inline Value ask(std::uint16_t port, const Words& command) {
  return ask(port, std::vector<Words>{command});
}

class TestServer {
 public:
  enum class Kind { server, sentinel };

  // Further lines of the configuration; `port` is where it listens, 0: somewhere.
  explicit TestServer(std::vector<std::string> lines = {}, Kind kind = Kind::server,
                      std::uint16_t port = 0)
      : kind_(kind), port_(port == 0 ? free_port() : port), lines_(std::move(lines)) {
    start();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() { kill(); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const TestFolder& folder() const { return folder_; }
  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  Value ask(const Words& command) const { return redis::ask(port_, command); }

  // As it was configured, empty; returns when it listens.
  void start() {
    write_configuration();
    const std::string log = folder_.file("log");
    const std::string program = find_program();
    const std::string configuration = folder_.file("conf");
    process_ = ::fork();
    if (process_ < 0) throw std::runtime_error("fork");
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const char* const mode = kind_ == Kind::sentinel ? "--sentinel" : nullptr;
      ::execl(program.c_str(), program.c_str(), configuration.c_str(), mode, nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 500; ++i) {
      if (listens()) return;
      if (::waitpid(process_, nullptr, WNOHANG) == process_) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::stringstream why;
    why << program << " does not start\n" << std::ifstream(log).rdbuf();
    throw std::runtime_error(why.str());
  }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  void hang() const { ::kill(process_, SIGSTOP); }
  void go_on() const { ::kill(process_, SIGCONT); }

 private:
  void write_configuration() const {
    std::ofstream file(folder_.file("conf"));
    bool has_port = false;
    for (const std::string& line : lines_) has_port = has_port || line.starts_with("port ");
    if (!has_port) file << "port " << port_ << "\n";
    file << "bind 127.0.0.1\ndir " << folder_.path() << "\nlogfile " << folder_.file("log")
         << "\ndaemonize no\n";
    if (kind_ == Kind::server) file << "save \"\"\nappendonly no\nrepl-diskless-sync-delay 0\n";
    for (const std::string& line : lines_) file << line << "\n";
  }
  [[nodiscard]] std::string find_program() const {
    if (const char* chosen = std::getenv("WHOOSH_REDIS_SERVER")) return chosen;
    std::stringstream path(std::getenv("PATH") == nullptr ? "/usr/bin" : std::getenv("PATH"));
    std::string hidden;
    for (std::string place; std::getline(path, place, ':');) {
      if (std::filesystem::exists(place + "/redis-server")) return place + "/redis-server";
      if (std::filesystem::exists(place + "/redis-check-rdb")) hidden = place + "/redis-check-rdb";
    }
    if (hidden.empty()) {
      throw std::runtime_error("no redis-server in the PATH: run scripts/setup.sh test");
    }
    const std::string link = folder_.file("redis-server");  // its name decides what it is
    if (!std::filesystem::exists(link)) std::filesystem::create_symlink(hidden, link);
    return link;
  }
  [[nodiscard]] bool listens() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    const bool good =
        ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    ::close(socket);
    return good;
  }

  const Kind kind_;
  const TestFolder folder_;
  const std::uint16_t port_;
  const std::vector<std::string> lines_;
  pid_t process_ = -1;
};

}  // namespace whoosh::state::redis
