// SessionKey: which sign-in a connection came by, as 64 bits of the session's name, so that it
// costs each connection and place no more. Names are random, so two sessions of one user never meet
// in one key by chance, and nobody can choose his own. Value; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace whoosh::shard {

struct SessionKey {
  std::uint64_t value = 0;  // 0: not known

  // FNV-1a of the name (the `sid` of a token, the family of a revocation); "" is not known.
  static constexpr SessionKey of(std::string_view name) {
    if (name.empty()) return {};
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : name) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return {hash == 0 ? 1 : hash};
  }
  [[nodiscard]] constexpr bool is_known() const { return value != 0; }
  constexpr auto operator<=>(const SessionKey&) const = default;
};

}  // namespace whoosh::shard
