// Processes of a test: started from programs, with their output in a file, killed with the test.
// And the pieces of a whole cluster of real ones: PostgreSQL, Redis, HAProxy, and the `whoosh` that
// was built. Owner: the test; its thread only.
#pragma once

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "auth/keys.h"
#include "state/redis/test_server.h"
#include "store/postgres/test_server.h"
#include "tools/swarm/client.h"

namespace whoosh::tests {

using state::redis::free_port;

// Asks until it is so; thirty seconds are for loaded machines, not for the program.
inline bool eventually(const std::function<bool()>& condition, int seconds = 30) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < until) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

class Process {
 public:
  Process(std::vector<std::string> words, std::string log,
          std::vector<std::string> environment = {})
      : log_(std::move(log)) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::fflush(nullptr);  // else the child would write it once more
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (std::string& entry : environment) ::putenv(entry.data());
    if (std::freopen(log_.c_str(), "a", stdout) == nullptr) ::_exit(126);
    ::dup2(STDOUT_FILENO, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { end(SIGKILL); }

  [[nodiscard]] bool is_running() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
  }
  // Sends the signal and waits for the end.
  void end(int signal) {
    if (!is_running()) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, &status_, 0);
    pid_ = -1;
  }
  void send(int signal) const { ::kill(pid_, signal); }
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] std::string output() const {
    std::stringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }

 private:
  const std::string log_;
  pid_t pid_ = -1;
  int status_ = 0;
};

// One role of whoosh with the ports it was told.
struct Node {
  std::unique_ptr<Process> process;
  std::uint16_t port = 0;      // REST or WebSockets
  std::uint16_t internal = 0;  // of an edge
  std::uint16_t ops = 0;

  [[nodiscard]] swarm::Endpoint endpoint() const { return {"127.0.0.1", port}; }
  [[nodiscard]] int ready() const { return page("/readyz").status; }
  [[nodiscard]] std::string readiness() const { return page("/readyz").body; }
  [[nodiscard]] std::string metrics() const { return page("/metrics").body; }

 private:
  [[nodiscard]] swarm::HttpAnswer page(const std::string& path) const {
    const auto answer =
        swarm::http({"127.0.0.1", ops}, swarm::HttpCall{"GET", path, {}, {}, {}}, 5'000);
    return answer ? *answer : swarm::HttpAnswer{};
  }
};

// What all processes of one cluster share: a folder, a database, a Redis, keys and the secret.
class Cluster {
 public:
  Cluster() : database_(store::postgres::TestDatabase::Content::migrated) {
    const auto pem = auth::make_key_pem();
    if (!pem) throw std::runtime_error("no key");
    write("private.pem", *pem);
    write("public.pem", public_half(*pem));
    write("secret", std::string(48, 'k'));
  }

  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }
  [[nodiscard]] const std::string& conninfo() const { return conninfo_; }
  [[nodiscard]] state::redis::TestServer& redis() { return redis_; }

  // A file that nobody else may read.
  void write(const std::string& name, const std::string& text) {
    std::ofstream(file(name)) << text;
    ::chmod(file(name).c_str(), 0600);
  }

  // Instead of one key for all that is never changed: a folder of keys, for those that start from
  // now on; and more words for each of them.
  void keys_from(const std::string& folder, std::vector<std::string> more) {
    private_key_ = public_key_ = folder;
    more_ = std::move(more);
  }

  // Edges and APIs that start from now on speak TLS.
  void speak_tls(const tls::CertificateFiles& files) {
    tls_ = {"--tls-cert", files.certificate, "--tls-key", files.key};
  }

