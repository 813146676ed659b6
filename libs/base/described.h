// JSON for plain structs that are described with BOOST_DESCRIBE_STRUCT: one description gives
// encoding, decoding and (tools/wiregen) the TypeScript type.
//
//   struct Purchase { std::string item_id; std::optional<std::int32_t> count; };
//   BOOST_DESCRIBE_STRUCT(Purchase, (), (item_id, count))
//
// A field's name is its key; one underscore at the end is left off (`case_` is "case": C++
// keywords).
// Field types: bool, integers, double, std::string, std::string_view (decoded: points
// into the parser's document), FixedString<N>, described structs and enums, Raw, std::optional<T>
// (absent when empty), Nullable<T> (null when empty), std::vector<T>, FixedVector<T, N>,
// std::map<std::string, T>, FixedMap<T, N> (written only).
// Decoding ignores unknown members and collects every bad field under its
// path ("participants[2].score").
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fixed.h"
#include "base/json.h"
#include "base/json_writer.h"

namespace whoosh::base {

// Empty is written as null (std::optional is left out instead).
template <class T>
struct Nullable : std::optional<T> {
  using std::optional<T>::optional;
  using std::optional<T>::operator=;
};

// One ready JSON value, passed through unchanged.
struct Raw {
  std::string json = "null";
};

// An object whose keys are only known at run time, in the order in which they were put: what
// std::map is, without the heap. Keys are views; REQUIRES: no key twice.
template <class T, std::size_t N>
struct FixedMap {
  using mapped_type = T;
  struct Entry {
    std::string_view key;
    T value{};
  };
  FixedVector<Entry, N> entries;

  T& put(std::string_view key, T value = {}) {
    entries.push_back({key, std::move(value)});
    return entries.back().value;
  }
};

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;
template <class T>
concept DescribedEnum = boost::describe::has_describe_enumerators<T>::value;

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... Args>
inline constexpr bool is_a<Template<Args...>, Template> = true;

template <class T>
inline constexpr bool is_fixed_vector = false;
template <class T, std::size_t N>
inline constexpr bool is_fixed_vector<FixedVector<T, N>> = true;
template <class T>
inline constexpr bool is_fixed_string = false;
template <std::size_t N>
inline constexpr bool is_fixed_string<FixedString<N>> = true;

template <class T>
inline constexpr bool is_fixed_map = false;
template <class T, std::size_t N>
inline constexpr bool is_fixed_map<FixedMap<T, N>> = true;

template <Described T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_any_access |
                                                            boost::describe::mod_inherited>;

// The key of a field: its name without an underscore at the end.
[[nodiscard]] constexpr std::string_view field_key(std::string_view name) {
  if (name.ends_with('_')) name.remove_suffix(1);
  return name;
}

template <DescribedEnum E>
[[nodiscard]] std::string_view enum_text(E value) {
  return boost::describe::enum_to_string(value, "");
}

template <class T>
void encode(JsonWriter& out, const T& value) {
  if constexpr (is_a<T, std::optional> || is_a<T, Nullable>) {
    if (value.has_value())
      encode(out, *value);
    else
      out.null();
  } else if constexpr (std::is_same_v<T, Raw>) {
    out.raw(value.json);
  } else if constexpr (DescribedEnum<T>) {
    out.value(enum_text(value));
  } else if constexpr (is_fixed_string<T>) {
    out.value(value.view());
  } else if constexpr (is_a<T, std::vector> || is_fixed_vector<T>) {
    out.begin_array();
    for (const auto& item : value) encode(out, item);
    out.end_array();
  } else if constexpr (is_a<T, std::map>) {
    out.begin_object();
    for (const auto& [key, item] : value) {
      out.key(key);
      encode(out, item);
    }
    out.end_object();
  } else if constexpr (is_fixed_map<T>) {
    out.begin_object();
    for (const auto& entry : value.entries) {
      out.key(entry.key);
      encode(out, entry.value);
    }
    out.end_object();
  } else if constexpr (Described<T>) {
    out.begin_object();
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
      const auto& field = value.*member.pointer;
      if constexpr (is_a<std::remove_cvref_t<decltype(field)>, std::optional>) {
        if (!field.has_value()) return;
      }
      out.key(field_key(member.name));
      encode(out, field);
    });
    out.end_object();
  } else {
    out.value(value);
  }
}

template <class T>
[[nodiscard]] std::string to_json(const T& value) {
  std::string text;
  JsonWriter out(text);
  encode(out, value);
  return text;
}

using FieldErrors = std::map<std::string, std::string>;

// Reads `in` into `out`; on trouble adds to `errors` under `path` and returns false.
template <class T>
bool decode(const JsonValue& in, T& out, const std::string& path, FieldErrors& errors);

