#include "net/utf8.h"

#include <cstring>

namespace whoosh::net {
namespace {

constexpr bool between(unsigned char byte, unsigned low, unsigned high) {
  return byte >= low && byte <= high;
}

}  // namespace

Utf8Check::State Utf8Check::step(State state, unsigned char byte) {
  switch (state) {
    case State::Start:
      if (byte < 0x80) return State::Start;
      if (between(byte, 0xC2, 0xDF)) return State::Tail1;
      if (byte == 0xE0) return State::AfterE0;
      if (byte == 0xED) return State::AfterED;
      if (between(byte, 0xE1, 0xEF)) return State::Tail2;
      if (byte == 0xF0) return State::AfterF0;
      if (between(byte, 0xF1, 0xF3)) return State::Tail3;
      return byte == 0xF4 ? State::AfterF4 : State::Bad;
    case State::Tail1:
      return between(byte, 0x80, 0xBF) ? State::Start : State::Bad;
    case State::Tail2:
      return between(byte, 0x80, 0xBF) ? State::Tail1 : State::Bad;
    case State::Tail3:
      return between(byte, 0x80, 0xBF) ? State::Tail2 : State::Bad;
    case State::AfterE0:
      return between(byte, 0xA0, 0xBF) ? State::Tail1 : State::Bad;
    case State::AfterED:
      return between(byte, 0x80, 0x9F) ? State::Tail1 : State::Bad;
    case State::AfterF0:
      return between(byte, 0x90, 0xBF) ? State::Tail2 : State::Bad;
    case State::AfterF4:
      return between(byte, 0x80, 0x8F) ? State::Tail2 : State::Bad;
    case State::Bad:
      return State::Bad;
  }
  return State::Bad;
}

bool Utf8Check::feed(std::span<const char> bytes) {
  State state = state_;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    if (state == State::Start) {  // game messages are ASCII nearly always: eight at a time
      std::uint64_t word = 0;
      while (end - at >= 8) {
        std::memcpy(&word, at, 8);
        if ((word & 0x8080808080808080u) != 0) break;
        at += 8;
      }
      if (at == end) break;
    }
    state = step(state, static_cast<unsigned char>(*at++));
    if (state == State::Bad) break;
  }
  state_ = state;
  return state != State::Bad;
}

}  // namespace whoosh::net
