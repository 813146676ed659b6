// Clock: the only way to ask what time it is. OsClock reads the system's; ManualClock stands still
// until a test or a simulation moves it. Both may be read from any thread (ManualClock: moved from
// one).
#pragma once

#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace whoosh::runtime {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time; may jump.
  [[nodiscard]] virtual base::UnixMs now() const = 0;
  // Never goes back; for deadlines. Milliseconds since an arbitrary start.
  [[nodiscard]] virtual std::int64_t monotonic_ms() const = 0;
};

class OsClock final : public Clock {
 public:
  [[nodiscard]] base::UnixMs now() const override;
  [[nodiscard]] std::int64_t monotonic_ms() const override;
};

class ManualClock final : public Clock {
 public:
  explicit ManualClock(base::UnixMs start = {1'700'000'000'000}) : now_(start.value) {}
  [[nodiscard]] base::UnixMs now() const override { return {now_.load()}; }
  [[nodiscard]] std::int64_t monotonic_ms() const override { return now_.load(); }
  void advance_ms(std::int64_t ms) { now_ += ms; }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace whoosh::runtime
