// Solo: a `whoosh solo` as a process of its own, on free ports and in a folder of its own, and what
// its pages say. Owner: the test; its thread only.
#pragma once

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cluster/processes.h"

namespace whoosh::tests {

class Solo {
 public:
  enum class Start { at_once, by_test };
  explicit Solo(Start start = Start::at_once, const std::vector<std::string>& more = {}) {
    const auto add = [&](const std::string& name, const std::string& value) {
      words.push_back("--" + name);
      words.push_back(value);
    };
    words = {WHOOSH_PROGRAM, "solo"};
    add("data", data());
    add("listen", "127.0.0.1");
    add("http-port", std::to_string(api.port));
    add("edge-port", std::to_string(edge.port));
    add("ops-port", std::to_string(ops.port));
    add("ops-edge-port", "0");
    add("shards", "1");
    add("api-threads", "1");
    add("key-bits", "2048");
    add("rate-limits", "false");
    words.insert(words.end(), more.begin(), more.end());
    if (start == Start::at_once) process = std::make_unique<Process>(words, folder.file("log"));
  }
  [[nodiscard]] std::string log() const {
    std::stringstream text;
    text << std::ifstream(folder.file("log")).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::string data() const { return folder.file("data"); }
  [[nodiscard]] bool is_up() const {
    return eventually([&] { return page("/readyz").status == 200; });
  }
  [[nodiscard]] bool says(const std::string& line) const {
    return eventually([&] { return page("/metrics").body.find("\n" + line) != std::string::npos; });
  }

  const state::redis::TestFolder folder;
  const swarm::Endpoint api{"127.0.0.1", free_port()};
  const swarm::Endpoint edge{"127.0.0.1", free_port()};
  const swarm::Endpoint ops{"127.0.0.1", free_port()};
  std::vector<std::string> words;
  std::unique_ptr<Process> process;

 private:
  [[nodiscard]] swarm::HttpAnswer page(const std::string& path) const {
    const auto answer = swarm::http(ops, {"GET", path, {}, {}, {}}, 5'000);
    return answer ? *answer : swarm::HttpAnswer{};
  }
};

}  // namespace whoosh::tests
