#include "services/api/operators.h"

#include <fmt/format.h>

#include "base/text.h"
#include "services/api/profile.h"

namespace whoosh::api {
namespace {

constexpr std::size_t reason_characters_max = 200;
constexpr std::size_t logged_path_bytes_max = 200;

bool has_rank(std::string_view role, Rank rank) {
  return role == "admin" || (rank == Rank::moderator && role == "moderator");
}

// Of a signed-in operator; players who try are not worth a row each.
Try<void> note_refusal(App& app, RequestContext& context, const Operator& who) {
  std::string details;
  base::JsonWriter out(details);
  out.begin_object()
      .member("method", http::method_text(context.request.method))
      .member("path", std::string_view(context.request.path).substr(0, logged_path_bytes_max))
      .end_object();
  AuditNote note{"refused", "", "", std::move(details)};
  co_return co_await audited(app, context, who, std::move(note));
}

Answer call(App& app, RequestContext& context, auth::Identity identity, Rank rank,
            OperatorRoute route) {
  if (!has_rank(identity.role, Rank::moderator)) co_return Error{ErrorCode::forbidden};
  const Limit limit{"admin:" + context.user, app.config.rates.admin};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const Operator who{std::move(identity), std::move(*account)};
  if (!has_rank(who.account.role, Rank::moderator)) co_return Error{ErrorCode::forbidden};
  if (app.config.operators_need_totp && !who.account.totp_since) {
    co_return Error{ErrorCode::second_factor_needed};
  }
  base::Result<Response> answer = Error{ErrorCode::forbidden};
  if (has_rank(who.identity.role, rank) && has_rank(who.account.role, rank)) {
    answer = co_await route(app, context, who);
  }
  if (answer || answer.error().code != ErrorCode::forbidden) co_return answer;
  if (const auto noted = co_await note_refusal(app, context, who); !noted) co_return noted.error();
  co_return answer;
}

}  // namespace

void add_operator_route(http::Router& router, App& app, Method method, std::string pattern,
                        Rank rank, OperatorRoute route) {
  app.add_checked(router, method, std::move(pattern),
                  [&app, rank, route](RequestContext& context, const auth::Identity& identity) {
                    return call(app, context, identity, rank, route);
                  });
}

store::Actor actor_of(const RequestContext& context, const Operator& who) {
  return {who.account.id, who.account.username, context.client.text, context.request_id};
}

Try<void> audited(App& app, RequestContext& context, const Operator& who, AuditNote note) {
  store::AuditRow row;
  row.at = app.now();
  row.actor = actor_of(context, who);
  row.action = std::move(note.action);
  row.target = std::move(note.target);
  row.reason = std::move(note.reason);
  row.details = std::move(note.details);
  co_return co_await http::ask<>(
      context, [&](auto reply) { app.ports.store.audit(std::move(row), std::move(reply)); });
}

base::Result<std::string> cleaned_reason(std::string_view reason) {
  auto cleaned = base::clean_line_within(reason, 1, reason_characters_max);
  if (cleaned) return cleaned;
  return wrong_field("reason",
                     fmt::format("must be 1 to {} visible characters", reason_characters_max));
}

base::Result<std::string> reason_of(const RequestContext& context) {
  const auto in_query = context.query("reason");
  if (context.request.body.empty() && in_query) return cleaned_reason(*in_query);
  const auto body = http::body_as<wire::AdminReason>(context);
  if (!body) return body.error();
  return cleaned_reason(body->reason);
}

base::Result<base::UserId> user_of(const RequestContext& context) {
  const auto id = base::parse_user_id(context.param("id"));
  if (!id) return Error{ErrorCode::user_not_found};
  return *id;
}

}  // namespace whoosh::api
