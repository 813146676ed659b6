#include "store/sessions.h"

#include <algorithm>
#include <array>
#include <utility>

namespace whoosh::store {
namespace {

using enum RevocationReason;
constexpr std::array<std::pair<RevocationReason, std::string_view>, 6> names{
    {{signed_out, "signed_out"},
     {password_changed, "password_changed"},
     {reused, "reused"},
     {banned, "banned"},
     {erased, "erased"},
     {role_changed, "role_changed"}}};
static_assert(static_cast<std::size_t>(role_changed) + 1 == names.size());

}  // namespace

UnixMs expiry_of(const Rotation& rotation, UnixMs created_at, bool is_guest) {
  if (is_guest) return rotation.now.plus_ms(rotation.guest_lifetime_ms);
  return std::min(rotation.now.plus_ms(rotation.lifetime_ms),
                  created_at.plus_ms(rotation.absolute_lifetime_ms));
}

std::string_view revocation_name(RevocationReason reason) {
  return names[static_cast<std::size_t>(reason)].second;
}

std::optional<RevocationReason> parse_revocation(std::string_view name) {
  for (const auto& [reason, known] : names) {
    if (known == name) return reason;
  }
  return std::nullopt;
}

}  // namespace whoosh::store
