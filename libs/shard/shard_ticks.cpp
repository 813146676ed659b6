// Shard: time. The wheel, the end of a turn, tokens that run out.
#include <algorithm>
#include <cstdlib>

#include "shard/impl.h"

namespace whoosh::shard {
namespace {

constexpr std::uint8_t expiry_every_ticks = 10;
constexpr std::int64_t lobby_sweep_every_ms = 10'000;

}  // namespace

void Shard::Impl::run_due() {
  follow_wall_clock();
  const std::int64_t now = clock_.monotonic_ms();
  counters_.ticks_skipped += wheel_.skip(now, catch_up_ticks_max) * wheel_.size();
  while (wheel_.cursor_due_ms() <= now) {
    const std::int64_t due = wheel_.cursor_due_ms();
    due_ = wheel_.at_cursor();
    wheel_.advance();
    for (Resident* resident : due_) {
      if (!resident->gone) tick(*resident, due, now);
    }
  }
  sweep_lobby(now);
  flush();
}

void Shard::Impl::tick(Resident& resident, std::int64_t due_ms, std::int64_t now_ms) {
  const std::int64_t late = now_ms - due_ms;
  ++counters_.ticks;
  if (late > late_ms) ++counters_.ticks_late;
  const auto bucket = std::lower_bound(lateness_bounds_ms.begin(), lateness_bounds_ms.end(), late);
  ++counters_.lateness[static_cast<std::size_t>(bucket - lateness_bounds_ms.begin())];
  counters_.lateness_sum_ms += static_cast<std::uint64_t>(late);
  resident.due_ms = due_ms;
  Turn now = turn(resident);
  resident.room->tick(now, unix_of(due_ms));
  after_room(resident);
  if (++resident.ticks < expiry_every_ticks) return;
  resident.ticks = 0;
  if (!resident.gone) expire_tokens(resident);
}

std::optional<std::int64_t> Shard::Impl::next_due_ms() const {
  std::optional<std::int64_t> next = wheel_.next_due_ms();
  if (!lobby_.empty()) next = std::min(next.value_or(lobby_sweep_ms_), lobby_sweep_ms_);
  return next;
}

// First the changes, then who needs everything: it contains them.
void Shard::Impl::flush() {
  while (!welcomes_.empty() || !dirty_.empty()) {
    flushing_.swap(dirty_);
    for (Resident* resident : flushing_) {
      resident->dirty = false;
      if (resident->gone) continue;
      Turn now = turn(*resident);
      resident->room->flush(now);
      after_room(*resident);
    }
    flushing_.clear();
    welcoming_.swap(welcomes_);
    for (Session* session : welcoming_) {
      if (session->gone || !session->needs_welcome) continue;
      welcome(*session);
      if (session->home != nullptr) after_room(*session->home);
    }
    welcoming_.clear();
  }
  scratch_.saved.clear();
}

// Wall time serves people's clocks only. Small corrections are left alone: they would move every
// `ends_at`.
void Shard::Impl::follow_wall_clock() {
  const std::int64_t offset = clock_.now().value - clock_.monotonic_ms();
  if (std::abs(offset - wall_offset_ms_) <= clock_jump_ms) return;
  wall_offset_ms_ = offset;
  ++counters_.clock_jumps;
}

// Nobody is thrown out of a match because his token ran out; he is told afterwards.
void Shard::Impl::expire_tokens(Resident& resident) {
  if (resident.room->match_is_on()) return;
  const UnixMs now = unix_now();
  std::vector<Session*> expired;
  const auto look = [&](Session* session) {
    if (session != nullptr && session->has_expired(now)) expired.push_back(session);
  };
  std::for_each(resident.seated.begin(), resident.seated.end(), look);
  if (resident.watched_by != nullptr) {
    std::ranges::for_each(resident.watched_by->live, look);
    std::ranges::for_each(resident.watched_by->crowd, look);
  }
  for (Session* session : expired) {
    const ConnId conn = session->conn;
    ++counters_.closed_expired;
    on_closed(conn);
    sink_.close(conn, wire::Close::token_expired,
                "Your sign-in has expired. Refresh it and come back.");
  }
}

void Shard::Impl::sweep_lobby(std::int64_t now_ms) {
  if (now_ms < lobby_sweep_ms_) return;
  lobby_sweep_ms_ = now_ms + lobby_sweep_every_ms;
  const UnixMs now = unix_now();
  std::vector<Session*> expired;
  for (const auto& [user, session] : lobby_) {
    if (session->has_expired(now)) expired.push_back(session);
  }
  for (Session* session : expired) {
    ++counters_.closed_expired;
    close_session(*session, wire::Close::token_expired,
                  "Your sign-in has expired. Refresh it and come back.");
  }
}

}  // namespace whoosh::shard
