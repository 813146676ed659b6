// TypeScript declarations out of described C++ structs: what libs/base/described.h encodes, in
// types.
//   std::optional<T> -> `name?: T`      Nullable<T> -> `T | null`     Raw -> `unknown`
//   std::vector, FixedVector -> `T[]`   std::map, FixedMap -> `Record<string, T>`   enums -> unions
//   of their names
// A name that ends in an underscore loses it, as on the wire.
// Owned by main() of wiregen for one output file; one thread. Invariant: a name stands for one type
// only, a second C++ type of the same name in one file is an error.
#pragma once

#include <boost/core/type_name.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/described.h"

namespace whoosh::wiregen {

class Declarations {
 public:
  // Declares T and everything it holds; the result is how to write T in TypeScript.
  template <class T>
  std::string type() {
    if constexpr (base::is_a<T, std::optional>) {
      return type<typename T::value_type>();
    } else if constexpr (base::is_a<T, base::Nullable>) {
      return type<typename T::value_type>() + " | null";
    } else if constexpr (std::is_same_v<T, base::Raw>) {
      return "unknown";
    } else if constexpr (std::is_same_v<T, bool>) {
      return "boolean";
    } else if constexpr (std::is_arithmetic_v<T>) {
      return "number";
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view> ||
                         base::is_fixed_string<T>) {
      return "string";
    } else if constexpr (base::is_a<T, std::vector> || base::is_fixed_vector<T>) {
      return list_of(type<typename T::value_type>());
    } else if constexpr (base::is_a<T, std::map> || base::is_fixed_map<T>) {
      return "Record<string, " + type<typename T::mapped_type>() + ">";
    } else if constexpr (base::DescribedEnum<T>) {
      return declare<T>([] { return enum_text<T>(); });
    } else {
      static_assert(base::Described<T>, "describe it with BOOST_DESCRIBE_STRUCT");
      return declare<T>([this] { return struct_text<T>(); });
    }
  }

  [[nodiscard]] bool has(const std::string& name) const { return texts_.contains(name); }

  // All declarations, by name, so that the order of the C++ source does not matter.
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const auto& [name, declaration] : texts_) all += declaration + "\n";
    return all;
  }

 private:
  static std::string wire_name(std::string_view name) {
    return std::string(name.ends_with('_') ? name.substr(0, name.size() - 1) : name);
  }
  static std::string list_of(const std::string& item) {
    return item.find(' ') == std::string::npos ? item + "[]" : "(" + item + ")[]";
  }

  template <class T>
  static std::string name_of() {
    const std::string full = boost::core::type_name<T>();
    return full.substr(full.rfind(':') + 1);  // npos + 1 is 0
  }

  template <class T, class Text>
  std::string declare(Text text) {
    const std::string name = name_of<T>();
    const std::string full = boost::core::type_name<T>();
    const auto [seen, added] = names_.emplace(name, full);
    if (seen->second != full) {
      throw std::runtime_error(name + " is both " + seen->second + " and " + full);
    }
    if (added) texts_[name] = text();
    return name;
  }

  template <class E>
  static std::string enum_text() {
    std::string values;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
        [&](auto item) { values += (values.empty() ? "'" : " | '") + wire_name(item.name) + "'"; });
    return "export type " + name_of<E>() + " = " + values + ";\n";
  }

  template <class T>
  std::string struct_text() {
    std::string fields;
    boost::mp11::mp_for_each<base::members_of<T>>([&](auto member) {
      using Field = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
      const char* optional = base::is_a<Field, std::optional> ? "?" : "";
      fields += "  " + wire_name(member.name) + optional + ": " + type<Field>() + ";\n";
    });
    if (fields.empty()) return "export type " + name_of<T>() + " = Record<string, never>;\n";
    return "export interface " + name_of<T>() + " {\n" + fields + "}\n";
  }

  std::map<std::string, std::string> names_;  // TypeScript name -> C++ name
  std::map<std::string, std::string> texts_;  // TypeScript name -> declaration
};

// `export type <name> = | {type: 'A'; payload: X} …`, in the order of add().
class MessageUnion {
 public:
  explicit MessageUnion(std::string name) : name_(std::move(name)) {}
  void add(std::string_view type, std::string_view payload) {
    rows_ += "\n  | { type: '" + std::string(type) + "'; payload: " + std::string(payload) + " }";
  }
  [[nodiscard]] std::string text() const {
    return "export type " + name_ + " =" + (rows_.empty() ? " never" : rows_) + ";\n";
  }

 private:
  std::string name_;
  std::string rows_;
};

}  // namespace whoosh::wiregen
