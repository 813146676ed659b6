// Loop, TLS: between what the engine receives and what the loop understands, and between what it
// says and what the engine sends. One place above both engines; everything else of a Loop sees
// plain bytes.
//
// Received: records of one read are opened into one buffer of the loop, and handled as one read.
// Sent: `out` is plain until the end of the turn; flush() then seals all of it at once, in place,
// so that limits, batches and partial sends are what they are without TLS.
//
// A handshake costs a signature, a thousand times the cost of a message. So its reads wait in a
// queue of which a turn does handshake_steps_per_turn_max: a storm makes newcomers wait, never a
// tick. Above handshakes_max under way, the one that began first is dropped: honest ones take a
// round trip, so what is oldest is what stalls.
#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "net/loop.h"

namespace whoosh::net {
namespace {

constexpr char handshake_record = 0x16;  // RFC 8446 section 5.1
// What sessions say by themselves, beyond out_bytes_max. A peer can ask for answers that he does
// not read: each key update has one (RFC 8446 section 4.6.3). Above: dropped, as a flood.
constexpr std::size_t said_bytes_max = tls::record_bytes_max;

}  // namespace

std::string_view tls_refusal() {
  // An alert record in the clear, allowed before the handshake: fatal, internal_error.
  static constexpr char alert[] = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x50};
  return {alert, sizeof alert};
}

void Loop::set_tls(tls::ContextPtr context) {
  ASSERT(context != nullptr && tls_ != nullptr);
  tls_ = std::move(context);
}

Guard& Loop::guard(const Connection& connection) {
  if (connection.slot >= guards_.size()) guards_.resize(connection.slot + 1);
  return guards_[connection.slot];
}

// True: nothing that it could understand may be said to it.
bool Loop::is_mute(const Connection& connection) {
  if (tls_ == nullptr) return false;
  const Speech speech = guard(connection).speech;
  return speech == Speech::Unknown || speech == Speech::Shaking;
}

bool Loop::shakes_hands(const Connection& connection) {
  return connection.state == ConnectionState::Head && is_mute(connection);
}

// ---- the handshake's turn ----------------------------------------------------------------------

void Loop::queue_handshake(Connection& connection) {
  Guard& mine = guard(connection);
  if (mine.queued) return;
  mine.queued = true;
  handshakes_.push_back(connection.id());
}

void Loop::shake_hands() {
  if (handshakes_.empty()) return;
  const std::size_t steps =
      std::min<std::size_t>(handshakes_.size(), options_.handshake_steps_per_turn_max);
  for (std::size_t i = 0; i < steps; ++i) {
    Connection* const connection = table_.find(handshakes_.front());
    handshakes_.pop_front();
    if (connection == nullptr || connection->state != ConnectionState::Head) continue;
    Guard& mine = guard(*connection);
    mine.queued = false;
    if (std::exchange(mine.parked, false))
      watch(*connection, Reading::Ready, connection->waits_writable());
    if (connection->state == ConnectionState::Head) readable(*connection);
  }
  // Who waits is not watched, or the kernel would tell of him in every turn.
  for (auto at = handshakes_.rbegin(); at != handshakes_.rend(); ++at) {
    Connection* const connection = table_.find(*at);
    if (connection == nullptr || connection->state != ConnectionState::Head) continue;
    Guard& mine = guard(*connection);
    if (mine.parked) break;  // and so are all that came before it
    mine.parked = true;
    watch(*connection, Reading::Off, connection->waits_writable());
  }
  counters_.tls_waiting.set(handshakes_.size());
}

// The first byte tells who speaks TLS.
void Loop::greet(Connection& connection, char first) {
  Guard& mine = guard(connection);
  if (first != handshake_record) {
    mine.speech = Speech::Plain;
    return;
  }
  if (shaking_ >= options_.handshakes_max) drop_oldest_handshake();
  mine.speech = Speech::Shaking;
  mine.session = tls::Session::server(*tls_);
  connection.guarded = true;
  ++shaking_;
  begun_.push_back(connection.id());
}

bool Loop::is_shaking(ConnId id) {
  const Connection* const connection = table_.find(id);
  return connection != nullptr && connection->state == ConnectionState::Head &&
         guard(*connection).speech == Speech::Shaking;
}

void Loop::drop_oldest_handshake() {
  while (!begun_.empty()) {
    const ConnId id = begun_.front();
    begun_.pop_front();
    if (!is_shaking(id)) continue;
    counters_.tls_evicted.add();
    return drop(*table_.find(id), close_code::abnormal);
  }
}

