// What a server answers (RESP 2), and the reader that cuts it out of a stream of bytes. Owner: one
// reader per connection; its thread only. Values are values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct redisReader;

namespace whoosh::state::redis {

struct Value {
  enum class Kind : std::uint8_t { nil, integer, text, status, error, array };

  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;  // of text, status and error
  std::vector<Value> items;

  [[nodiscard]] bool is_nil() const { return kind == Kind::nil; }
  [[nodiscard]] bool is_error() const { return kind == Kind::error; }
  // "MOVED" of "MOVED 3999 127.0.0.1:6381"; "" if it is no error.
  [[nodiscard]] std::string_view error_word() const;
  // An integer, or a text that is one; nullopt: neither.
  [[nodiscard]] std::optional<std::int64_t> number() const;
  // The n-th item; a nil where there is none.
  [[nodiscard]] const Value& at(std::size_t index) const;
};

class Reader {
 public:
  Reader();
  ~Reader();

  void feed(std::string_view bytes);
  // The next whole answer; nullopt: it has not arrived yet. Error (malformed): these bytes are not
  // RESP, the connection is of no more use.
  [[nodiscard]] base::Result<std::optional<Value>> next();

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, Free> reader_;
};

// A command as it goes over the wire.
[[nodiscard]] std::string encode(std::span<const std::string> args);

}  // namespace whoosh::state::redis
