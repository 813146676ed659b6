#include "runtime/entropy.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace whoosh::runtime {
namespace {

void from_kernel(std::span<unsigned char> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (got < 0 && errno == EINTR) continue;
    ASSERT(got > 0);
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace

std::uint64_t Entropy::u64() {
  unsigned char raw[8];
  fill(raw);
  std::uint64_t value = 0;
  std::memcpy(&value, raw, sizeof value);
  return value;
}

std::string Entropy::bytes(std::size_t count) {
  std::string out(count, '\0');
  fill({reinterpret_cast<unsigned char*>(out.data()), out.size()});
  return out;
}

// Small amounts come from a stock of this thread, so that an id of a request is no call of the
// kernel; what was given away is wiped from it.
void OsEntropy::fill(std::span<unsigned char> bytes) {
  constexpr std::size_t stock_bytes = 512;
  constexpr std::size_t small_bytes_max = 32;
  if (bytes.size() > small_bytes_max) return from_kernel(bytes);
  thread_local std::array<unsigned char, stock_bytes> stock;
  thread_local std::size_t left = 0;
  if (left < bytes.size()) {
    from_kernel(stock);
    left = stock.size();
  }
  left -= bytes.size();
  const auto given = std::span(stock).subspan(left, bytes.size());
  std::ranges::copy(given, bytes.begin());
  ::explicit_bzero(given.data(), given.size());
}

void SeededEntropy::fill(std::span<unsigned char> bytes) {
  for (auto& byte : bytes) byte = static_cast<unsigned char>(rng_.next() >> 56);
}

}  // namespace whoosh::runtime
