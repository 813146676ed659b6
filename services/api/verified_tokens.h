// VerifiedTokens: access tokens whose signature this thread has checked lately. A client shows the
// same token with each request of an hour, and checking RSA-3072 is a third of a small answer's
// cost (docs/adr/0010-key-sizes.md). What depends on the moment is looked at each time: its end
// here, its revocation by the caller, after this.
//
// Owner: a thread, which alone touches it. Kept under the SHA-256 of the token and of who checks,
// so that no token lies here and none is found by another's. Bounded: verified_tokens_max slots;
// two that want the same one take turns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "auth/tokens.h"

namespace whoosh::api {

inline constexpr std::size_t verified_tokens_max = 1024;  // some 300 bytes each

class VerifiedTokens {
 public:
  VerifiedTokens() : slots_(verified_tokens_max) {}

  // What tokens.check_access() answers.
  [[nodiscard]] base::Result<auth::Identity> check(const auth::TokenAuthority& tokens,
                                                   std::string_view token, base::UnixMs now);
  [[nodiscard]] std::int64_t signatures() const { return signatures_; }  // checked so far

 private:
  struct Slot {
    std::string key;  // "": empty
    auth::Identity identity;
  };
  std::vector<Slot> slots_;
  std::int64_t signatures_ = 0;
};

}  // namespace whoosh::api
