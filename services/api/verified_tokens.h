// VerifiedTokens: access tokens whose signature this thread has checked lately. A client shows the
// same token with each request of an hour, and checking RSA-3072 is a third of a small answer's
// cost (docs/adr/0010-key-sizes.md). What depends on the moment is looked at each time: its end
// here, its revocation by the caller, after this.
//
// Owner: a thread, which alone touches it. Kept under the SHA-256 of the token, so that no token
// lies here, and only for the authority and the keys that checked it: with the next ones everything
// is forgotten, so that what a removed key had signed ends with it. Bounded: verified_tokens_max
// slots in sets of eight; in a full set the one that was least used gives way.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "auth/tokens.h"

namespace whoosh::api {

// Some 250 bytes each. Who plays through one process at a time must fit: with too few slots nearly
// every request finds another's token in its place.
inline constexpr std::size_t verified_tokens_max = 16 * 1024;

class VerifiedTokens {
 public:
  VerifiedTokens() : sets_(verified_tokens_max / ways) {}

  // What tokens.check_access() answers.
  [[nodiscard]] base::Result<auth::Identity> check(const auth::TokenAuthority& tokens,
                                                   std::string_view token, base::UnixMs now);
  [[nodiscard]] std::int64_t signatures() const { return signatures_; }  // checked so far

 private:
  struct Slot {
    std::string key;  // "": empty
    auth::Identity identity;
  };
  static constexpr std::size_t ways = 8;
  using Set = std::array<Slot, ways>;  // often used ones first, empty ones last
  [[nodiscard]] static Slot& slot_for(Set& set, std::string_view key);

  std::vector<Set> sets_;
  std::uint64_t generation_ = 0;  // of who checked what is in sets_
  std::int64_t signatures_ = 0;
};

}  // namespace whoosh::api
