#include "runtime/clock.h"

#include <chrono>

namespace whoosh::runtime {
namespace {

template <class C>
std::int64_t ms_of() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(C::now().time_since_epoch()).count();
}

}  // namespace

base::UnixMs OsClock::now() const {
  return {ms_of<std::chrono::system_clock>()};
}
std::int64_t OsClock::monotonic_ms() const {
  return ms_of<std::chrono::steady_clock>();
}

}  // namespace whoosh::runtime
