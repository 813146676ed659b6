// Utf8Check: is a stream of bytes UTF-8 so far (RFC 3629: no surrogates, no overlong forms, at most
// U+10FFFF)? One byte of state, so that a message may be cut anywhere. Owner's thread only.
#pragma once

#include <cstdint>
#include <span>

namespace whoosh::net {

class Utf8Check {
 public:
  // False: the bytes so far can't be the beginning of UTF-8. It stays false until reset().
  [[nodiscard]] bool feed(std::span<const char> bytes);
  // True iff the bytes so far end at a character's end.
  [[nodiscard]] bool complete() const { return state_ == State::Start; }
  void reset() { state_ = State::Start; }

 private:
  // What must come next. The last four are the second bytes that are not the whole of 80..BF.
  enum class State : std::uint8_t {
    Start,
    Tail1,
    Tail2,
    Tail3,
    AfterE0,
    AfterED,
    AfterF0,
    AfterF4,
    Bad
  };
  static State step(State state, unsigned char byte);

  State state_ = State::Start;
};

}  // namespace whoosh::net
