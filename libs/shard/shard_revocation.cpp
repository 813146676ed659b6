// Shard: people and sign-ins that are ended while their connections live.
#include <algorithm>

#include "base/assert.h"
#include "shard/impl.h"

namespace whoosh::shard {
namespace {

bool applies(const Revocation& revoked, const Session& session) {
  if (revoked.session.is_known()) return revoked.session == session.key;
  return session.issued_s <= revoked.at.seconds();
}

}  // namespace

std::size_t Shard::Impl::revoke(std::span<const Revocation> revoked) {
  // By user, and what bans him first: it decides the code.
  std::vector<Revocation> sorted(revoked.begin(), revoked.end());
  std::sort(sorted.begin(), sorted.end(), [](const Revocation& a, const Revocation& b) {
    return a.user != b.user ? a.user < b.user : a.banned > b.banned;
  });
  const auto by_user = [](const Revocation& a, UserId user) { return a.user < user; };
  std::vector<std::pair<ConnId, const Revocation*>> closing;
  sessions_.for_each([&](const Session& session) {
    for (auto at = std::lower_bound(sorted.begin(), sorted.end(), session.user, by_user);
         at != sorted.end() && at->user == session.user; ++at) {
      if (!applies(*at, session)) continue;
      closing.emplace_back(session.conn, &*at);
      break;
    }
  });
  for (const auto& [conn, why] : closing) close_revoked(conn, *why);
  void_resume_tokens(sorted);
  for (const Revocation& one : sorted) {
    if (one.session.is_known()) continue;
    void_resume_tokens(one.user);
    if (one.banned) give_up_seats(one.user);
  }
  return closing.size();
}

void Shard::Impl::close_revoked(ConnId conn, const Revocation& why) {
  if (session_of(conn) == nullptr) return;  // another's end has ended the room
  ++counters_.closed_revoked;
  on_closed(conn);
  if (why.banned)
    sink_.close(conn, wire::Close::banned, "This account is banned.");
  else
    sink_.close(conn, wire::Close::token_expired, "This sign-in was ended. Sign in again.");
}

// Those that were given to one of these sessions. Keys are compared without their users: they are
// random, and so many seats are passed that looking up who sits there would cost more.
void Shard::Impl::void_resume_tokens(std::span<const Revocation> revoked) {
  std::vector<SessionKey> keys;
  for (const Revocation& one : revoked) {
    if (one.session.is_known()) keys.push_back(one.session);
  }
  if (keys.empty()) return;
  std::sort(keys.begin(), keys.end());
  for (const auto& [id, resident] : residents_) {
    for (std::uint8_t i = 0; i < room::places_max; ++i) {
      const SessionKey holder = resident->holders[i];
      if (holder.is_known() && std::binary_search(keys.begin(), keys.end(), holder))
        new_resume_token(*resident, Place{i});
    }
  }
}

void Shard::Impl::void_resume_tokens(UserId user) {
  for (const auto& [id, resident] : residents_) {
    const Place place = resident->room->find(user);
    if (place != no_place && resident->seated[place.value] == nullptr)
      new_resume_token(*resident, place);
  }
}

void Shard::Impl::new_resume_token(Resident& resident, Place place) {
  room::ResumeToken token;
  entropy_.fill({reinterpret_cast<unsigned char*>(token.data()), token.size()});
  resident.room->replace_token(place, token);
}

std::size_t Shard::Impl::end_user(UserId user, wire::Close code, std::string_view reason) {
  std::vector<Session*> his;
  sessions_.for_each([&](Session& session) {
    if (session.user == user) his.push_back(&session);
  });
  for (Session* session : his) {
    if (session->home != nullptr && session->role != wire::Role::player)
      session->home->room->unwatch(session->role);
    if (session->home != nullptr) mark_dirty(*session->home);
    close_session(*session, code, reason);
    ++counters_.kicked;
  }
  give_up_seats(user);
  return his.size();
}

void Shard::Impl::give_up_seats(UserId user) {
  std::vector<Resident*> seats;
  for (const auto& [id, resident] : residents_) {
    const Place place = resident->room->find(user);
    if (place != no_place && resident->seated[place.value] == nullptr)
      seats.push_back(resident.get());
  }
  for (Resident* resident : seats) {
    Turn now = turn(*resident);
    resident->room->give_up(now, resident->room->find(user));
    after_room(*resident);
  }
}

}  // namespace whoosh::shard
