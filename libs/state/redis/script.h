// Script: a Lua program that Redis runs as one step. All its keys are in one slot. Constants of the
// adapters; live for ever.
#pragma once

#include <string>
#include <string_view>

namespace whoosh::state::redis {

class Script {
 public:
  // `keys`: how many of the arguments are keys. The program may use `now(text)`: milliseconds since
  // 1970 by the server's clock, or what the text says when it is not empty (tests move time).
  Script(int keys, std::string_view program);

  [[nodiscard]] int keys() const { return keys_; }
  [[nodiscard]] const std::string& program() const { return program_; }
  [[nodiscard]] const std::string& sha1() const { return sha1_; }

 private:
  const int keys_;
  const std::string program_;
  const std::string sha1_;
};

}  // namespace whoosh::state::redis
