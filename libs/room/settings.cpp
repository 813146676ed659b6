#include "room/settings.h"

#include <fmt/format.h>

#include <algorithm>

namespace whoosh::room {
namespace {

template <class E>
void set_enum(const std::optional<std::string>& text, E& value, const char* field,
              base::FieldErrors& errors) {
  if (!text || boost::describe::enum_from_string(text->c_str(), value)) return;
  std::string names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto item) { names += (names.empty() ? "" : ", ") + std::string(item.name); });
  errors.emplace(field, "must be one of " + names);
}

// "en", "pt-BR": letters, digits and hyphens.
bool is_locale(std::string_view text) {
  return text.size() >= 2 && text.size() <= 8 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

}  // namespace

RoomSettings default_settings(const rules::GameInfo& game) {
  RoomSettings settings;
  settings.rules.max_seats = game.players_default;
  return settings;
}

base::Result<RoomSettings> changed(const RoomSettings& old, const wire::SettingsChange& change,
                                   const rules::GameInfo& game, std::size_t seated,
                                   base::ErrorCode code) {
  RoomSettings now = old;
  base::FieldErrors errors;
  now.rules.family = change.family.value_or(now.rules.family);
  now.rules.audience = change.audience.value_or(now.rules.audience);
  now.rules.one_room = change.one_room.value_or(now.rules.one_room);
  now.locked = change.locked.value_or(now.locked);
  set_enum(change.filter, now.rules.filter, "filter", errors);
  set_enum(change.pace, now.rules.pace, "pace", errors);
  set_enum(change.bots, now.rules.bots, "bots", errors);
  if (change.max_seats) {
    const auto low = static_cast<std::int32_t>(std::max<std::size_t>(game.players_min, seated));
    const std::int32_t high = std::min<std::int32_t>(game.players_max, rules::seats_max);
    if (*change.max_seats < low || *change.max_seats > high) {
      errors.emplace("max_seats", fmt::format("must be {} to {}", low, high));
    } else {
      now.rules.max_seats = static_cast<std::uint8_t>(*change.max_seats);
    }
  }
  if (change.locale) {
    if (!is_locale(*change.locale))
      errors.emplace("locale", "must be a language tag such as en or pt-BR");
    else
      now.rules.locale.assign(*change.locale);
  }
  if (errors.empty()) return now;
  base::Error error{code};
  error.fields = std::move(errors);
  return error;
}

wire::RoomSettings to_wire(const RoomSettings& settings) {
  wire::RoomSettings out;
  out.family = settings.rules.family;
  out.filter = base::enum_text(settings.rules.filter);
  out.pace = base::enum_text(settings.rules.pace);
  out.bots = base::enum_text(settings.rules.bots);
  out.audience = settings.rules.audience;
  out.one_room = settings.rules.one_room;
  out.max_seats = settings.rules.max_seats;
  out.locale = std::string(settings.rules.locale.view());
  out.locked = settings.locked;
  return out;
}

}  // namespace whoosh::room