namespace detail {

template <class T>
inline constexpr bool is_text =
    std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view> || is_fixed_string<T>;
template <class T>
inline constexpr bool is_scalar =
    std::is_arithmetic_v<T> || std::is_same_v<T, Raw> || DescribedEnum<T> || is_text<T>;

// Each answers what is wrong; nullopt: nothing.
using Wrong = std::optional<std::string>;

template <DescribedEnum T>
Wrong decode_enum(const JsonValue& in, T& out) {
  const auto text = in.as_string();
  if (text && boost::describe::enum_from_string(std::string(*text).c_str(), out)) return {};
  std::string names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
      [&](auto item) { names += (names.empty() ? "" : ", ") + std::string(item.name); });
  return "must be one of " + names;
}

template <class T>
Wrong decode_number(const JsonValue& in, T& out) {
  if constexpr (std::is_same_v<T, bool>) {
    const auto flag = in.as_bool();
    if (!flag) return "must be true or false";
    out = *flag;
  } else if constexpr (std::is_integral_v<T>) {
    const auto number = in.as_integer();
    if (!number) return "must be a whole number";
    if (!std::in_range<T>(*number)) return "is out of range";
    out = static_cast<T>(*number);
  } else {
    static_assert(std::is_same_v<T, double>);
    const auto number = in.as_number();
    if (!number) return "must be a number";
    out = *number;
  }
  return {};
}

template <class T>
Wrong decode_text(const JsonValue& in, T& out) {
  const auto text = in.as_string();
  if (!text) return "must be a text";
  if constexpr (is_fixed_string<T>) {
    if (!out.assign(*text)) return "is too long";
  } else {
    out = T(*text);
  }
  return {};
}

template <class T>
Wrong decode_scalar(const JsonValue& in, T& out) {
  if constexpr (std::is_same_v<T, Raw>) {
    out.json = in.text();
    return {};
  } else if constexpr (DescribedEnum<T>) {
    return decode_enum(in, out);
  } else if constexpr (is_text<T>) {
    return decode_text(in, out);
  } else {
    return decode_number(in, out);
  }
}

template <class T>
bool decode_list(const JsonValue& in, T& out, const std::string& path, FieldErrors& errors) {
  if (in.kind() != JsonValue::Kind::Array) return errors.emplace(path, "must be a list"), false;
  bool good = true;
  std::size_t index = 0;
  out.clear();
  in.for_each_element([&](const JsonValue& item) {
    typename T::value_type element{};
    const bool fits = decode(item, element, path + "[" + std::to_string(index++) + "]", errors);
    if constexpr (is_fixed_vector<T>) {
      if (!fits || !out.try_push_back(std::move(element))) good = false;
    } else {
      if (fits)
        out.push_back(std::move(element));
      else
        good = false;
    }
  });
  if (!good) errors.emplace(path, "is not acceptable");
  return good;
}

template <class T>
bool decode_map(const JsonValue& in, T& out, const std::string& path, FieldErrors& errors) {
  if (!in.is_object()) return errors.emplace(path, "must be an object"), false;
  bool good = true;
  out.clear();
  in.for_each_member([&](std::string_view key, const JsonValue& item) {
    good &= decode(item, out[std::string(key)], path + "." + std::string(key), errors);
  });
  return good;
}

template <Described T>
bool decode_struct(const JsonValue& in, T& out, const std::string& path, FieldErrors& errors) {
  if (!in.is_object()) return errors.emplace(path, "must be an object"), false;
  bool good = true;
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
    auto& field = out.*member.pointer;
    const std::string key(field_key(member.name));
    const std::string where = path.empty() ? key : path + "." + key;
    if (const auto found = in.get(key)) {
      good &= decode(*found, field, where, errors);
    } else if constexpr (!is_a<std::remove_cvref_t<decltype(field)>, std::optional>) {
      errors.emplace(where, "is missing");
      good = false;
    }
  });
  return good;
}

}  // namespace detail

template <class T>
bool decode(const JsonValue& in, T& out, const std::string& path, FieldErrors& errors) {
  if constexpr (is_a<T, std::optional> || is_a<T, Nullable>) {
    if (in.kind() == JsonValue::Kind::Null) {
      out.reset();
      return true;
    }
    out.emplace();
    return decode(in, *out, path, errors);
  } else if constexpr (detail::is_scalar<T>) {
    detail::Wrong wrong = detail::decode_scalar(in, out);
    if (wrong) errors.emplace(path, std::move(*wrong));
    return !wrong;
  } else if constexpr (is_a<T, std::vector> || is_fixed_vector<T>) {
    return detail::decode_list(in, out, path, errors);
  } else if constexpr (is_a<T, std::map>) {
    return detail::decode_map(in, out, path, errors);
  } else {
    return detail::decode_struct(in, out, path, errors);
  }
}

// The whole of a body or payload. Error: `on_error` with one row in `fields` per bad field.
template <Described T>
[[nodiscard]] Result<T> decode_as(const JsonValue& in,
                                  ErrorCode on_error = ErrorCode::invalid_input) {
  T value{};
  FieldErrors errors;
  if (decode(in, value, std::string(), errors)) return value;
  Error error{on_error};
  error.fields = std::move(errors);
  return error;
}

}  // namespace whoosh::base
