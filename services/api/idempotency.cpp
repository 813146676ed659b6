#include "services/api/idempotency.h"

#include <algorithm>

#include "auth/digest.h"
#include "base/encoding.h"

namespace whoosh::api {
namespace {

constexpr std::string_view header = "Idempotency-Key";

bool is_visible(char c) {
  return c > 0x20 && c < 0x7f;
}

}  // namespace

base::Result<store::IdempotencyKey> idempotency_key(const RequestContext& context,
                                                    const Asked& asked) {
  const auto& headers = context.request.headers;
  const std::string_view key = headers.get(header);
  if (key.empty()) return Error{ErrorCode::idempotency_key_missing};
  if (headers.count(header) > 1 || key.size() > idempotency_key_bytes_max ||
      !std::ranges::all_of(key, is_visible)) {
    Error error{ErrorCode::malformed};
    error.fields.emplace(header, "must be one text of 1 to 255 visible ASCII characters");
    return error;
  }
  std::string request = asked.route;
  request.push_back('\n');
  request += asked.body;
  return store::IdempotencyKey{std::string(key), auth::sha256(request), context.request_id};
}

base::Result<store::IdempotencyKey> operator_key(const RequestContext& context, const Asked& asked,
                                                 base::UserId who) {
  auto key = idempotency_key(context, asked);
  if (!key) return key;
  const std::string named = base::user_id_text(who) + '\n' + key->key;
  key->key = "operator:" + base::base64url(auth::sha256(named));
  return key;
}

Response answer_of(const store::Outcome& outcome, Response success) {
  Response response = outcome.refused ? http::error_response(*outcome.refused, outcome.request_id)
                                      : std::move(success);
  if (outcome.replayed) response.headers.add("Idempotent-Replay", "true");
  return response;
}

}  // namespace whoosh::api
