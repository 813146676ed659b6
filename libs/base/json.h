// Strict JSON reading over simdjson. JsonParser owns the memory; JsonValue is a view into its last
// document.
//
// Refused, with a sentence: non-UTF-8, NUL in a string, a duplicate key, nesting deeper than
// depth_max, input longer than bytes_max, anything after the document.
//
// Owner: one parser per shard or per request; its thread only. A JsonValue lives until the next
// parse().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/function.h"
#include "base/result.h"

namespace whoosh::base {

class JsonValue {
 public:
  enum class Kind : std::uint8_t { Null, Bool, Integer, Number, String, Array, Object };

  JsonValue();  // null
  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is_object() const { return kind() == Kind::Object; }

  // nullopt: another kind (or, for integers, out of range; 3.0 is no integer).
  [[nodiscard]] std::optional<bool> as_bool() const;
  [[nodiscard]] std::optional<std::int64_t> as_integer() const;
  [[nodiscard]] std::optional<double> as_number() const;
  [[nodiscard]] std::optional<std::string_view> as_string() const;

  // Member of an object; nullopt: no such member, or no object.
  [[nodiscard]] std::optional<JsonValue> get(std::string_view key) const;
  [[nodiscard]] std::size_t size() const;  // elements or members; 0 for scalars

  // Calls f(JsonValue) for each element, f(string_view, JsonValue) for each member.
  template <class F>
  void for_each_element(F&& f) const {
    Cursor cursor(*this);
    std::string_view key;
    JsonValue item;
    while (cursor.next(key, item)) f(item);
  }
  template <class F>
  void for_each_member(F&& f) const {
    Cursor cursor(*this);
    std::string_view key;
    JsonValue item;
    while (cursor.next(key, item)) f(key, item);
  }

  [[nodiscard]] std::string text() const;  // minified JSON again
  // The same behind what is there: nothing from the heap when `out` is large enough.
  void append_to(std::string& out) const;

 private:
  friend class JsonParser;
  class Cursor {
   public:
    explicit Cursor(const JsonValue& container);
    bool next(std::string_view& key, JsonValue& item);

   private:
    alignas(8) unsigned char now_[16];
    alignas(8) unsigned char end_[16];
    Kind kind_;
  };
  alignas(8) unsigned char element_[16];  // a simdjson::dom::element: two words, trivially copyable
};

class JsonParser {
 public:
  // Memory is reserved once, about 6 bytes per byte of bytes_max.
  explicit JsonParser(std::size_t bytes_max, std::size_t depth_max = 8);
  ~JsonParser();
  JsonParser(JsonParser&&) noexcept;
  JsonParser& operator=(JsonParser&&) noexcept;

  // Error: malformed_json (with a sentence) or too_large.
  [[nodiscard]] Result<JsonValue> parse(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whoosh::base
