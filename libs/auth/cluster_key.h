// ClusterKey: the secret that the processes of one deployment share, and by which they know each
// other's calls: HMAC-SHA256 (RFC 2104) over what is asked and when. Owned by the process,
// immutable, any thread; now is an argument.
//
// A pass is good for pass_lifetime_s around the moment at which it was made, for exactly the text
// that it was made for, and for nothing that comes from outside the deployment's own network.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace whoosh::auth {

inline constexpr std::int64_t pass_lifetime_s = 30;
inline constexpr std::size_t cluster_secret_bytes_min = 32;

class ClusterKey {
 public:
  // The text of the secret, as configured. invalid_input: shorter than cluster_secret_bytes_min.
  [[nodiscard]] static base::Result<ClusterKey> from_secret(std::string_view secret);

  // "1795000000000.<base64url>". `about`: everything that the receiver acts upon, as one text.
  [[nodiscard]] std::string make_pass(std::string_view about, base::UnixMs now) const;
  // HMAC-SHA256 of it, 32 bytes, under a purpose of its own: what is tagged for one passes for no
  // other, and for no call.
  [[nodiscard]] std::string tag(std::string_view purpose, std::string_view bytes) const;
  [[nodiscard]] bool check_pass(std::string_view pass, std::string_view about,
                                base::UnixMs now) const;

 private:
  ClusterKey() = default;
  [[nodiscard]] std::string mac(std::string_view about, std::string_view when) const;

  std::array<unsigned char, 32> key_{};
};

// What a call between two processes is about: "POST /internal/rooms" and the SHA-256 of its body.
// The pass for it travels in this header.
inline constexpr std::string_view pass_header = "Whoosh-Cluster";
[[nodiscard]] std::string call_text(std::string_view method, std::string_view target,
                                    std::string_view body);

}  // namespace whoosh::auth
