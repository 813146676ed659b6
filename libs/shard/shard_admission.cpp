// Shard: who comes in, who goes.
#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/encoding.h"
#include "shard/impl.h"

namespace whoosh::shard {
namespace {

std::optional<room::ResumeToken> resume_token(std::string_view text) {
  const auto bytes = base::base64url_decode(text);
  if (!bytes || bytes->size() != room::resume_bytes) return std::nullopt;
  room::ResumeToken token;
  std::memcpy(token.data(), bytes->data(), token.size());
  return token;
}

base::Error full_error() {
  base::Error error{ErrorCode::unavailable, "This game server is full. Try again in a moment."};
  error.retry_after_s = full_retry_s;
  return error;
}

}  // namespace

// ---- before the 101 ---------------------------------------------------------------------------

Result<wire::Role> Shard::Impl::check(const Admission& admission) {
  if (used_tickets_.full(unix_now()) && admission.ticket) return ErrorCode::unavailable;
  const Resident* resident = find(admission.room);
  Result<wire::Role> role = check_room(admission, resident);
  if (!role && depth_ == 0) ++counters_.admission_refused[role.error().code];
  return role;
}

Result<wire::Role> Shard::Impl::check_room(const Admission& admission,
                                           const Resident* resident) const {
  const bool at_home = resident != nullptr && place_of(admission, *resident->room) != no_place;
  if (draining_ && !at_home) return ErrorCode::draining;
  // Who has a seat finds it, whatever: there are no more of them than seats.
  if (!at_home && (full_ || sessions_.size() >= options_.sessions)) return full_error();
  if (admission.ticket) {
    if (admission.ticket->empty() || admission.ticket->size() > ticket_id_bytes_max)
      return ErrorCode::bad_ticket;
    if (used_tickets_.contains(*admission.ticket)) return ErrorCode::bad_ticket;
  }
  if (admission.resume) {
    if (!resume_token(*admission.resume)) return ErrorCode::bad_resume;
    if (resident == nullptr) return ErrorCode::room_not_found;
    if (!at_home) return ErrorCode::bad_resume;
    return wire::Role::player;
  }
  if (admission.who.user.value == 0) return ErrorCode::unauthorized;
  if (resident == nullptr) return ErrorCode::room_not_found;
  return resident->room->check(admission.who.user, admission.role);
}

// The place that is this person's already.
Place Shard::Impl::place_of(const Admission& admission, const Room& room) const {
  if (!admission.resume) {
    return admission.role == wire::Role::player ? room.find(admission.who.user) : no_place;
  }
  const auto token = resume_token(*admission.resume);
  return token ? room.find(*token) : no_place;
}

// ---- after it ---------------------------------------------------------------------------------

Result<wire::Role> Shard::Impl::admit(const Admission& admission) {
  const UnixMs now = unix_now();
  const Result<wire::Role> role = check(admission);
  if (!role) {
    ++counters_.admission_refused[role.error().code];
    sink_.close(admission.conn, wire::Close::try_again, role.error().sentence());
    return role;
  }
  ASSERT(session_of(admission.conn) == nullptr);
  if (admission.ticket) used_tickets_.add(*admission.ticket, admission.ticket_expires, now);
  Resident& resident = *find(admission.room);
  const UserId user = admission.resume
                          ? resident.room->person(place_of(admission, *resident.room)).user
                          : admission.who.user;
  if (*role != wire::Role::screen) {
    const auto found = watchers_.find(WatchKey{admission.room.value, user.value});
    if (found != watchers_.end()) replace(found->second);
  }
  Place place = no_place;
  if (*role == wire::Role::player) place = take_seat(resident, admission);
  if (resident.room->closed()) {
    sink_.close(admission.conn, resident.room->close_code(), resident.room->close_why());
    after_room(resident);
    return ErrorCode::internal;
  }
  // Who comes back by a resume token is who was given it, at an unknown time.
  const Credential credential =
      admission.resume
          ? Credential{resident.holders[place.value], UnixMs{}, admission.token_expires}
          : Credential{admission.who.session, admission.who.issued_at, admission.token_expires};
  Session& session = open_session(admission.conn, user, &resident, credential);
  session.role = *role;
  session.wants_ticks = admission.wants_ticks;
  if (place != no_place) {
    session.place = place;
    resident.seated[place.value] = &session;
    ++counters_.players;
  } else {
    bind_watcher(session, admission.who);
    const bool late = admission.role == wire::Role::player && !resident.room->spec().matchmade;
    auto& latecomers = resident.watchers().latecomers;
    if (late && latecomers.size() < latecomers_max) latecomers.push_back({&session, admission.who});
  }
  ++counters_.admitted;
  want_welcome(session);
  after_room(resident);
  flush();
  return role;
}

// The own place again, or a free one. An older connection there is replaced.
Place Shard::Impl::take_seat(Resident& resident, const Admission& admission) {
  Turn now = turn(resident);
  const Place own = place_of(admission, *resident.room);
  if (own != no_place) {
    replace(resident.seated[own.value]);
    if (!admission.resume && resident.holders[own.value] != admission.who.session) {
      new_resume_token(resident, own);  // another sign-in: what the last one was given is over
      resident.holders[own.value] = admission.who.session;
    }
    // A ticket says what he wears now; a resume token or an access token does not say anything.
    if (admission.ticket) resident.room->dress(own, admission.who.worn);
    resident.room->returned(now, own);
    return own;
  }
  room::Newcomer who{
      admission.who.user, admission.who.name, admission.who.avatar, admission.who.newcomer, {},
      admission.who.worn};
  entropy_.fill({reinterpret_cast<unsigned char*>(who.token.data()), who.token.size()});
  const Place place = resident.room->sit(now, who);
  if (place != no_place) resident.holders[place.value] = admission.who.session;
  return place;
}

void Shard::Impl::replace(Session* older) {
  if (older == nullptr) return;
  if (older->home != nullptr && older->role != wire::Role::player)
    older->home->room->unwatch(older->role);
  ++counters_.closed_replaced;
  close_session(*older, wire::Close::replaced, "A newer connection of yours took over.");
}

Session& Shard::Impl::open_session(ConnId conn, UserId user, Resident* home,
                                   const Credential& credential) {
  Session& session = sessions_.take(conn);
  session.user = user;
  session.home = home;
  if (credential.expires)  // rounded up: nobody is thrown out early
    session.expires_s = static_cast<std::uint32_t>((credential.expires->value + 999) / 1000);
  session.key = credential.key;
  session.issued_s = static_cast<std::uint32_t>(credential.issued_at.seconds());
  ++counters_.sessions;
  return session;
}

void Shard::Impl::bind_watcher(Session& session, const Identity& who) {
  Resident& resident = *session.home;
  Watchers& watchers = resident.watchers();
  auto& list = session.role == wire::Role::audience ? watchers.crowd : watchers.live;
  session.uncommon().name = who.name;
  session.uncommon().list_at = static_cast<std::uint32_t>(list.size());
  list.push_back(&session);
  if (session.role != wire::Role::screen)
    watchers_[{resident.room->spec().id.value, session.user.value}] = &session;
  resident.room->watch(session.role);
}

// Who came too late for the last match sits down before the next, in order of arrival.
void Shard::Impl::promote_latecomers(Resident& resident) {
  if (resident.watched_by == nullptr) return;
  auto& latecomers = resident.watched_by->latecomers;
  std::vector<Latecomer> waiting = std::exchange(latecomers, {});
  for (Latecomer& latecomer : waiting) {
    Session& session = *latecomer.session;
    if (!resident.room->takes(session.user)) {
      latecomers.push_back(std::move(latecomer));
      continue;
    }
    resident.room->unwatch(session.role);
    unbind(session);
    room::Newcomer who{
        session.user, latecomer.who.name, latecomer.who.avatar, latecomer.who.newcomer,
        {},           latecomer.who.worn};
    entropy_.fill({reinterpret_cast<unsigned char*>(who.token.data()), who.token.size()});
    Turn now = turn(resident);
    session.place = resident.room->sit(now, who);
    resident.holders[session.place.value] = session.key;
    session.role = wire::Role::player;
    resident.seated[session.place.value] = &session;
    ++counters_.players;
    want_welcome(session);
  }
}

// ---- lobby ------------------------------------------------------------------------------------

Result<> Shard::Impl::check_lobby() const {
  if (draining_) return ErrorCode::draining;
  if (full_ || sessions_.size() >= options_.sessions) return full_error();
  return {};
}

void Shard::Impl::admit_lobby(ConnId conn, const Identity& who,
                              std::optional<UnixMs> token_expires) {
  ASSERT(who.user.value != 0 && session_of(conn) == nullptr);
  const auto found = lobby_.find(who.user.value);
  if (found != lobby_.end()) replace(found->second);
  Session& session =
      open_session(conn, who.user, nullptr, {who.session, who.issued_at, token_expires});
  session.uncommon().name = who.name;
  lobby_[who.user.value] = &session;
  ++counters_.lobby;
  ++counters_.admitted;
  welcome(session);
}

// ---- going ------------------------------------------------------------------------------------

Session* Shard::Impl::session_of(ConnId conn) const {
  return sessions_.find(conn);
}

void Shard::Impl::on_closed(ConnId conn) {
  Session* session = session_of(conn);
  if (session == nullptr) return;
  Resident* home = session->home;
  const Place place = session->place;
  const wire::Role role = session->role;
  bury(*session);
  if (home == nullptr || home->gone) return;
  if (role == wire::Role::player) {
    Turn now = turn(*home);
    home->room->lost(now, place);
  } else {
    home->room->unwatch(role);
  }
  after_room(*home);
}

void Shard::Impl::close_session(Session& session, wire::Close code, std::string_view reason) {
  if (session.gone) return;
  bury(session);
  sink_.close(session.conn, code, reason);
}

void Shard::Impl::bury(Session& session) {
  unbind(session);
  sessions_.mark_gone(session);
  dead_sessions_.push_back(&session);
  --counters_.sessions;
}

// Takes the session out of every list of its room, or of the lobby.
void Shard::Impl::unbind(Session& session) {
  Resident* home = session.home;
  if (home == nullptr) {
    lobby_.erase(session.user.value);
    --counters_.lobby;
    return;
  }
  if (session.role == wire::Role::player) {
    home->seated[session.place.value] = nullptr;
    --counters_.players;
    return;
  }
  Watchers& watchers = home->watchers();
  auto& list = session.role == wire::Role::audience ? watchers.crowd : watchers.live;
  const std::uint32_t at = session.uncommon().list_at;
  list[at] = list.back();
  list[at]->uncommon().list_at = at;
  list.pop_back();
  if (session.role != wire::Role::screen)
    watchers_.erase(WatchKey{home->room->spec().id.value, session.user.value});
  std::erase_if(watchers.latecomers,
                [&](const Latecomer& latecomer) { return latecomer.session == &session; });
}

void Shard::Impl::want_welcome(Session& session) {
  if (session.needs_welcome) return;
  session.needs_welcome = true;
  welcomes_.push_back(&session);
}

}  // namespace whoosh::shard
