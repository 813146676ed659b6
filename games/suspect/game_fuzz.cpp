// Fuzz target: whatever bytes come as payloads of Suspect's messages, at whatever moment, no rule
// breaks and the match ends with a result. The input is a script of bytes: what happens, who, which
// message, the payload's length and the payload.
#include <array>
#include <cstdint>

#include "games/contract/driver.h"
#include "games/suspect/game.h"

namespace {

using namespace whoosh;
using games::contract::Driver;
using rules::Leave;

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  [[nodiscard]] bool empty() const { return left_ == 0; }
  std::uint8_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  std::string_view text(std::size_t size) {
    size = std::min(size, left_);
    const std::string_view out(reinterpret_cast<const char*>(data_), size);
    data_ += size;
    left_ -= size;
    return out;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

void event(Driver& driver, Bytes& bytes) {
  const std::uint8_t what = bytes.byte();
  const base::Seat seat{static_cast<std::uint8_t>(bytes.byte() % driver.table().size())};
  const bool human = !driver.table().seats[seat.value].bot;
  if (what < 40) {
    for (int i = 0; i <= what && !driver.outcome(); ++i) driver.tick();
  } else if (what < 45) {
    if (human) driver.leave(seat, static_cast<Leave::Why>(what % 3));
  } else if (what < 50) {
    if (human) driver.join(seat);
  } else {
    const auto& messages = driver.game().info().messages;
    const std::string_view type = messages[bytes.byte() % messages.size()].type;
    const std::int32_t ms = bytes.byte() * 4;
    const auto answer = driver.input(seat, type, bytes.text(bytes.byte()), ms);
    if (!answer && base::error_name(answer.error().code).empty()) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const std::size_t seats = 4 + bytes.byte() % 7;
  const std::size_t bots = bytes.byte() % seats;
  rules::Start start;
  start.settings.filter = static_cast<rules::Filter>(bytes.byte() % 3);
  Driver driver(games::suspect::game(), games::contract::make_table(seats - bots, bots), start,
                bytes.byte());
  while (!bytes.empty() && !driver.outcome()) event(driver, bytes);
  base::JsonParser parser(256 * 1024);
  for (std::uint8_t seat = 0; seat < seats; ++seat) {
    if (!parser.parse(driver.view({base::Seat{seat}}))) __builtin_trap();
  }
  if (!parser.parse(driver.view({}))) __builtin_trap();
  driver.tick_until(games::suspect::match_s);
  if (!driver.outcome()) __builtin_trap();
  return 0;
}
