#include "base/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "base/json_writer.h"

namespace whoosh::base {
namespace {

namespace dom = simdjson::dom;
static_assert(sizeof(dom::element) == 16 && std::is_trivially_copyable_v<dom::element>);
static_assert(sizeof(dom::array::iterator) == 16 && sizeof(dom::object::iterator) == 16);

const dom::element& element(const unsigned char (&bytes)[16]) {
  return *reinterpret_cast<const dom::element*>(bytes);
}

template <class T>
T load(const unsigned char (&bytes)[16]) {
  T value{};
  std::memcpy(&value, bytes, 16);
  return value;
}

template <class T>
void save(unsigned char (&bytes)[16], const T& value) {
  static_assert(sizeof(T) == 16 && std::is_trivially_copyable_v<T>);
  std::memcpy(bytes, &value, 16);
}

}  // namespace

JsonValue::JsonValue() {
  std::memset(element_, 0, sizeof element_);
}

JsonValue::Kind JsonValue::kind() const {
  std::uint64_t document = 0;
  std::memcpy(&document, element_, sizeof document);
  if (document == 0) return Kind::Null;
  switch (element(element_).type()) {
    case dom::element_type::ARRAY:
      return Kind::Array;
    case dom::element_type::OBJECT:
      return Kind::Object;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
      return Kind::Integer;
    case dom::element_type::DOUBLE:
      return Kind::Number;
    case dom::element_type::STRING:
      return Kind::String;
    case dom::element_type::BOOL:
      return Kind::Bool;
    case dom::element_type::NULL_VALUE:
      return Kind::Null;
  }
  return Kind::Null;
}

std::optional<bool> JsonValue::as_bool() const {
  if (kind() != Kind::Bool) return std::nullopt;
  return bool(element(element_).get_bool().value_unsafe());
}

std::optional<std::int64_t> JsonValue::as_integer() const {
  if (kind() != Kind::Integer) return std::nullopt;
  std::int64_t value = 0;
  if (element(element_).get_int64().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<double> JsonValue::as_number() const {
  const Kind k = kind();
  if (k != Kind::Number && k != Kind::Integer) return std::nullopt;
  double value = 0;
  if (element(element_).get_double().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::string_view> JsonValue::as_string() const {
  if (kind() != Kind::String) return std::nullopt;
  return element(element_).get_string().value_unsafe();
}

std::optional<JsonValue> JsonValue::get(std::string_view key) const {
  if (kind() != Kind::Object) return std::nullopt;
  dom::element found;
  if (element(element_).get_object().value_unsafe().at_key(key).get(found) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  JsonValue value;
  save(value.element_, found);
  return value;
}

std::size_t JsonValue::size() const {
  std::size_t count = 0;
  for_each_element([&](const JsonValue&) { ++count; });
  return count;
}

namespace {

// 5.0 stays a number with a fraction: as 5 it would be taken for a whole one.
void write_double(JsonWriter& out, double number) {
  fmt::basic_memory_buffer<char, 32> text;
  fmt::format_to(std::back_inserter(text), "{}", number);
  const std::string_view digits(text.data(), text.size());
  if (digits.find_first_of(".e") == std::string_view::npos) text.append(std::string_view(".0"));
  out.raw({text.data(), text.size()});
}

void write(JsonWriter& out, const dom::element& value) {
  switch (value.type()) {
    case dom::element_type::ARRAY: {
      const dom::array items = value.get_array().value_unsafe();
      out.begin_array();
      for (const dom::element item : items) write(out, item);
      out.end_array();
      return;
    }
    case dom::element_type::OBJECT: {
      const dom::object members = value.get_object().value_unsafe();
      out.begin_object();
      for (const dom::key_value_pair member : members) {
        out.key(member.key);
        write(out, member.value);
      }
      out.end_object();
      return;
    }
    case dom::element_type::INT64:
      out.value(std::int64_t(value.get_int64().value_unsafe()));
      return;
    case dom::element_type::UINT64:
      out.value(std::uint64_t(value.get_uint64().value_unsafe()));
      return;
    case dom::element_type::DOUBLE:
      write_double(out, value.get_double().value_unsafe());
      return;
    case dom::element_type::STRING:
      out.value(std::string_view(value.get_string().value_unsafe()));
      return;
    case dom::element_type::BOOL:
      out.value(bool(value.get_bool().value_unsafe()));
      return;
    case dom::element_type::NULL_VALUE:
      out.null();
      return;
  }
}

}  // namespace

std::string JsonValue::text() const {
  std::string out;
  append_to(out);
  return out;
}

void JsonValue::append_to(std::string& out) const {
  if (kind() == Kind::Null) {
    out.append("null");
    return;
  }
  JsonWriter writer(out);
  write(writer, element(element_));
}

JsonValue::Cursor::Cursor(const JsonValue& container) : kind_(container.kind()) {
  if (kind_ == Kind::Array) {
    const dom::array array = element(container.element_).get_array().value_unsafe();
    save(now_, array.begin());
    save(end_, array.end());
  } else if (kind_ == Kind::Object) {
    const dom::object object = element(container.element_).get_object().value_unsafe();
    save(now_, object.begin());
    save(end_, object.end());
  }
}

bool JsonValue::Cursor::next(std::string_view& key, JsonValue& item) {
  if (kind_ == Kind::Array) {
    auto now = load<dom::array::iterator>(now_);
    if (!(now != load<dom::array::iterator>(end_))) return false;
    save(item.element_, *now);
    save(now_, ++now);
    return true;
  }
  if (kind_ == Kind::Object) {
    auto now = load<dom::object::iterator>(now_);
    if (!(now != load<dom::object::iterator>(end_))) return false;
    key = now.key();
    save(item.element_, now.value());
    save(now_, ++now);
    return true;
  }
  return false;
}

struct JsonParser::Impl {
  Impl(std::size_t bytes, std::size_t depth) : bytes_max(bytes), depth_max(depth), parser(bytes) {
    padded.resize(bytes + simdjson::SIMDJSON_PADDING);
    ready = parser.allocate(std::max<std::size_t>(bytes, 64), depth + 1) == simdjson::SUCCESS;
  }

  // The sentence of the first thing that strict reading refuses; nullptr: nothing.
  const char* refuse(const JsonValue& value) {
    if (const auto text = value.as_string())
      return has_nul(*text) ? "A text holds a NUL character." : nullptr;
    const char* why = nullptr;
    if (value.kind() == JsonValue::Kind::Array) {
      value.for_each_element([&](const JsonValue& item) {
        if (why == nullptr) why = refuse(item);
      });
    } else if (value.kind() == JsonValue::Kind::Object) {
      const std::size_t first = keys.size();
      value.for_each_member([&](std::string_view key, const JsonValue& item) {
        if (why != nullptr) return;
        keys.push_back(key);
        why = has_nul(key) ? "A name holds a NUL character." : refuse(item);
      });
      const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(first);
      std::sort(begin, keys.end());
      if (why == nullptr && std::adjacent_find(begin, keys.end()) != keys.end()) {
        why = "A name stands twice in one object.";
      }
      keys.resize(first);
    }
    return why;
  }

  static bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

  std::size_t bytes_max;
  std::size_t depth_max;
  dom::parser parser;
  std::string padded;                  // simdjson reads past the end: its own copy with room
  std::vector<std::string_view> keys;  // of the objects on the path, to find duplicates
  bool ready = false;
};

JsonParser::JsonParser(std::size_t bytes_max, std::size_t depth_max)
    : impl_(std::make_unique<Impl>(bytes_max, depth_max)) {
  ASSERT(impl_->ready);
}
JsonParser::~JsonParser() = default;
JsonParser::JsonParser(JsonParser&&) noexcept = default;
JsonParser& JsonParser::operator=(JsonParser&&) noexcept = default;

Result<JsonValue> JsonParser::parse(std::string_view text) {
  if (text.size() > impl_->bytes_max) return Error{ErrorCode::too_large};
  std::copy(text.begin(), text.end(), impl_->padded.begin());
  dom::element root;
  const auto error = impl_->parser.parse(impl_->padded.data(), text.size(), false).get(root);
  if (error == simdjson::DEPTH_ERROR)
    return Error{ErrorCode::malformed_json, "The JSON is nested too deeply."};
  if (error == simdjson::UTF8_ERROR)
    return Error{ErrorCode::malformed_json, "The JSON is not valid UTF-8."};
  if (error != simdjson::SUCCESS) return Error{ErrorCode::malformed_json};
  JsonValue value;
  save(value.element_, root);
  if (const char* why = impl_->refuse(value)) return Error{ErrorCode::malformed_json, why};
  return value;
}

}  // namespace whoosh::base
