// Bodies of Service A from hostile clients: the first byte picks the struct, the rest is the body.
// Nothing may crash; what is decoded and written again must decode to the same text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"
#include "wire/admin.h"
#include "wire/economy.h"
#include "wire/limits.h"
#include "wire/rest.h"

namespace {

using namespace whoosh;

template <class T>
void round_trip(std::string_view body) {
  base::JsonParser parser(wire::body_bytes_max, wire::json_depth_max);
  const auto json = parser.parse(body);
  if (!json) return;
  const auto decoded = base::decode_as<T>(*json);
  if (!decoded) {
    if (decoded.error().fields.empty()) std::abort();  // refused without saying why
    return;
  }
  const std::string text = base::to_json(*decoded);
  base::JsonParser again(2 * wire::body_bytes_max, wire::json_depth_max);
  const auto second = again.parse(text);
  if (!second) std::abort();
  const auto same = base::decode_as<T>(*second);
  if (!same || base::to_json(*same) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 16) {
    case 0:
      round_trip<wire::Register>(body);
      break;
    case 1:
      round_trip<wire::Login>(body);
      break;
    case 2:
      round_trip<wire::Guest>(body);
      break;
    case 3:
      round_trip<wire::RefreshToken>(body);
      break;
    case 4:
      round_trip<wire::ProfileChange>(body);
      break;
    case 5:
      round_trip<wire::CreateRoom>(body);
      break;
    case 6:
      round_trip<wire::JoinRoom>(body);
      break;
    case 7:
      round_trip<wire::QueueJoin>(body);
      break;
    case 8:
      round_trip<wire::PasswordChange>(body);
      break;
    case 9:
      round_trip<wire::Purchase>(body);
      break;
    case 10:
      round_trip<wire::Equip>(body);
      break;
    case 11:
      round_trip<wire::GameResult>(body);
      break;
    case 12:
      round_trip<wire::BanUser>(body);
      break;
    case 13:
      round_trip<wire::GrantCoins>(body);
      break;
    case 14:
      round_trip<wire::RefundItem>(body);
      break;
    case 15:
      round_trip<wire::ChangeRole>(body);
      break;
  }
  return 0;
}
