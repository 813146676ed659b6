#include "services/api/join.h"

#include "base/encoding.h"

namespace whoosh::api {

Guest guest_of(const state::Ticket& ticket) {
  return {ticket.user, ticket.name,    ticket.avatar, ticket.newcomer,
          ticket.host, ticket.session, ticket.look};
}

base::Result<wire::JoinInfo> Inviter::invite(const Guest& guest, const state::RoomEntry& room,
                                             wire::Role role) const {
  auth::SeatTicket seat;
  seat.jti = base::base64url(entropy_.bytes(16));
  seat.user = guest.user;
  seat.name = guest.name;
  seat.avatar = guest.avatar;
  seat.room = room.room;
  seat.role = base::enum_text(role);
  seat.newcomer = guest.newcomer;
  seat.session = guest.session;
  seat.look = guest.look;
  auto ticket = tokens_.make_seat(seat, clock_.now());
  if (!ticket) return ticket.error();
  wire::JoinInfo info;
  info.room = room.room.text();
  info.code = room.code;
  info.game = room.game;
  info.ws_url = gateway_.ws_url(room, guest.host);
  info.ticket = std::move(*ticket);
  info.node = room.node;
  return info;
}

}  // namespace whoosh::api
