// The queue: get in, ask how it stands, get out.
#include <charconv>

#include "base/encoding.h"
#include "games/registry.h"
#include "services/api/app.h"
#include "services/api/profile.h"

namespace whoosh::api {
namespace {

constexpr std::string_view standard_queue = "standard";
constexpr std::int64_t wait_s_max = 25;

// Without a name the catalogue's first game.
base::Result<std::string> queued_game(const wire::QueueJoin& wish) {
  if (wish.queue.value_or(std::string(standard_queue)) != standard_queue) {
    return wrong_field("queue", "there is only \"standard\"");
  }
  if (wish.party) return wrong_field("party", "there is no such party");
  if (!wish.game) return std::string(games::all().front()->info().key);
  if (games::find(*wish.game) == nullptr) return Error{ErrorCode::game_not_found};
  return *wish.game;
}

Answer join_queue(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"queue:" + context.user, app.config.rates.queue};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto wish = http::optional_body_as<wire::QueueJoin>(context);
  if (!wish) co_return wish.error();
  auto game = queued_game(*wish);
  if (!game) co_return game.error();
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const auto rating = co_await http::ask<match::Rating>(
      context, [&](auto reply) { app.ports.store.rating(identity.user, "", std::move(reply)); });
  if (!rating) co_return rating.error();
  Guest guest = guest_of(app, context, identity, *account);
  state::Ticket fresh;
  fresh.id = base::base64url(app.ports.entropy.bytes(16));
  fresh.user = guest.user;
  fresh.name = std::move(guest.name);
  fresh.avatar = std::move(guest.avatar);
  fresh.newcomer = guest.newcomer;
  fresh.session = std::move(guest.session);
  fresh.look = std::move(guest.look);
  fresh.host = std::move(guest.host);
  fresh.queue = standard_queue;
  fresh.game = std::move(*game);
  fresh.mu = rating->mu;
  fresh.created_at = app.now();
  fresh.expires_at = app.now().plus_ms(app.config.queue_lifetime_ms);
  const auto ticket = co_await http::ask<state::Ticket>(
      context, [&](auto reply) { app.ports.queue.join(std::move(fresh), std::move(reply)); });
  if (!ticket) co_return ticket.error();
  const bool matched = ticket->status == state::TicketStatus::matched;
  co_return http::json(
      200, wire::QueueTicket{matched ? "Your match is running." : "Added to matchmaking queue",
                             ticket->queue, context.user, ticket->id,
                             base::rfc3339(ticket->expires_at)});
}

base::Result<std::int64_t> wait_of(const RequestContext& context) {
  const auto text = context.query("wait");
  if (!text) return 0;
  std::int64_t wait_s = 0;
  const char* const end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, wait_s);
  if (parsed.ec != std::errc() || parsed.ptr != end || wait_s < 0 || wait_s > wait_s_max) {
    return wrong_field("wait", "must be a whole number of seconds from 0 to 25");
  }
  return wait_s;
}

std::string_view status_text(state::TicketStatus status) {
  switch (status) {
    case state::TicketStatus::searching:
      return "searching";
    case state::TicketStatus::matched:
      return "matched";
    case state::TicketStatus::cancelled:
      return "cancelled";
    case state::TicketStatus::expired:
      return "expired";
  }
  return "expired";
}

Answer ticket(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"ticket:" + context.user, app.config.rates.ticket_poll};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto wait_s = wait_of(context);
  if (!wait_s) co_return wait_s.error();
  const std::int64_t wait_ms = *wait_s * 1000;
  const auto found = co_await http::ask<state::Ticket>(
      context,
      [&](auto reply) {
        app.ports.queue.wait(context.param("ticket"), identity.user, wait_ms, std::move(reply));
      },
      wait_ms + http::ask_deadline_ms);
  if (!found) co_return found.error();
  wire::TicketState state;
  state.status = status_text(found->status);
  if (found->status == state::TicketStatus::searching) {
    state.position = found->position;
    state.estimate_s = found->estimate_s;
  }
  if (found->status == state::TicketStatus::matched && found->room) {
    const auto account = co_await app.account_of(context, identity);
    if (!account) co_return account.error();
    const Guest guest = guest_of(app, context, identity, *account);
    auto info = app.inviter.invite(guest, *found->room, wire::Role::player);
    if (!info) co_return info.error();
    state.room = std::move(*info);
  }
  co_return http::json(200, state);
}

Answer leave(App& app, RequestContext& context, const auth::Identity& identity, std::string id) {
  const auto left = co_await http::ask<>(context, [&](auto reply) {
    app.ports.queue.cancel(std::move(id), identity.user, std::move(reply));
  });
  if (!left) co_return left.error();
  co_return http::no_content();
}

Answer leave_queue(App& app, RequestContext& context, const auth::Identity& identity) {
  return leave(app, context, identity, "");
}

Answer cancel_ticket(App& app, RequestContext& context, const auth::Identity& identity) {
  return leave(app, context, identity, context.param("ticket"));
}

}  // namespace

void add_match_routes(http::Router& router, App& app) {
  app.add(router, Method::post, "/api/match/join", join_queue);
  app.add(router, Method::post, "/api/match/leave", leave_queue);
  app.add(router, Method::get, "/api/match/tickets/{ticket}", ticket);
  app.add(router, Method::delete_, "/api/match/tickets/{ticket}", cancel_ticket);
}

}  // namespace whoosh::api
