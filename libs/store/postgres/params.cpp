#include "store/postgres/params.h"

#include <fmt/format.h>

#include "store/match_bytes.h"

namespace whoosh::store::postgres {

void Params::keep(std::string value, int format) {
  kept_.push_back(std::move(value));
  values_.push_back(kept_.back().c_str());
  lengths_.push_back(static_cast<int>(kept_.back().size()));
  formats_.push_back(format);
}

void Params::add(std::int64_t value) {
  keep(std::to_string(value), as_text);
}

// The shortest text that reads back as the same number.
void Params::add(double value) {
  keep(fmt::format("{}", value), as_text);
}

void Params::add(std::nullopt_t /*null*/) {
  values_.push_back(nullptr);
  lengths_.push_back(0);
  formats_.push_back(as_text);
}

void Params::add(const base::MatchId& value) {
  keep(match_bytes(value), as_bytes);
}

void Params::add(const std::vector<base::UserId>& users) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(users.size());
  for (const base::UserId user : users) numbers.push_back(user.value);
  add(numbers);
}

void Params::add(const std::vector<std::int64_t>& numbers) {
  std::string text = "{";
  for (const std::int64_t number : numbers) {
    if (text.size() > 1) text += ',';
    text += std::to_string(number);
  }
  keep(text + '}', as_text);
}

void Params::add(const std::vector<std::string>& words) {
  std::string text = "{";
  for (const std::string& word : words) {
    text += text.size() > 1 ? ",\"" : "\"";
    for (const char c : word) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  keep(text + '}', as_text);
}

}  // namespace whoosh::store::postgres
