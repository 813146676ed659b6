// JsonWriter: appends JSON (RFC 8259) to a caller's string. The string is reused between messages,
// so the steady state allocates nothing. The writer checks nothing but commas: the caller balances
// begin and end. Owner's thread only; lives for one document.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace whoosh::base {

// Appends `text` with quotes and escapes; bytes >= 0x80 pass unchanged. REQUIRES: valid UTF-8.
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name) {
    comma();
    append_json_string(out_, name);
    out_.push_back(':');
    after_key_ = true;
    return *this;
  }

  JsonWriter& value(std::string_view text) {
    comma();
    append_json_string(out_, text);
    return *this;
  }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag) { return raw(flag ? "true" : "false"); }
  JsonWriter& value(double number);
  template <std::integral T>
  requires(!std::same_as<T, bool>) JsonWriter& value(T number) {
    if constexpr (std::is_signed_v<T>)
      return integer(static_cast<std::int64_t>(number));
    else
      return unsigned_integer(static_cast<std::uint64_t>(number));
  }
  JsonWriter& null() { return raw("null"); }
  // Appends ready JSON as one value. REQUIRES: json is one whole value.
  JsonWriter& raw(std::string_view json) {
    comma();
    out_.append(json);
    return *this;
  }

  template <class T>
  JsonWriter& member(std::string_view name, const T& v) {
    key(name);
    return value(v);
  }

  [[nodiscard]] std::string& out() { return out_; }

 private:
  JsonWriter& open(char bracket) {
    comma();
    out_.push_back(bracket);
    first_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_.push_back(bracket);
    first_ = false;
    after_key_ = false;
    return *this;
  }
  void comma() {
    if (!first_ && !after_key_) out_.push_back(',');
    first_ = false;
    after_key_ = false;
  }
  JsonWriter& integer(std::int64_t number);
  JsonWriter& unsigned_integer(std::uint64_t number);

  std::string& out_;
  bool first_ = true;  // no value yet in the innermost container
  bool after_key_ = false;
};

}  // namespace whoosh::base
