#include "net/connection.h"

#include <algorithm>

#include "base/assert.h"

namespace whoosh::net {

Connection* ConnectionTable::take() {
  if (size_ >= connections_max_) return nullptr;
  std::uint32_t slot = free_;
  if (slot != Connection::nowhere) {
    free_ = at(slot).wheel_next;
  } else {
    slot = slots_++;
    if (slot / chunk_size == chunks_.size()) {
      chunks_.push_back(std::make_unique<Connection[]>(chunk_size));
    }
  }
  ++size_;
  Connection& connection = at(slot);
  const std::uint32_t generation = connection.generation;
  connection = Connection{};
  connection.slot = slot;
  connection.generation = generation;
  connection.state = ConnectionState::Head;
  return &connection;
}

void ConnectionTable::give_back(Connection& connection) {
  ASSERT(connection.in.data == nullptr);
  ASSERT(connection.out.data == nullptr);
  ASSERT(!connection.on_wheel);
  // Zero is left out, so that no ConnId is ever 0; all ones, because the loop's own events use it.
  connection.generation = connection.generation >= 0xfffffffe ? 1 : connection.generation + 1;
  connection.state = ConnectionState::Free;
  connection.wheel_next = free_;
  free_ = connection.slot;
  --size_;
}

Connection* ConnectionTable::find(base::ConnId id) {
  const auto slot = static_cast<std::uint32_t>(id.value);
  if (slot >= slots_) return nullptr;
  Connection& connection = at(slot);
  const bool same = connection.generation == id.value >> 32;
  return same && connection.state != ConnectionState::Free ? &connection : nullptr;
}

DeadlineWheel::DeadlineWheel(ConnectionTable& table)
    : table_(table), heads_(ticks, Connection::nowhere) {}

void DeadlineWheel::schedule(Connection& connection, std::uint32_t now_ms, std::uint32_t at_ms) {
  const auto ahead_ms = std::max<std::int32_t>(0, static_cast<std::int32_t>(at_ms - now_ms));
  const std::uint32_t ahead =
      std::min<std::uint32_t>(static_cast<std::uint32_t>(ahead_ms) / tick_ms + 1, ticks - 1);
  const std::uint32_t tick = tick_ + ahead;
  if (connection.on_wheel) {
    if (static_cast<std::int32_t>(connection.wheel_tick - tick) <= 0) return;
    remove(connection);
  }
  std::uint32_t& head = heads_[tick % ticks];
  connection.wheel_tick = tick;
  connection.wheel_previous = Connection::nowhere;
  connection.wheel_next = head;
  if (head != Connection::nowhere) table_.at(head).wheel_previous = connection.slot;
  head = connection.slot;
  connection.on_wheel = true;
}

void DeadlineWheel::remove(Connection& connection) {
  if (!connection.on_wheel) return;
  if (connection.wheel_previous == Connection::nowhere) {
    heads_[connection.wheel_tick % ticks] = connection.wheel_next;
  } else {
    table_.at(connection.wheel_previous).wheel_next = connection.wheel_next;
  }
  if (connection.wheel_next != Connection::nowhere) {
    table_.at(connection.wheel_next).wheel_previous = connection.wheel_previous;
  }
  connection.wheel_next = connection.wheel_previous = Connection::nowhere;
  connection.on_wheel = false;
}

}  // namespace whoosh::net
