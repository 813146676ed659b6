#include "services/edge/arrival.h"

namespace whoosh::edge {
namespace {

base::Result<wire::Role> role_of(std::string_view text) {
  wire::Role role = wire::Role::player;
  if (text.empty() || boost::describe::enum_from_string(std::string(text).c_str(), role))
    return role;
  return base::Error{base::ErrorCode::malformed,
                     "as must be player, spectator, screen or audience."};
}

}  // namespace

base::Result<Arrival> ArrivalDesk::verify(const Claim& claim) const {
  auto arrival = [&]() -> base::Result<Arrival> {
    switch (claim.kind) {
      case CredentialKind::none:
        return base::Error{base::ErrorCode::unauthorized};
      case CredentialKind::ticket:
        return by_ticket(claim);
      case CredentialKind::access:
        return by_access(claim);
      case CredentialKind::resume:
        return by_resume(claim);
    }
    return base::Error{base::ErrorCode::unauthorized};
  }();
  if (!arrival) return arrival;
  if (const auto good = still_good(*arrival); !good) return good.error();
  arrival->admission.wants_ticks = claim.wants_ticks;
  if (claim.answers_subprotocol) arrival->subprotocol = subprotocol;
  return arrival;
}

base::Result<> ArrivalDesk::still_good(const Arrival& arrival) const {
  const shard::Identity& who = arrival.admission.who;
  if (arrival.admission.resume) return {};
  switch (revocations_.standing(who.user, arrival.session, who.issued_at)) {
    case state::Standing::good:
      return {};
    case state::Standing::banned:
      return base::ErrorCode::banned;
    case state::Standing::revoked:
      break;
  }
  return arrival.admission.ticket ? base::ErrorCode::bad_ticket : base::ErrorCode::bad_token;
}

base::Result<Arrival> ArrivalDesk::by_ticket(const Claim& claim) const {
  const auto ticket = authority_.check_seat(claim.credential, clock_.now());
  if (!ticket) return ticket.error();
  const auto named = base::RoomId::parse(claim.room);
  if (claim.room == "new" || (named && *named != ticket->room))
    return base::Error{base::ErrorCode::bad_ticket};
  const auto role = role_of(ticket->role);
  if (!role) return base::Error{base::ErrorCode::bad_ticket};
  Arrival arrival;
  arrival.admission.room = ticket->room;
  arrival.session = ticket->session;
  arrival.admission.who = {ticket->user,
                           ticket->name,
                           ticket->avatar,
                           ticket->newcomer,
                           shard::SessionKey::of(ticket->session),
                           ticket->issued_at,
                           cosmetics::worn(ticket->look)};
  arrival.admission.role = *role;
  arrival.admission.ticket = ticket->jti;
  arrival.admission.ticket_expires = ticket->expires_at;
  return arrival;
}

base::Result<Arrival> ArrivalDesk::by_access(const Claim& claim) const {
  const auto identity = authority_.check_access(claim.credential, clock_.now());
  if (!identity) return identity.error();
  const auto role = role_of(claim.as);
  if (!role) return role.error();
  Arrival arrival;
  arrival.lobby = claim.room.empty();
  const std::string& name =
      identity->display_name.empty() ? identity->username : identity->display_name;
  arrival.session = identity->session;
  arrival.admission.who = {
      identity->user,     name, "", false, shard::SessionKey::of(identity->session),
      identity->issued_at};
  arrival.admission.role = *role;
  arrival.admission.token_expires = identity->expires_at;
  return arrival;
}

base::Result<Arrival> ArrivalDesk::by_resume(const Claim& claim) const {
  if (claim.room.empty() || claim.room == "new" || claim.credential.empty()) {
    return base::Error{base::ErrorCode::bad_resume};
  }
  Arrival arrival;
  arrival.admission.resume = claim.credential;
  return arrival;
}

}  // namespace whoosh::edge
