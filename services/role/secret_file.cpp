#include "services/role/secret_file.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace whoosh::role {
namespace {

constexpr std::size_t secret_bytes_max = 4096;

}  // namespace

base::Result<> read_secret_file(std::string_view knob, const std::string& path,
                                std::string& value) {
  if (path.empty()) return {};
  const auto wrong = [&](std::string_view why) {
    return base::Error{base::ErrorCode::invalid_input,
                       fmt::format("--{}-file: {} {}", knob, path, why)};
  };
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file || text.size() > secret_bytes_max) return wrong("can't be read.");
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return wrong("is empty.");
  value = std::move(text);
  return {};
}

}  // namespace whoosh::role