void Loop::shaken(Connection& connection) {
  Guard& mine = guard(connection);
  mine.speech = Speech::Sealed;
  --shaking_;
  while (!begun_.empty() && !is_shaking(begun_.front())) begun_.pop_front();
  counters_.tls_handshakes.add();
  if (mine.session.is_resumed()) counters_.tls_resumed.add();
}

// ---- in ----------------------------------------------------------------------------------------

void Loop::unseal(Connection& connection, std::span<char> received) {
  if (connection.state == ConnectionState::Lingering) return;  // thrown away
  Guard& mine = guard(connection);
  const auto taken = mine.session.take(exchange_, received, plain_);
  if (mine.speech == Speech::Shaking && mine.session.is_established()) shaken(connection);
  const std::size_t said = exchange_.sealed().size();
  const std::size_t waiting = connection.out.size - connection.out_begin;
  if (said > 0 && waiting + said > options_.out_bytes_max + said_bytes_max) {
    counters_.floods.add();
    exchange_.clear();
    return drop(connection, close_code::policy);
  }
  if (put_sealed(connection)) mark_dirty(connection);
  if (connection.state == ConnectionState::Dead) return;
  // What records cost beside their contents counts as flood, too.
  if (received.size() > taken.bytes && connection.state == ConnectionState::Open)
    connection.flood_bytes += static_cast<std::uint32_t>(received.size() - taken.bytes);
  if (taken.bytes > 0 || connection.state == ConnectionState::Open)
    on_plain(connection, {plain_.data(), taken.bytes});
  if (connection.state == ConnectionState::Dead) return;
  if (taken.end == tls::Session::End::Failed) return tls_failed(connection);
  if (taken.end != tls::Session::End::Closed) return;
  if (!connection.is_relayed()) return on_no_bytes(connection, 0);
  if (!connection.read_ended) relay_end(connection);
}

// The alert that says why is in `out` already, and nothing can come behind it.
void Loop::tls_failed(Connection& connection) {
  counters_.tls_failures.add();
  if (connection.state == ConnectionState::Lingering || connection.is_relayed())
    return drop(connection, close_code::abnormal);
  if (connection.state == ConnectionState::Open) end_open(connection, close_code::abnormal);
  connection.out.size = std::max(guard(connection).sealed_end, connection.out_begin);
  linger(connection, true);
}

// ---- out ---------------------------------------------------------------------------------------

// What a session wants sent goes before whatever is not sealed yet. True: there was something.
bool Loop::put_sealed(Connection& connection) {
  const std::string_view sealed = exchange_.sealed();
  if (sealed.empty()) return false;
  const bool room = make_room(connection, sealed.size());
  if (room) {
    Guard& mine = guard(connection);
    Buffer& out = connection.out;
    char* const at = out.data + mine.sealed_end;
    std::memmove(at + sealed.size(), at, out.size - mine.sealed_end);
    std::memcpy(at, sealed.data(), sealed.size());
    out.size += static_cast<std::uint32_t>(sealed.size());
    mine.sealed_end += static_cast<std::uint32_t>(sealed.size());
  }
  exchange_.clear();
  return room;
}

// All that is in `out` becomes records, and behind the last of them is said that it was the last.
void Loop::seal(Connection& connection) {
  Guard& mine = guard(connection);
  if (mine.speech != Speech::Sealed) return;
  Buffer& out = connection.out;
  const std::string_view plain(out.data + mine.sealed_end, out.size - mine.sealed_end);
  const bool sealed = mine.session.seal(exchange_, plain);
  const bool last = connection.state == ConnectionState::Lingering || connection.shut_when_sent;
  if (sealed && last) mine.session.close(exchange_);
  out.size = mine.sealed_end;
  put_sealed(connection);
  // After a failure its alert is the end: tls_failed() has said so, and there is no plain text.
  if (!sealed && !plain.empty()) drop(connection, close_code::abnormal);
}

void Loop::release_out(Connection& connection) {
  if (connection.guarded) guard(connection).sealed_end = 0;
  buffers_.release(connection.out);
  connection.out_begin = 0;
}

void Loop::forget_guard(Connection& connection) {
  if (tls_ == nullptr || connection.slot >= guards_.size()) return;
  Guard& mine = guards_[connection.slot];
  if (mine.speech == Speech::Shaking) --shaking_;
  mine = Guard{};
}

}  // namespace whoosh::net