  Node start_edge(const std::string& name, const std::string& advertise = "") {
    Node node{nullptr, free_port(), free_port(), free_port()};
    std::vector<std::string> words = common("edge", node, public_key_);
    append(words, {"--data",
                   file(name),
                   "--edge-port",
                   std::to_string(node.port),
                   "--listen",
                   "127.0.0.1",
                   "--internal-port",
                   std::to_string(node.internal),
                   "--node-name",
                   name,
                   "--tick-ms",
                   "20",
                   "--shards",
                   "2",
                   "--rate-limits",
                   "false",
                   "--trusted-proxies",
                   "127.0.0.1",
                   "--drain-s",
                   "20"});
    if (!advertise.empty()) append(words, {"--advertise-ws-url", advertise});
    append(words, tls_);
    node.process = std::make_unique<Process>(words, file(name + ".log"));
    return node;
  }
  Node start_api(const std::string& name, const std::string& edge_url = "") {
    Node node{nullptr, free_port(), 0, free_port()};
    std::vector<std::string> words = common("api", node, private_key_);
    append(words, {"--database", "postgres:" + conninfo(), "--database-connections", "2",
                   "--listen", "127.0.0.1", "--http-port", std::to_string(node.port),
                   "--rate-limits", "false", "--password-cost", "minimal", "--api-threads", "1"});
    if (!edge_url.empty()) append(words, {"--edge-url", edge_url});
    append(words, tls_);
    node.process = std::make_unique<Process>(words, file(name + ".log"));
    return node;
  }
  Node start_matchmaker(const std::string& name, const std::string& edge_url = "") {
    Node node{nullptr, 0, 0, free_port()};
    std::vector<std::string> words = common("matchmaker", node, private_key_);
    if (!edge_url.empty()) append(words, {"--edge-url", edge_url});
    node.process = std::make_unique<Process>(words, file(name + ".log"));
    return node;
  }
  struct Told {
    int status = -1;
    std::string output;
  };
  // `whoosh admin …`, with this cluster's database at the end, as a container's secret.
  Told admin(std::vector<std::string> words) {
    words.insert(words.begin(), {WHOOSH_PROGRAM, "admin"});
    write("database", "postgres:" + conninfo() + "\n");
    append(words, {"--database-file", file("database")});
    Process process(words, file("admin-" + std::to_string(++admins_) + ".log"));
    if (!eventually([&] { return !process.is_running(); })) return {};
    return {WEXITSTATUS(process.status()), process.output()};
  }
  // The same on its rooms and nodes.
  Told admin_live(std::vector<std::string> words) {
    append(words, {"--state", redis_.url(), "--cluster-secret-file", file("secret")});
    return admin(std::move(words));
  }
  // `configuration`: everything but the global section.
  std::unique_ptr<Process> start_haproxy(const std::string& configuration) {
    write("haproxy.cfg", "global\n  maxconn 500\n" + configuration);
    return std::make_unique<Process>(
        std::vector<std::string>{"/usr/sbin/haproxy", "-db", "-f", file("haproxy.cfg")},
        file("haproxy.log"));
  }

 private:
  static void append(std::vector<std::string>& words, std::vector<std::string> more) {
    words.insert(words.end(), more.begin(), more.end());
  }
  std::vector<std::string> common(const std::string& role, const Node& node,
                                  const std::string& key) {
    std::vector<std::string> words{
        WHOOSH_PROGRAM, role,     "--state", redis_.url(), "--cluster-secret-file",
        file("secret"), "--keys", file(key), "--ops-port", std::to_string(node.ops)};
    append(words, more_);
    return words;
  }
  static std::string public_half(const std::string& pem) {
    BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(out, key);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    std::string result(text, static_cast<std::size_t>(size));
    BIO_free(out);
    EVP_PKEY_free(key);
    BIO_free(in);
    return result;
  }

  std::string private_key_ = "private.pem";
  std::string public_key_ = "public.pem";
  std::vector<std::string> more_;
  std::vector<std::string> tls_;
  state::redis::TestFolder folder_;
  store::postgres::TestDatabase database_;
  const std::string conninfo_ = database_.conninfo();
  state::redis::TestServer redis_;
  int admins_ = 0;
};

}  // namespace whoosh::tests
