// Idempotency-Key (docs/API.md, "Asking again"): the header of calls that move coins. The store
// keeps what was decided under a key and gives it again; here are the way in and the way out.
//
// What is refused before the store decides (401, 400, 404, 422 about fields, 429, 503) is not kept
// under the key: the same key may come again, with a better request even.
#pragma once

#include <string>
#include <string_view>

#include "services/api/app.h"

namespace whoosh::api {

inline constexpr std::size_t idempotency_key_bytes_max = 255;

struct Asked {
  std::string route;  // "POST /api/store/purchase"
  std::string body;   // what was understood of it: members that are read over make no other request
};
// idempotency_key_missing; malformed: longer than idempotency_key_bytes_max, not visible ASCII, or
// two of them.
[[nodiscard]] base::Result<store::IdempotencyKey> idempotency_key(const RequestContext& context,
                                                                  const Asked& asked);
// The same for what an operator does to somebody else: that person's own keys are others.
[[nodiscard]] base::Result<store::IdempotencyKey> operator_key(const RequestContext& context,
                                                               const Asked& asked,
                                                               base::UserId who);

// The first answer again, status and body: `success` or the refusal that was decided, with
// Idempotent-Replay when it was decided before.
[[nodiscard]] Response answer_of(const store::Outcome& outcome, Response success);

}  // namespace whoosh::api
