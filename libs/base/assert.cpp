#include "base/assert.h"

#include <fmt/format.h>

#include <cstdio>  // tidy: pure: the last words before abort()
#include <cstdlib>

namespace whoosh::base {

void assertion_failed(const char* condition, const char* file, int line) {
  fmt::print(stderr, "{}:{}: assertion failed: {}\n", file, line, condition);
  std::fflush(stderr);
  std::abort();
}

void rule_violated(const char* condition, const char* why, const char* file, int line) {
  throw RuleViolation(fmt::format("{}:{}: {} ({})", file, line, why, condition));
}

}  // namespace whoosh::base
