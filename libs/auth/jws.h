// JWS compact serialisation (RFC 7515) with RS256 only, and for seat tickets HS256 under a secret
// of their own (docs/adr/0010-key-sizes.md): `header.payload.signature`, each base64url. The header
// we write is {"alg":"RS256","typ":<typ>,"kid":<kid>}; the one we accept must say the same: any
// other `alg` (none, HS256, …), another `typ`, an unknown `kid` or a `crit` member is refused
// before any cryptography. Why our own: docs/adr/0002-jws-over-openssl.md. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "auth/cluster_key.h"
#include "auth/keys.h"
#include "base/result.h"

namespace whoosh::auth {

inline constexpr std::size_t token_bytes_max = 4096;  // of the whole text; above: bad_token unread

// REQUIRES: payload is a JSON object. Error: internal (no private key; the token would be too
// long).
[[nodiscard]] base::Result<std::string> sign_jws(const KeySet& keys, std::string_view typ,
                                                 std::string_view payload);
// The payload's text, its signature checked. Error: bad_token.
[[nodiscard]] base::Result<std::string> verify_jws(const KeySet& keys, std::string_view typ,
                                                   std::string_view token);

// The same with HS256 under the deployment's secret: between its own processes, where making a
// token must cost no RSA. The two take nothing of each other: `alg` and `kid` differ, and which of
// them is asked is the caller's choice, never the token's.
[[nodiscard]] base::Result<std::string> sign_jws(const ClusterKey& key, std::string_view typ,
                                                 std::string_view payload);
[[nodiscard]] base::Result<std::string> verify_jws(const ClusterKey& key, std::string_view typ,
                                                   std::string_view token);

}  // namespace whoosh::auth
