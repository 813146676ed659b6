// A PostgreSQL server of this test run's own: a new cluster in a temporary folder, reached through
// a socket in it, stopped and removed at the end, also when the test is killed. fsync is off: these
// tests kill server processes, never the machine. Without PostgreSQL's programs every test that
// asks for it fails. With WHOOSH_TEST_POOLER set, conninfo() leads through a pgbouncer in
// transaction mode with fewer connections than the stores of the tests have.
//
// Owner: the process; one static object, made at first use. Threads: the test's own.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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
#include "store/postgres/database.h"
#include "store/postgres/postgres.h"

namespace whoosh::store::postgres {

class TestServer {
 public:
  static TestServer& get() {
    static TestServer server;
    return server;
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() {
    if (!is_owner()) return;  // a forked child that ends by exit()
    if (is_hanging_) go_on();
    if (pooler_port_ != 0) (void)shell("read -r pid <'" + file("pooler.pid") + "' && kill $pid");
    (void)shell(program("pg_ctl") + " -D '" + data() + "' -m immediate -w stop");
    std::filesystem::remove_all(folder_);
  }

  void start() { must(program("pg_ctl") + " -D '" + data() + "' -l '" + log() + "' -w start"); }
  void stop(const std::string& mode) {
    must(program("pg_ctl") + " -D '" + data() + "' -m " + mode + " -w stop");
  }
  void restart(const std::string& mode) {
    stop(mode);
    start();
  }

  // Every process of the server stands still, as on a machine that swaps or a disk that hangs:
  // connections stay open and nobody answers.
  void hang() {
    is_hanging_ = true;
    signal_all(SIGSTOP);
  }
  void go_on() {
    is_hanging_ = false;
    signal_all(SIGCONT);
  }

  [[nodiscard]] std::string conninfo(const std::string& database) const {
    return conninfo(database, has_pooler() ? pooler_port_ : port_);
  }
  // Past the pooler.
  [[nodiscard]] std::string direct(const std::string& database) const {
    return conninfo(database, port_);
  }
  // A pgbouncer in front, on a socket in the same folder. Once.
  [[nodiscard]] std::string conninfo_pooled(const std::string& database) {
    if (pooler_port_ == 0) start_pooler();
    return conninfo(database, pooler_port_);
  }
  // From now on it listens on TCP, too, with this certificate; where. Restarts it.
  std::uint16_t listen_with_tls(const std::string& certificate, const std::string& key) {
    must(as_server("cp '" + certificate + "' '" + data() + "/server.crt'"));
    must(as_server("cp '" + key + "' '" + data() + "/server.key'"));
    must(as_server("chmod 600 '" + data() + "/server.key'"));
    std::ofstream(data() + "/postgresql.conf", std::ios::app)
        << "listen_addresses = '127.0.0.1'\nssl = on\n";
    std::ofstream(data() + "/pg_hba.conf")
        << "local all all trust\nhostssl all all 127.0.0.1/32 trust\n";
    restart("fast");
    return port_;
  }
  // Without tables; its name.
  std::string make_empty() { return make_from("template0"); }
  // With all tables of this build, copied from a database that was migrated once.
  std::string make_migrated() {
    if (template_.empty()) {
      const std::string made = make_empty();
      if (!migrate(direct(made))) throw std::runtime_error("the template can't be migrated");
      template_ = made;
    }
    return make_from(template_);
  }
  void drop(const std::string& database) {
    Connection(direct("postgres"), Timeouts{})
        .execute("DROP DATABASE " + database + " WITH (FORCE)");
  }

 private:
  TestServer() {
    find_programs();
    std::string name = (std::filesystem::temp_directory_path() / "whoosh_postgres_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    watchdog_.emplace(clean_up());
    if (::geteuid() == 0) {  // PostgreSQL refuses to run as root
      const passwd* user = ::getpwnam("postgres");
      if (user == nullptr) throw std::runtime_error("root needs a user called postgres");
      if (::chown(name.c_str(), user->pw_uid, user->pw_gid) != 0) {
        throw std::runtime_error("can't give the folder away");
      }
    }
    must(program("initdb") + " -D '" + data() +
         "' -U postgres -A trust --no-sync -E UTF8 --locale=C");
    std::ofstream(data() + "/postgresql.conf", std::ios::app)
        << "listen_addresses = ''\nport = " << port_ << "\nunix_socket_directories = '" << folder_
        << "'\nfsync = off\nfull_page_writes = off\nwal_level = minimal\nmax_wal_senders = 0\n"
           "shared_buffers = 32MB\nmax_connections = 100\nautovacuum = off\njit = off\n";
    start();
    if (has_pooler()) start_pooler();
  }

  static bool has_pooler() { return std::getenv("WHOOSH_TEST_POOLER") != nullptr; }
  [[nodiscard]] std::string conninfo(const std::string& database, std::uint16_t port) const {
    return "host=" + folder_ + " port=" + std::to_string(port) +
           " user=postgres dbname=" + database;
  }
  // Returns when it takes connections: it goes to the background before it listens.
  void start_pooler() {
    pooler_port_ = free_port();
    std::ofstream(file("pooler.ini"))
        << "[databases]\n* = host=" << folder_ << " port=" << port_ << " user=postgres\n"
        << "[pgbouncer]\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n"
        << "max_client_conn = 200\nunix_socket_dir = " << folder_
        << "\nlisten_port = " << pooler_port_ << "\npidfile = " << file("pooler.pid")
        << "\nlogfile = " << file("pooler.log") << "\n";
    must(as_server("/usr/sbin/pgbouncer -d '" + file("pooler.ini") + "'"));
    constexpr int tries_max = 3'000;  // half a minute, for loaded machines
    for (int tries = 0; tries < tries_max; ++tries) {
      if (takes_connections(file(".s.PGSQL." + std::to_string(pooler_port_)))) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::stringstream said;
    said << "pgbouncer does not listen\n" << std::ifstream(file("pooler.log")).rdbuf();
    throw std::runtime_error(said.str());
  }
  static bool takes_connections(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long: " + path);
    path.copy(address.sun_path, path.size());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool taken =
        ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return taken;
  }
  static std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no free port");
    }
    ::close(socket);
    return ntohs(address.sin_port);
  }

  // What the watchdog does in our place. A server that hangs must go on to be ended.
  [[nodiscard]] std::string clean_up() const {
    return "read -r pooler <'" + file("pooler.pid") + "' && kill $pooler\nif read -r pid <'" +
           data() + "/postmaster.pid'; then\n" + R"(
      kill -CONT $pid $(cat /proc/$pid/task/$pid/children)
      kill -QUIT $pid
      tries=0
      while kill -0 $pid && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
    fi
    rm -rf ')" +
           folder_ + "'";
  }
  // The server's processes are the children of its first one, which stops first: it makes new ones.
  void signal_all(int signal) const {
    pid_t first = 0;
    std::ifstream(data() + "/postmaster.pid") >> first;
    if (first <= 0) throw std::runtime_error("PostgreSQL does not run");
    ::kill(first, signal);
    const std::string number = std::to_string(first);
    std::ifstream children("/proc/" + number + "/task/" + number + "/children");
    for (pid_t child = 0; children >> child;) ::kill(child, signal);
  }

  [[nodiscard]] bool is_owner() const { return owner_ == ::getpid(); }
  [[nodiscard]] std::string data() const { return folder_ + "/data"; }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_ + "/" + name; }
  [[nodiscard]] std::string log() const { return file("log"); }
  [[nodiscard]] std::string program(const std::string& name) const {
    return as_server("'" + programs_ + "/" + name + "'");
  }
  static std::string as_server(const std::string& command) {
    return ::geteuid() == 0 ? "runuser -u postgres -- " + command : command;
  }

