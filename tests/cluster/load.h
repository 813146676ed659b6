// Load: people who register, buy and make rooms over REST, each on a thread of its own, while the
// test takes PostgreSQL or Redis away under them. Every answer must be what was asked for, or a
// clear 503; what was acknowledged is remembered, to be found again at the end.
//
// Owner: the test. Its threads end with stop() or the destructor.
//
// Lock ledger: mutex_ protects registered_ and wrong_; taken for a line at a time.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cosmetics/catalogue.h"
#include "tests/cluster/processes.h"
#include "tools/swarm/player.h"

namespace whoosh::tests {

class Load {
 public:
  static constexpr const char* password = "a long enough passphrase";

  // How much of a kind has been answered, and how.
  struct Count {
    std::atomic<int> good{0};
    std::atomic<int> refused{0};  // 503
  };

  explicit Load(std::vector<swarm::Endpoint> apis) : apis_(std::move(apis)) {}
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() { stop(); }

  // Strangers, one after the other. One whose answer was 503 may have come to be: he asks again.
  void register_people() {
    run([this](std::size_t number, const std::stop_token& stop) {
      for (int i = 0; !stop.stop_requested(); ++i) {
        const std::string name = "new_" + std::to_string(number) + "_" + std::to_string(i);
        const std::string body = R"({"username":")" + name + R"(","email":")" + name +
                                 R"(@example.org","password":")" + password + R"("})";
        bool asked_before = false;
        while (!stop.stop_requested()) {
          const auto answer = ask(number, {"POST", "/api/auth/register", body, {}, {}});
          if (is_refused(answer, registrations, "registering")) {
            asked_before = true;
            continue;
          }
          const bool is_made = answer && (answer->status == 201 || answer->status == 200);
          const bool was_made = answer && answer->status == 409 && asked_before;
          if (is_made || was_made) {
            ++registrations.good;
            const std::lock_guard lock(mutex_);
            registered_.push_back(name);
          } else {
            complain("registering", answer);
          }
          break;
        }
      }
    });
  }

  // Buys every item of the catalogue, each under a key of its own until it is acknowledged.
  void buy_everything(const swarm::Player& buyer) {
    run([this, access = buyer.access()](std::size_t number, const std::stop_token& stop) {
      for (const cosmetics::Item& item : cosmetics::all()) {
        swarm::HttpCall call{"POST", "/api/store/purchase", {}, access, {}};
        call.body = R"({"item_id":")" + std::string(item.id) + R"("})";
        call.headers["Idempotency-Key"] = "one-" + std::string(item.id);
        for (bool bought = false; !bought && !stop.stop_requested();) {
          const auto answer = ask(number, call);
          if (is_refused(answer, purchases, "buying")) continue;
          bought = answer && answer->status == 201;
          if (!bought) return complain("buying", answer);
          ++purchases.good;
        }
      }
    });
  }

  void read_profile(const swarm::Player& reader) {
    run([this, access = reader.access()](std::size_t number, const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        const auto answer = ask(number, {"GET", "/api/users/me", {}, access, {}});
        if (is_refused(answer, reads, "reading")) continue;
        if (!answer || answer->status != 200) return complain("reading", answer);
        ++reads.good;
      }
    });
  }

  void make_rooms(const swarm::Player& host) {
    run([this, access = host.access()](std::size_t number, const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        const auto answer =
            ask(number, {"POST", "/api/rooms", R"({"game":"suspect"})", access, {}});
        if (is_refused(answer, rooms, "making a room")) continue;
        if (!answer || answer->status != 201) return complain("making a room", answer);
        ++rooms.good;
      }
    });
  }

  void stop() {
    for (std::jthread& thread : threads_) thread.request_stop();
    threads_.clear();
  }

  // What was neither as it should be nor a clear 503. After stop().
  [[nodiscard]] std::string wrong() const {
    std::string text;
    for (const auto& [what, count] : wrong_) text += what + " × " + std::to_string(count) + "\n";
    return text;
  }
  [[nodiscard]] const std::vector<std::string>& registered() const { return registered_; }

  Count registrations;
  Count purchases;
  Count reads;
  Count rooms;

 private:
  using Answer = base::Result<swarm::HttpAnswer>;

  template <class Work>
  void run(Work work) {
    threads_.emplace_back([number = threads_.size(), work = std::move(work)](
                              const std::stop_token& stop) { work(number, stop); });
  }
  // Each thread has its door. A breath in between: two cores serve the servers, too.
  Answer ask(std::size_t number, const swarm::HttpCall& call) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return swarm::http(apis_[number % apis_.size()], call, 30'000);
  }
  bool is_refused(const Answer& answer, Count& count, const std::string& where) {
    if (!answer || answer->status != 503) return false;
    ++count.refused;
    const auto after = answer->headers.find("retry-after");
    const bool says_when = after != answer->headers.end() && std::atoi(after->second.c_str()) >= 1;
    const bool says_what = answer->body.find(R"("code":"unavailable")") != std::string::npos;
    if (!says_when || !says_what) complain(where + ", an unclear 503", answer);
    std::this_thread::sleep_for(std::chrono::milliseconds(45));
    return true;
  }
  void complain(const std::string& where, const Answer& answer) {
    std::string what = where + ": ";
    what += answer ? std::to_string(answer->status) + " " + answer->body : answer.error().message;
    const std::lock_guard lock(mutex_);
    ++wrong_[what];
  }

  const std::vector<swarm::Endpoint> apis_;
  std::mutex mutex_;
  std::vector<std::string> registered_;
  std::map<std::string, int> wrong_;
  std::vector<std::jthread> threads_;
};

}  // namespace whoosh::tests
