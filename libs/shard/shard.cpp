// Shard: rooms and their ends; the public class forwards to Impl.
#include "shard/shard.h"

#include <algorithm>

#include "base/assert.h"
#include "shard/impl.h"

namespace whoosh::shard {

Shard::Impl::Impl(base::ShardNo number, Options options, runtime::Clock& clock,
                  runtime::Entropy& entropy, FrameSink& sink, Owner& owner)
    : number_(number),
      options_(options),
      clock_(clock),
      entropy_(entropy),
      sink_(sink),
      owner_(owner),
      parser_(wire::frame_bytes_max, wire::json_depth_max),
      empty_parser_(64),
      wheel_(clock.monotonic_ms(), options.tick_ms),
      wall_offset_ms_(clock.now().value - clock.monotonic_ms()) {
  ASSERT(options.audience <= audience_max);
  const auto empty = empty_parser_.parse("{}");
  ASSERT(empty.has_value());
  empty_object_ = *empty;
}

Shard::Impl::~Impl() = default;

// ---- rooms ------------------------------------------------------------------------------------

Result<> Shard::Impl::create_room(RoomSpec spec) {
  ASSERT(spec.game != nullptr);
  if (draining_) return ErrorCode::draining;
  if (residents_.size() >= options_.rooms) return ErrorCode::unavailable;
  if (find(spec.id) != nullptr) return ErrorCode::conflict;
  const auto slot = static_cast<std::uint8_t>(
      static_cast<std::uint32_t>(spec.id.value * 0x9e3779b97f4a7c15ull >> 32) % wheel_slots);
  auto resident = std::make_unique<Resident>(*this, slot);
  if (wheel_.size() == 0) wheel_.idle_to(clock_.monotonic_ms());
  resident->due_ms = wheel_.next_due_ms(slot) - options_.tick_ms;
  const std::uint64_t key = spec.id.value;
  const room::RoomOptions room_options{options_.tick_ms, options_.audience, options_.log_bytes};
  const room::Fresh fresh{entropy_.u64(), MatchId::make(entropy_.u64(), entropy_.u64())};
  auto made =
      Room::make(std::move(spec), room_options, unix_of(resident->due_ms), entropy_.u64(), fresh);
  if (!made) return made.error();
  resident->room = std::move(*made);
  wheel_.add(slot, resident.get());
  residents_.emplace(key, std::move(resident));
  ++counters_.rooms;
  ++counters_.rooms_made;
  return {};
}

Resident* Shard::Impl::find(RoomId room) const {
  const auto found = residents_.find(room.value);
  return found == residents_.end() || found->second->gone ? nullptr : found->second.get();
}

void Shard::Impl::after_room(Resident& resident) {
  if (resident.gone) return;
  Room& room = *resident.room;
  if (room.needs_fresh()) {
    room.fresh({entropy_.u64(), MatchId::make(entropy_.u64(), entropy_.u64())});
    ++counters_.matches_started;
  }
  if (auto finished = room.take_finished()) report(resident, std::move(*finished));
  if (room.closed())
    end_room(resident);
  else if (room.needs_flush())
    mark_dirty(resident);
}

void Shard::Impl::report(Resident& resident, room::Finished finished) {
  const room::RoomIdentity& spec = resident.room->spec();
  match::MatchRecord record;
  record.id = finished.match;
  record.room = spec.id;
  record.epoch = spec.epoch;
  record.game = std::string(spec.game->info().key);
  record.started_at = finished.started_at;
  record.ended_at = finished.ended_at;
  record.played_s = finished.played_s;
  record.matchmade = spec.matchmade;
  record.is_void = finished.is_void;
  for (room::FinishedSeat& from : finished.seats) {
    match::SeatRecord seat;
    seat.user = from.user;
    seat.public_id = std::move(from.id);
    seat.name = std::move(from.name);
    seat.placement = from.result.placement;
    seat.score = from.result.score;
    seat.team = from.result.team;
    seat.is_winner = from.result.winner;
    seat.feat = from.result.feat;
    seat.activity_percent = from.result.activity_percent;
    seat.abandoned = from.abandoned;
    seat.played_s = from.played_s;
    record.seats.push_back(std::move(seat));
  }
  ++counters_.matches_finished;
  if (record.is_void) ++counters_.matches_void;
  if (resident.room->log_truncated()) ++counters_.logs_truncated;
  if (owner_.wants_logs()) owner_.match_logged(spec.id, record.id, resident.room->log());
  owner_.match_finished(std::move(record));
}

void Shard::Impl::settled(RoomId room, MatchId match, const Result<match::Settlement>& settlement) {
  if (!settlement) return;  // GAME_OVER goes without it when the wait is over
  Resident* resident = find(room);
  std::vector<room::SettledPlayer> players;
  for (const match::PlayerAfter& player : settlement->players) {
    players.push_back({player.user, player.elo_before, player.elo_after, player.xp_gained,
                       player.coins_gained, player.level_after});
  }
  if (resident == nullptr) {
    ++counters_.settlements_late;
    return;
  }
  Turn now = turn(*resident);
  if (!resident->room->settled(now, match, settlement->rated, players))
    ++counters_.settlements_late;
  after_room(*resident);
}

// REQUIRES: the room is closed. Its people go, its owner hears; memory goes at the end of the call.
void Shard::Impl::end_room(Resident& resident) {
  const Room& room = *resident.room;
  resident.gone = true;
  const auto close_list = [&](std::vector<Session*> list) {
    for (Session* session : list) close_session(*session, room.close_code(), room.close_why());
  };
  for (Session* session : resident.seated) {
    if (session != nullptr) close_session(*session, room.close_code(), room.close_why());
  }
  if (resident.watched_by != nullptr) {
    close_list(resident.watched_by->live);
    close_list(resident.watched_by->crowd);
  }
  wheel_.remove(resident.slot, &resident);
  --counters_.rooms;
  ++counters_.rooms_closed;
  const room::RoomIdentity& spec = room.spec();
  if (!room.broken().empty()) {
    ++counters_.rooms_broken;
    owner_.room_broken(spec.id, room.broken(), room.log());
  }
  owner_.room_closed(spec.id, spec.epoch, room.close_why());
  const auto found = residents_.find(spec.id.value);
  dead_residents_.push_back(std::move(found->second));
  residents_.erase(found);
}

void Shard::Impl::close_all(wire::Close code, std::string_view reason) {
  std::vector<Resident*> all;
  for (const auto& [id, resident] : residents_) all.push_back(resident.get());
  for (Resident* resident : all) {
    resident->room->close(code, reason);
    after_room(*resident);
  }
  std::vector<Session*> left;
  for (const auto& [user, session] : lobby_) left.push_back(session);
  for (Session* session : left) close_session(*session, code, reason);
}

void Shard::Impl::mark_dirty(Resident& resident) {
  if (resident.dirty || resident.gone) return;
  resident.dirty = true;
  dirty_.push_back(&resident);
}

void Shard::Impl::end_of_call() {
  while (!settled_in_call_.empty() || !closed_in_call_.empty()) {
    for (const auto& late : std::exchange(settled_in_call_, {}))
      settled(late.room, late.match, late.settlement);
    for (const ConnId conn : std::exchange(closed_in_call_, {})) on_closed(conn);
  }
  if (dead_sessions_.empty() && dead_residents_.empty()) return;
  std::erase_if(dirty_, [](const Resident* resident) { return resident->gone; });
  std::erase_if(welcomes_, [](const Session* session) { return session->gone; });
  for (Session* session : dead_sessions_) sessions_.free(*session);
  dead_sessions_.clear();
  dead_residents_.clear();
}

// ---- Resident: what a room says ---------------------------------------------------------------

void Resident::send(Targets to, std::string_view json, Kind kind) {
  const bool is_tick = kind == Kind::tick;
  std::vector<ConnId>& conns = shard.conns_;
  conns.clear();
  const auto add = [&](const Session& session) {
    if (is_tick && !session.wants_ticks) return;
    if (session.hears())
      conns.push_back(session.conn);
    else
      ++shard.counters_.dropped;
  };
  for (std::uint8_t i = 0; i < room::places_max; ++i) {
    if (to.has(Place{i}) && seated[i] != nullptr) add(*seated[i]);
  }
  if (watched_by != nullptr && (to.bits & Targets::live_bit) != 0) {
    for (const Session* session : watched_by->live) add(*session);
  }
  if (watched_by != nullptr && (to.bits & Targets::crowd_bit) != 0) {
    for (const Session* session : watched_by->crowd) add(*session);
  }
  if (conns.size() == 1)
    shard.sink_.send(conns.front(), json);
  else if (!conns.empty())
    shard.sink_.broadcast(conns, json);
}

void Resident::close(Place place, wire::Close code, std::string_view reason) {
  if (code == wire::Close::kicked) ++shard.counters_.kicked;
  if (seated[place.value] != nullptr) shard.close_session(*seated[place.value], code, reason);
}

void Resident::places_open() {
  shard.promote_latecomers(*this);
}

// ---- the public face --------------------------------------------------------------------------

Shard::Shard(base::ShardNo number, Options options, runtime::Clock& clock,
             runtime::Entropy& entropy, FrameSink& sink, Owner& owner)
    : impl_(std::make_unique<Impl>(number, options, clock, entropy, sink, owner)) {}
Shard::~Shard() = default;

Result<> Shard::create_room(RoomSpec spec) {
  return impl_->create_room(std::move(spec));
}

Result<wire::RoomCard> Shard::card(RoomId room) const {
  const Resident* resident = impl_->find(room);
  if (resident == nullptr) return ErrorCode::room_not_found;
  return resident->room->card();
}

std::vector<RoomId> Shard::rooms() const {
  std::vector<RoomId> out;
  for (const auto& [id, resident] : impl_->residents_) out.push_back(RoomId{id});
  std::sort(out.begin(), out.end());
  return out;
}

Result<> Shard::close_room(RoomId room, std::string_view why) {
  const Impl::Call call(*impl_);
  Resident* resident = impl_->find(room);
  if (resident == nullptr) return ErrorCode::room_not_found;
  resident->room->close(wire::Close::room_closed, why);
  impl_->after_room(*resident);
  return {};
}

void Shard::settled(RoomId room, MatchId match, Result<match::Settlement> settlement) {
  if (impl_->depth_ > 0) {
    impl_->settled_in_call_.push_back({room, match, std::move(settlement)});
    return;
  }
  const Impl::Call call(*impl_);
  impl_->settled(room, match, settlement);
}

Result<wire::Role> Shard::check(const Admission& admission) {
  return impl_->check(admission);
}
Result<wire::Role> Shard::admit(const Admission& admission) {
  const Impl::Call call(*impl_);
  return impl_->admit(admission);
}
Result<> Shard::check_lobby() const {
  return impl_->check_lobby();
}
void Shard::admit_lobby(ConnId conn, const Identity& who, std::optional<UnixMs> token_expires) {
  const Impl::Call call(*impl_);
  impl_->admit_lobby(conn, who, token_expires);
}

bool Shard::notify(UserId user, std::string_view json_text) {
  const Impl::Call call(*impl_);
  const auto found = impl_->lobby_.find(user.value);
  if (found == impl_->lobby_.end()) return false;
  impl_->send_to(*found->second, json_text);
  return true;
}

void Shard::on_text(ConnId conn, std::span<char> text) {
  const Impl::Call call(*impl_);
  impl_->on_text(conn, {text.data(), text.size()});
}

void Shard::on_closed(ConnId conn) {
  if (impl_->depth_ > 0) {
    impl_->closed_in_call_.push_back(conn);
    return;
  }
  const Impl::Call call(*impl_);
  impl_->on_closed(conn);
}

void Shard::on_overflow(ConnId conn) {
  Session* session = impl_->session_of(conn);
  if (session == nullptr || session->full) return;
  session->full = true;
  ++impl_->counters_.overflows;
}

void Shard::on_drained(ConnId conn) {
  Session* session = impl_->session_of(conn);
  if (session == nullptr || !session->full) return;
  session->full = false;
  impl_->want_welcome(*session);
}

std::size_t Shard::end_user(UserId user, wire::Close code, std::string_view reason) {
  const Impl::Call call(*impl_);
  return impl_->end_user(user, code, reason);
}

std::size_t Shard::revoke(std::span<const Revocation> revoked) {
  const Impl::Call call(*impl_);
  const std::size_t closed = impl_->revoke(revoked);
  impl_->flush();
  return closed;
}

void Shard::run_due() {
  const Impl::Call call(*impl_);
  impl_->run_due();
}
std::optional<std::int64_t> Shard::next_due_ms() const {
  return impl_->next_due_ms();
}
void Shard::flush() {
  const Impl::Call call(*impl_);
  impl_->flush();
}

void Shard::set_draining(bool draining) {
  impl_->draining_ = draining;
}
void Shard::set_full(bool full) {
  impl_->full_ = full;
}
void Shard::close_all(wire::Close code, std::string_view reason) {
  const Impl::Call call(*impl_);
  impl_->close_all(code, reason);
}

base::ShardNo Shard::number() const {
  return impl_->number_;
}
const Counters& Shard::counters() const {
  return impl_->counters_;
}

}  // namespace whoosh::shard
