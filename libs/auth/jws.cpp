#include "auth/jws.h"

#include <sodium.h>

#include <optional>

#include "base/encoding.h"
#include "base/json.h"
#include "base/json_writer.h"

namespace whoosh::auth {
namespace {

using base::ErrorCode;

constexpr std::size_t header_bytes_max = 512;

constexpr std::string_view rsa = "RS256";
constexpr std::string_view hmac = "HS256";
constexpr std::string_view hmac_kid = "cluster";

// The header's kid, if everything in the header is as we write it.
std::optional<std::string> accepted_kid(const std::string& header, std::string_view alg,
                                        std::string_view typ) {
  thread_local base::JsonParser parser(header_bytes_max, 2);
  const auto parsed = parser.parse(header);
  if (!parsed || !parsed->is_object() || parsed->get("crit")) return std::nullopt;
  const auto is = [&](std::string_view name, std::string_view wanted) {
    const auto member = parsed->get(name);
    return member && member->as_string() == wanted;
  };
  if (!is("alg", alg) || !is("typ", typ)) return std::nullopt;
  const auto kid = parsed->get("kid");
  const auto text = kid ? kid->as_string() : std::nullopt;
  if (!text) return std::nullopt;
  return std::string(*text);
}

// What is signed.
std::string signing_input(std::string_view alg, std::string_view typ, std::string_view kid,
                          std::string_view payload) {
  std::string header;
  base::JsonWriter out(header);
  out.begin_object();
  out.member("alg", alg).member("typ", typ).member("kid", kid);
  out.end_object();
  return base::base64url(header) + '.' + base::base64url(payload);
}

base::Result<std::string> with_signature(std::string token, std::string_view signature) {
  token += '.';
  token += base::base64url(signature);
  if (token.size() > token_bytes_max) {
    return base::Error{ErrorCode::internal, "The token would be too long."};
  }
  return token;
}

// `is_right(kid, signed text, signature)` decides.
template <class IsRight>
base::Result<std::string> verified(std::string_view alg, std::string_view typ,
                                   std::string_view token, IsRight is_right) {
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
  const auto kid = accepted_kid(*header, alg, typ);
  if (!kid || !is_right(*kid, token.substr(0, second), *signature)) {
    return base::Error{ErrorCode::bad_token};
  }
  return std::move(*payload);
}

}  // namespace

base::Result<std::string> sign_jws(const KeySet& keys, std::string_view typ,
                                   std::string_view payload) {
  std::string token = signing_input(rsa, typ, keys.signing_kid(), payload);
  const auto signature = keys.sign(token);
  if (!signature) return signature.error();
  return with_signature(std::move(token), *signature);
}

base::Result<std::string> verify_jws(const KeySet& keys, std::string_view typ,
                                     std::string_view token) {
  return verified(rsa, typ, token,
                  [&](const std::string& kid, std::string_view text, const std::string& signature) {
                    return keys.verify(kid, text, signature);
                  });
}

base::Result<std::string> sign_jws(const ClusterKey& key, std::string_view typ,
                                   std::string_view payload) {
  std::string token = signing_input(hmac, typ, hmac_kid, payload);
  const std::string tag = key.tag(typ, token);
  return with_signature(std::move(token), tag);
}

base::Result<std::string> verify_jws(const ClusterKey& key, std::string_view typ,
                                     std::string_view token) {
  return verified(hmac, typ, token,
                  [&](const std::string& kid, std::string_view text, const std::string& signature) {
                    const std::string right = key.tag(typ, text);
                    return kid == hmac_kid && signature.size() == right.size() &&
                           sodium_memcmp(signature.data(), right.data(), right.size()) == 0;
                  });
}

}  // namespace whoosh::auth