  // The newest version's; the folder is Debian's and Ubuntu's.
  void find_programs() {
    int newest = 0;
    std::error_code none;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
      const int number = std::atoi(version.path().filename().c_str());
      if (number <= newest || !std::filesystem::exists(version.path() / "bin/initdb")) continue;
      newest = number;
      programs_ = (version.path() / "bin").string();
    }
    if (newest == 0) {
      throw std::runtime_error(
          "no PostgreSQL below /usr/lib/postgresql: run scripts/setup.sh test");
    }
  }

  // cd: the server's user may not be allowed into the present folder.
  [[nodiscard]] int shell(const std::string& command) const {
    return std::system(("cd / && " + command + " >>'" + folder_ + "/commands' 2>&1").c_str());
  }
  void must(const std::string& command) const {
    if (shell(command) == 0) return;
    std::stringstream output;
    output << command << "\n" << std::ifstream(folder_ + "/commands").rdbuf();
    if (std::ifstream file(log()); file) output << file.rdbuf();
    throw std::runtime_error(output.str());
  }

  std::string make_from(const std::string& origin) {
    const std::string name = "whoosh_" + std::to_string(++made_);
    Connection(direct("postgres"), Timeouts{})
        .execute("CREATE DATABASE " + name + " TEMPLATE " + origin);
    return name;
  }

  const pid_t owner_ = ::getpid();
  const std::uint16_t port_ = free_port();
  std::uint16_t pooler_port_ = 0;  // 0: there is none
  std::string programs_;
  std::string folder_;
  std::string template_;
  int made_ = 0;
  bool is_hanging_ = false;
  std::optional<runtime::TestWatchdog> watchdog_;
};

// One database of the server, dropped with everything in it.
class TestDatabase {
 public:
  enum class Content { empty, migrated };
  explicit TestDatabase(Content content)
      : name_(content == Content::empty ? TestServer::get().make_empty()
                                        : TestServer::get().make_migrated()) {}
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;
  ~TestDatabase() { TestServer::get().drop(name_); }

  [[nodiscard]] std::string conninfo() const { return TestServer::get().conninfo(name_); }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  const std::string name_;
};

}  // namespace whoosh::store::postgres
