// RunningServer: one whole `solo` inside the test, on free ports and a folder of its own, time sped
// up.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "runtime/entropy.h"
#include "services/solo/solo.h"
#include "tools/swarm/player.h"

namespace whoosh::tests {

class RunningServer {
 public:
  explicit RunningServer(std::uint32_t tick_ms = 20, bool rate_limits = false,
                         std::string public_url = {})
      : folder_(std::filesystem::temp_directory_path() /
                ("whoosh-test-" + std::to_string(runtime::OsEntropy().u64()))) {
    config_.data = folder_.string();
    config_.listen = "127.0.0.1";
    config_.http_port = config_.edge_port = config_.ops_port = config_.ops_edge_port = 0;
    config_.tick_ms = tick_ms;
    config_.shards = 2;
    if (const char* const io = std::getenv("WHOOSH_IO")) config_.io = io;
    config_.password_cost = "minimal";
    config_.rate_limits = rate_limits;
    config_.public_url = std::move(public_url);
    config_.log_level = "error";
    start();
  }
  ~RunningServer() {
    solo_.reset();
    std::error_code ignored;  // the test is over
    std::filesystem::remove_all(folder_, ignored);
  }

  void restart() {
    solo_.reset();
    start();
  }

  // Keys, database and logs.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] swarm::Endpoint api() const { return {"127.0.0.1", solo_->ports().http}; }
  [[nodiscard]] swarm::Endpoint edge() const { return {"127.0.0.1", solo_->ports().edge}; }
  [[nodiscard]] swarm::Endpoint ops() const { return {"127.0.0.1", solo_->ports().ops}; }
  [[nodiscard]] swarm::Endpoint ops_edge() const { return {"127.0.0.1", solo_->ports().ops_edge}; }

 private:
  void start() {
    auto solo = solo::Solo::start(config_);
    if (!solo) throw std::runtime_error(std::string(solo.error().sentence()));
    solo_ = std::move(*solo);
  }

  std::filesystem::path folder_;
  solo::Config config_;
  std::unique_ptr<solo::Solo> solo_;
};

}  // namespace whoosh::tests
