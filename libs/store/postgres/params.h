// The parameters of one statement, in libpq's form. Numbers travel as text, whose type the server
// takes from the statement; texts and bytes travel as they are, so that nothing has to be quoted
// and a zero byte is refused instead of cutting the text.
//
// Owner: the stack of the call that sends. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace whoosh::store::postgres {

struct Blob {
  std::string_view bytes;
};

class Params {
 public:
  template <class... Args>
  explicit Params(const Args&... args) {
    (add(args), ...);
  }

  [[nodiscard]] int count() const { return static_cast<int>(values_.size()); }
  [[nodiscard]] const char* const* values() const { return values_.data(); }
  [[nodiscard]] const int* lengths() const { return lengths_.data(); }
  [[nodiscard]] const int* formats() const { return formats_.data(); }

 private:
  void add(std::int64_t value);
  void add(std::int32_t value) { add(std::int64_t{value}); }
  void add(std::uint32_t value) { add(std::int64_t{value}); }
  void add(bool value) { keep(value ? "t" : "f", as_text); }
  void add(double value);
  void add(std::string_view value) { keep(std::string(value), as_bytes); }
  void add(const std::string& value) { keep(value, as_bytes); }
  void add(const char* value) { keep(value, as_bytes); }
  void add(Blob value) { keep(std::string(value.bytes), as_bytes); }
  void add(std::nullopt_t);
  void add(base::UserId value) { add(value.value); }
  void add(base::UnixMs value) { add(value.value); }
  void add(const base::MatchId& value);
  void add(const std::vector<base::UserId>& users);    // bigint[]
  void add(const std::vector<std::int64_t>& numbers);  // bigint[]
  void add(const std::vector<std::string>& words);     // text[]
  template <class T>
  void add(const std::optional<T>& value) {
    if (value) {
      add(*value);
    } else {
      add(std::nullopt);
    }
  }

  static constexpr int as_text = 0;
  static constexpr int as_bytes = 1;
  void keep(std::string value, int format);

  std::deque<std::string> kept_;  // a deque: what values_ points to stays where it is
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace whoosh::store::postgres
