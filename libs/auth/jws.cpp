#include "auth/jws.h"

#include <optional>

#include "base/encoding.h"
#include "base/json.h"
#include "base/json_writer.h"

namespace whoosh::auth {
namespace {

using base::ErrorCode;

constexpr std::size_t header_bytes_max = 512;

// The header's kid, if everything in the header is as we write it.
std::optional<std::string> accepted_kid(const std::string& header, std::string_view typ) {
  thread_local base::JsonParser parser(header_bytes_max, 2);
  const auto parsed = parser.parse(header);
  if (!parsed || !parsed->is_object() || parsed->get("crit")) return std::nullopt;
  const auto is = [&](std::string_view name, std::string_view wanted) {
    const auto member = parsed->get(name);
    return member && member->as_string() == wanted;
  };
  if (!is("alg", "RS256") || !is("typ", typ)) return std::nullopt;
  const auto kid = parsed->get("kid");
  const auto text = kid ? kid->as_string() : std::nullopt;
  if (!text) return std::nullopt;
  return std::string(*text);
}

}  // namespace

base::Result<std::string> sign_jws(const KeySet& keys, std::string_view typ,
                                   std::string_view payload) {
  std::string header;
  base::JsonWriter out(header);
  out.begin_object();
  out.member("alg", "RS256").member("typ", typ).member("kid", keys.signing_kid());
  out.end_object();
  std::string token = base::base64url(header) + '.' + base::base64url(payload);
  const auto signature = keys.sign(token);
  if (!signature) return signature.error();
  token += '.';
  token += base::base64url(*signature);
  if (token.size() > token_bytes_max) {
    return base::Error{ErrorCode::internal, "The token would be too long."};
  }
  return token;
}

base::Result<std::string> verify_jws(const KeySet& keys, std::string_view typ,
                                     std::string_view token) {
  if (token.size() > token_bytes_max) return base::Error{ErrorCode::bad_token};
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos) return base::Error{ErrorCode::bad_token};
  // A third dot can't hide: '.' is foreign to base64url.
  const auto header = base::base64url_decode(token.substr(0, first));
  auto payload = base::base64url_decode(token.substr(first + 1, second - first - 1));
  const auto signature = base::base64url_decode(token.substr(second + 1));
  if (!header || !payload || !signature || header->size() > header_bytes_max) {
    return base::Error{ErrorCode::bad_token};
  }
  const auto kid = accepted_kid(*header, typ);
  if (!kid || !keys.verify(*kid, token.substr(0, second), *signature)) {
    return base::Error{ErrorCode::bad_token};
  }
  return std::move(*payload);
}

}  // namespace whoosh::auth
