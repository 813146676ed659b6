// Entropy: secrets and seeds. OsEntropy asks the kernel (getrandom(2)), for small amounts a few
// hundred bytes ahead: REQUIRES that the process does not fork and go on. SeededEntropy repeats
// itself, for tests and simulation only. Thread-safe: OsEntropy; SeededEntropy belongs to one
// thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/rng.h"

namespace whoosh::runtime {

class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<unsigned char> bytes) = 0;

  [[nodiscard]] std::uint64_t u64();
  [[nodiscard]] std::string bytes(std::size_t count);
};

class OsEntropy final : public Entropy {
 public:
  void fill(std::span<unsigned char> bytes) override;
};

class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : rng_(seed) {}
  void fill(std::span<unsigned char> bytes) override;

 private:
  base::Rng rng_;
};

}  // namespace whoosh::runtime
