// Assertions, with two blast radii.
//
//   ASSERT(condition)           a bug of ours: prints where, then aborts the process.
//                               For base, net, shard.
//   RULE_CHECK(condition, why)  a bug in a game or a room: throws RuleViolation, which `room`
//                               catches; that one room ends and keeps its log, every other room
//                               goes on.
//
// Both stay on in release. A client's bytes can never reach one: input is checked and refused
// before.
#pragma once

#include <stdexcept>
#include <string>

namespace whoosh::base {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

class RuleViolation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] void rule_violated(const char* condition, const char* why, const char* file, int line);

}  // namespace whoosh::base

#define ASSERT(condition)                            \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::whoosh::base::assertion_failed(#condition, __FILE__, __LINE__))

#define RULE_CHECK(condition, why)                   \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::whoosh::base::rule_violated(#condition, why, __FILE__, __LINE__))
