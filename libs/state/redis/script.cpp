#include "state/redis/script.h"

#include <openssl/evp.h>

#include <array>

#include "base/assert.h"
#include "base/encoding.h"

namespace whoosh::state::redis {

namespace {

constexpr std::string_view prelude = R"(
local function now(text)
  if text ~= '' then return tonumber(text) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function whole(number) return string.format('%.0f', number) end
)";

// What EVALSHA calls a program; a name, not a protection.
std::string sha1_of(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  const int ok = EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  ASSERT(ok == 1);
  return base::hex({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace

Script::Script(int keys, std::string_view program)
    : keys_(keys),
      program_(std::string(prelude) + std::string(program)),
      sha1_(sha1_of(program_)) {}

}  // namespace whoosh::state::redis
