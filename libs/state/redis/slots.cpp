#include "state/redis/slots.h"

#include <algorithm>
#include <charconv>

namespace whoosh::state::redis {

namespace {

constexpr std::uint16_t crc_polynomial = 0x1021;

constexpr std::array<std::uint16_t, 256> crc_table = [] {
  std::array<std::uint16_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 0x8000) != 0 ? crc << 1 ^ crc_polynomial : crc << 1;
    }
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::uint16_t slot_of(std::string_view key) {
  if (const std::size_t open = key.find('{'); open != std::string_view::npos) {
    const std::size_t close = key.find('}', open + 1);
    if (close != std::string_view::npos && close > open + 1) {
      key = key.substr(open + 1, close - open - 1);
    }
  }
  std::uint32_t crc = 0;
  for (const char letter : key) {
    const auto byte = static_cast<unsigned char>(letter);
    crc = (crc << 8 & 0xffff) ^ crc_table[(crc >> 8 ^ byte) & 0xff];
  }
  return static_cast<std::uint16_t>(crc % slot_count);
}

bool SlotMap::read(const Value& slots, const Endpoint& asked) {
  SlotMap fresh;
  for (const Value& range : slots.items) {
    const auto first = range.at(0).number();
    const auto last = range.at(1).number();
    const auto port = range.at(2).at(1).number();
    if (!first || !last || !port) return false;
    if (*first < 0 || *last >= slot_count || *first > *last) return false;
    if (*port < 1 || *port > 65'535) return false;
    const std::string& host = range.at(2).at(0).text;
    const bool is_unknown = host.empty() || host == "?";
    const std::uint16_t index =
        fresh.index_of({is_unknown ? asked.host : host, static_cast<std::uint16_t>(*port)});
    std::fill(fresh.owners_.begin() + *first, fresh.owners_.begin() + *last + 1, index);
  }
  if (fresh.nodes_.empty()) return false;
  *this = std::move(fresh);
  return true;
}

const Endpoint* SlotMap::node_of(std::uint16_t slot) const {
  const std::uint16_t index = owners_[slot % slot_count];
  return index == 0 ? nullptr : &nodes_[index - 1U];
}

void SlotMap::move(std::uint16_t slot, const Endpoint& to) {
  owners_[slot % slot_count] = index_of(to);
}

std::uint16_t SlotMap::index_of(const Endpoint& node) {
  auto found = std::find(nodes_.begin(), nodes_.end(), node);
  if (found == nodes_.end()) found = nodes_.insert(nodes_.end(), node);
  return static_cast<std::uint16_t>(found - nodes_.begin() + 1);
}

std::optional<Redirection> parse_redirection(const Value& error, const Endpoint& asked) {
  Redirection redirection;
  redirection.is_ask = error.error_word() == "ASK";
  if (!redirection.is_ask && error.error_word() != "MOVED") return std::nullopt;
  std::string_view rest = std::string_view(error.text).substr(error.error_word().size());
  if (!rest.starts_with(' ')) return std::nullopt;
  rest.remove_prefix(1);
  const std::size_t space = rest.find(' ');
  const auto slot = number(rest.substr(0, space));
  if (!slot || *slot < 0 || *slot >= slot_count || space == std::string_view::npos) {
    return std::nullopt;
  }
  rest.remove_prefix(space + 1);
  const std::size_t colon = rest.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : number(rest.substr(colon + 1));
  if (!port || *port < 1 || *port > 65'535) return std::nullopt;
  redirection.slot = static_cast<std::uint16_t>(*slot);
  redirection.to = {std::string(rest.substr(0, colon)), static_cast<std::uint16_t>(*port)};
  if (redirection.to.host.empty()) redirection.to.host = asked.host;
  return redirection;
}

}  // namespace whoosh::state::redis
