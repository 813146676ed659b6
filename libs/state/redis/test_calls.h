// Calls to a client of a test's own: waiting for answers, a steady load, what was reported, and
// certificates for TLS.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "state/redis/client.h"
#include "state/redis/test_server.h"

namespace whoosh::state::redis {

inline Options options_of(const std::string& url) {
  auto options = parse_url(url);
  if (!options) throw std::runtime_error(std::string(options.error().sentence()));
  return *options;
}

class TestClient {
 public:
  explicit TestClient(Options options) {
    options.report = [this](std::string_view sentence) {
      const std::scoped_lock lock(mutex_);
      reports_.emplace_back(sentence);
    };
    auto io = Io::open(options);
    if (!io) throw std::runtime_error(std::string(io.error().sentence()));
    client_ = std::make_unique<Client>(std::move(options), std::move(*io), 1);
  }

  std::future<base::Result<Value>> begin(Request request) {
    auto promise = std::make_shared<std::promise<base::Result<Value>>>();
    auto answer = promise->get_future();
    client_->call(std::move(request),
                  [promise](base::Result<Value> value) { promise->set_value(std::move(value)); });
    return answer;
  }
  // One that does no harm when it is repeated is for the tests to say: these are not repeated.
  base::Result<Value> call(Words args) {
    const std::string key = args.size() > 1 ? args[1] : "";
    return begin({std::move(args), key, false, nullptr, 0}).get();
  }
  // The place of a call is free a moment after its answer.
  void wait_until_idle() const {
    while (client_->pending() > 0) std::this_thread::yield();
  }
  // Until it is answered with a value.
  bool eventually(const Words& args, std::int64_t within_ms) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(within_ms);
    while (std::chrono::steady_clock::now() < end) {
      if (call(args).has_value()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }
  int reports_with(std::string_view part) {
    const std::scoped_lock lock(mutex_);
    return static_cast<int>(std::count_if(
        reports_.begin(), reports_.end(),
        [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
  Client& client() { return *client_; }

 private:
  std::mutex mutex_;
  std::vector<std::string> reports_;
  std::unique_ptr<Client> client_;  // last: it reports
};

// Increments of 32 counters, 100 a millisecond or so, from one thread; remembers the highest answer
// of each.
class Load {
 public:
  static constexpr int counters = 32;

  explicit Load(Client& client, std::string prefix = "load:")
      : client_(client), prefix_(std::move(prefix)), highest_(counters) {}

  void run_for_ms(std::int64_t ms) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
    while (std::chrono::steady_clock::now() < end) {
      for (int i = 0; i < 20; ++i) send(static_cast<std::size_t>(sent_ % counters));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  // Waits for all answers.
  void finish() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (unanswered() > 0 && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  [[nodiscard]] int unanswered() const { return sent_ - good_ - unavailable_ - strange_; }
  [[nodiscard]] int good() const { return good_; }
  [[nodiscard]] int unavailable() const { return unavailable_; }
  [[nodiscard]] int strange() const { return strange_; }
  [[nodiscard]] std::int64_t slowest_ms() const { return slowest_ms_; }
  [[nodiscard]] std::string key(std::size_t counter) const {
    return prefix_ + std::to_string(counter);
  }
  [[nodiscard]] std::int64_t highest(std::size_t counter) const { return highest_[counter]; }

 private:
  void send(std::size_t counter) {
    ++sent_;
    const auto began = std::chrono::steady_clock::now();
    client_.call({{"INCR", key(counter)}, key(counter), false, nullptr, 0},
                 [this, counter, began](const base::Result<Value>& value) {
                   const auto took = std::chrono::steady_clock::now() - began;
                   slowest_ms_ = std::max<std::int64_t>(
                       slowest_ms_,
                       std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
                   if (value && value->number()) {
                     highest_[counter] = std::max<std::int64_t>(highest_[counter], value->integer);
                     ++good_;
                   } else if (!value && value.error().code == base::ErrorCode::unavailable) {
                     ++unavailable_;
                   } else {
                     ++strange_;
                   }
                 });
  }

  Client& client_;
  const std::string prefix_;
  std::vector<std::atomic<std::int64_t>> highest_;
  std::atomic<int> sent_ = 0;
  std::atomic<int> good_ = 0;
  std::atomic<int> unavailable_ = 0;
  std::atomic<int> strange_ = 0;
  std::atomic<std::int64_t> slowest_ms_ = 0;
};

// A CA with certificates for "localhost" and for a client, and a CA that nobody knows; made with
// the openssl command.
class TestCertificates {
 public:
  TestCertificates() {
    const std::string key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
    for (const std::string name : {"ca", "other"}) {
      run("req -x509 " + key + "-days 2 -subj /CN=" + name + " -keyout " + name + ".key -out " +
          name + ".crt");
    }
    for (const std::string name : {"server", "client"}) {
      const std::string subject = name == "server" ? "localhost" : "client";
      run("req " + key + "-subj /CN=" + subject + " -addext subjectAltName=DNS:" + subject +
          " -keyout " + name + ".key -out " + name + ".csr");
      run("x509 -req -days 2 -copy_extensions copy -CA ca.crt -CAkey ca.key -CAcreateserial -in " +
          name + ".csr -out " + name + ".crt");
    }
  }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }

 private:
  void run(const std::string& command) const {
    const std::string line = "cd '" + folder_.path() + "' && openssl " + command + " >>log 2>&1";
    if (std::system(line.c_str()) != 0) throw std::runtime_error("openssl " + command);
  }
  const TestFolder folder_;
};

}  // namespace whoosh::state::redis
