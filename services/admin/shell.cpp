#include "services/admin/shell.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/digest.h"
#include "auth/names.h"
#include "auth/recovery.h"
#include "base/encoding.h"
#include "base/text.h"
#include "services/admin/output.h"
#include "services/admin/wait.h"
#include "services/api/profile.h"

namespace whoosh::admin {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t reason_characters_max = 200;
constexpr std::size_t key_bytes_max = 200;
constexpr std::int32_t rows_shown = 20;

Error wrong_field(std::string field, std::string why) {
  Error error{ErrorCode::invalid_input};
  error.fields.emplace(std::move(field), std::move(why));
  return error;
}

Result<std::string> cleaned_reason(const std::string& reason) {
  auto cleaned = base::clean_line_within(reason, 1, reason_characters_max);
  if (cleaned) return cleaned;
  return wrong_field("--reason", fmt::format("must be 1 to {} characters", reason_characters_max));
}

std::string json_line(const std::string& json) {
  return json + '\n';
}

}  // namespace

Shell::Shell(store::Store& store, const runtime::Clock& clock, runtime::Entropy& entropy,
             ShellOptions options)
    : store_(store), clock_(clock), entropy_(entropy), options_(std::move(options)) {}

template <class T>
Result<T> Shell::ask(const std::function<void(runtime::Reply<T>)>& call) {
  return wait_for<T>(mailbox_, "The database does not answer.", call);
}

Result<store::Account> Shell::find(const std::string& user) {
  if (const auto id = base::parse_user_id(user)) {
    return ask<store::Account>([&](auto reply) { store_.account(*id, std::move(reply)); });
  }
  const auto page = ask<store::UserPage>([&](auto reply) {
    store_.search_users({user, std::nullopt, rows_shown}, std::move(reply));
  });
  if (!page) return page.error();
  const std::string wanted = base::fold(user);
  const auto found = std::ranges::find_if(page->rows, [&](const store::Account& row) {
    return base::fold(row.username) == wanted || (row.email && base::fold(*row.email) == wanted);
  });
  if (found == page->rows.end()) {
    return Error{ErrorCode::user_not_found, fmt::format("There is no user {}.", user)};
  }
  return *found;
}

store::Actor Shell::actor() {
  return {base::UserId{}, options_.actor, "", base::base64url(entropy_.bytes(12))};
}

store::IdempotencyKey Shell::key_of(const std::string& given, const std::string& request) {
  const std::string key = given.empty() ? base::hex(entropy_.bytes(16)) : given;
  return {"shell:" + key, auth::sha256(request), base::base64url(entropy_.bytes(12))};
}

Shell::Text Shell::create_admin(const NewAdmin& wish) {
  Error error{ErrorCode::invalid_input};
  const auto note = [&](const char* field, const auth::Wrong& wrong) {
    if (wrong) error.fields.emplace(field, *wrong);
  };
  note("--user", auth::wrong_username(wish.username));
  note("--email", auth::wrong_email(wish.email));
  note("the password", auth::wrong_password(wish.password, wish.username, wish.email));
  if (!error.fields.empty()) return error;
  auto hash = auth::Passwords(options_.password_cost).hash(wish.password);
  if (!hash) return hash.error();
  store::NewAccount fresh;
  fresh.username = wish.username;
  fresh.email = wish.email;
  fresh.password_hash = std::move(*hash);
  fresh.display_name = wish.username.substr(0, auth::display_name_characters_max);
  fresh.avatar = "owl";
  fresh.created_at = clock_.now();
  const auto made = ask<store::Account>(
      [&](auto reply) { store_.create_account(std::move(fresh), std::move(reply)); });
  if (!made) return made.error();
  return role(base::user_id_text(made->id), "admin");
}

Shell::Text Shell::role(const std::string& user, const std::string& role) {
  if (role != "none" && role != "moderator" && role != "admin") {
    return wrong_field("--role", "must be moderator, admin or none");
  }
  const auto present = find(user);
  if (!present) return present.error();
  if (present->is_guest) return wrong_field("--user", "is a guest, who can't be an operator");
  const auto account = ask<store::Account>([&](auto reply) {
    store_.set_role(present->id, role == "none" ? "" : role, actor(), clock_.now(),
                    std::move(reply));
  });
  if (!account) return account.error();
  if (options_.json) return json_line(base::to_json(api::admin_user(*account, clock_.now())));
  return fmt::format("{} (id {}) is {}; signed out everywhere\n", account->username,
                     account->id.value, role == "none" ? "no operator" : role);
}

Shell::Text Shell::users(const std::string& query, std::int32_t limit) {
  wire::AdminUserPage page;
  std::vector<store::Account> rows;
  std::optional<std::string> cursor;
  while (static_cast<std::int32_t>(rows.size()) < limit) {
    const std::int32_t left = limit - static_cast<std::int32_t>(rows.size());
    const auto part = ask<store::UserPage>([&](auto reply) {
      store_.search_users({query, cursor, std::min(left, 100)}, std::move(reply));
    });
    if (!part) return part.error();
    rows.insert(rows.end(), part->rows.begin(), part->rows.end());
    cursor = part->next;
    if (!cursor) break;
  }
  if (!options_.json) {
    return users_table(rows, clock_.now()) + (cursor ? "… and more: --limit\n" : "");
  }
  for (const auto& row : rows) page.items.push_back(api::admin_user(row, clock_.now()));
  if (cursor) page.next = *cursor;
  return json_line(base::to_json(page));
}

Shell::Text Shell::user(const std::string& user) {
  const auto account = find(user);
  if (!account) return account.error();
  const auto sessions = ask<std::vector<store::Session>>(
      [&](auto reply) { store_.sessions(account->id, clock_.now(), std::move(reply)); });
  if (!sessions) return sessions.error();
  const auto wallet =
      ask<store::Wallet>([&](auto reply) { store_.wallet(account->id, std::move(reply)); });
  if (!wallet) return wallet.error();
  const auto items = ask<std::vector<store::OwnedItem>>(
      [&](auto reply) { store_.inventory(account->id, std::move(reply)); });
  if (!items) return items.error();
  const auto matches = ask<store::HistoryPage>(
      [&](auto reply) { store_.history(account->id, std::nullopt, rows_shown, std::move(reply)); });
  if (!matches) return matches.error();
  store::AuditQuery about;
  about.target = "user:" + base::user_id_text(account->id);
  const auto log =
      ask<store::AuditPage>([&](auto reply) { store_.audit_log(about, std::move(reply)); });
  if (!log) return log.error();
  if (options_.json) {
    wire::AdminUserDetail detail;
    detail.user = api::admin_user(*account, clock_.now());
    detail.sessions = static_cast<std::int32_t>(sessions->size());
    detail.wallet = api::wallet_of(*wallet);
    for (const auto& item : *items) detail.inventory.push_back(api::inventory_row(item));
    for (const auto& row : matches->rows) detail.matches.push_back(api::history_row(row));
    detail.audit.emplace();
    for (const auto& row : log->rows) detail.audit->push_back(api::audit_row(row));
    return json_line(base::to_json(detail));
  }
  std::string out = user_lines(*account, clock_.now());
  out += fmt::format("{:<13} {}\n", "sessions:", sessions->size());
  for (const auto& item : *items) {
    out += fmt::format("{:<13} {}{}\n", "owns:", item.item, item.equipped ? " (worn)" : "");
  }
  if (!log->rows.empty()) out += '\n' + audit_table(log->rows);
  return out;
}

Shell::Text Shell::ban(const Ban& wish) {
  auto reason = cleaned_reason(wish.reason);
  if (!reason) return reason.error();
  std::optional<base::UnixMs> until;
  if (!wish.until.empty()) {
    until = base::parse_rfc3339(wish.until);
    if (!until || *until <= clock_.now()) {
      return wrong_field("--until", "must be a time to come, as in 2030-12-31T23:59:59Z");
    }
  }
  const auto present = find(wish.user);
  if (!present) return present.error();
  const auto account = ask<store::Account>([&](auto reply) {
    store_.ban({present->id, until, *reason, actor(), clock_.now()}, std::move(reply));
  });
  if (!account) return account.error();
  if (options_.json) return json_line(base::to_json(api::admin_user(*account, clock_.now())));
  return fmt::format("{} (id {}) is banned {}\n", account->username, account->id.value,
                     until ? "until " + base::rfc3339(*until) : "for good");
}

Shell::Text Shell::unban(const std::string& user, const std::string& why) {
  auto reason = cleaned_reason(why);
  if (!reason) return reason.error();
  const auto present = find(user);
  if (!present) return present.error();
  const auto account = ask<store::Account>([&](auto reply) {
    store_.unban(present->id, *reason, actor(), clock_.now(), std::move(reply));
  });
  if (!account) return account.error();
  if (options_.json) return json_line(base::to_json(api::admin_user(*account, clock_.now())));
  return fmt::format("{} (id {}) is not banned any more\n", account->username, account->id.value);
}

Shell::Text Shell::reset_password(const std::string& user, const std::string& why) {
  auto reason = cleaned_reason(why);
  if (!reason) return reason.error();
  const auto account = find(user);
  if (!account) return account.error();
  const auto code = auth::make_recovery_code(entropy_.bytes(auth::recovery_bytes));
  const base::UnixMs until = clock_.now().plus_ms(auth::reset_code_lifetime_ms);
  store::ResetCode wish{account->id, code.hash, until, std::move(*reason), actor(), clock_.now()};
  const auto issued =
      ask<void>([&](auto reply) { store_.issue_reset_code(std::move(wish), std::move(reply)); });
  if (!issued) return issued.error();
  if (options_.json) {
    std::string json;
    base::JsonWriter out(json);
    out.begin_object().member("user_id", account->id.value).member("recovery_code", code.text);
    out.member("expires_at", base::rfc3339(until)).end_object();
    return json_line(json);
  }
  return fmt::format(
      "{} (id {}) can set a new password with this code once, until {}:\n{}\n"
      "Give it to nobody else.{}\n",
      account->username, account->id.value, base::rfc3339(until), code.text,
      account->totp_since ? " The second factor is asked for as well." : "");
}

Shell::Text Shell::reset_totp(const std::string& user, const std::string& why) {
  auto reason = cleaned_reason(why);
  if (!reason) return reason.error();
  const auto present = find(user);
  if (!present) return present.error();
  const auto account = ask<store::Account>([&](auto reply) {
    store_.reset_totp(present->id, *reason, actor(), clock_.now(), std::move(reply));
  });
  if (!account) return account.error();
  if (options_.json) return json_line(base::to_json(api::admin_user(*account, clock_.now())));
  return fmt::format("{} (id {}) has no second factor any more and is signed out\n",
                     account->username, account->id.value);
}

Shell::Text Shell::balance(const store::Account& account,
                           const Result<store::Outcome>& outcome) const {
  if (!outcome) return outcome.error();
  if (outcome->refused) return Error{*outcome->refused};
  if (options_.json) {
    return json_line(base::to_json(wire::Granted{account.id.value, outcome->balance}));
  }
  return fmt::format("{} (id {}) has {} coins{}\n", account.username, account.id.value,
                     outcome->balance, outcome->replayed ? "; that was done before" : "");
}

Shell::Text Shell::grant(const Grant& wish) {
  auto reason = cleaned_reason(wish.reason);
  if (!reason) return reason.error();
  if (wish.coins == 0 || std::abs(std::int64_t{wish.coins}) > store::grant_coins_max) {
    return wrong_field("--coins", "must be 1 to 1000000, or as much below zero");
  }
  if (wish.key.size() > key_bytes_max) return wrong_field("--key", "is too long");
  const auto account = find(wish.user);
  if (!account) return account.error();
  store::Grant order;
  order.user = account->id;
  order.coins = wish.coins;
  order.once =
      key_of(wish.key, fmt::format("grant {} {} {}", account->id.value, wish.coins, *reason));
  order.actor = actor();
  order.reason = std::move(*reason);
  order.now = clock_.now();
  return balance(*account, ask<store::Outcome>([&](auto reply) {
    store_.grant(std::move(order), std::move(reply));
  }));
}

Shell::Text Shell::refund(const Refund& wish) {
  auto reason = cleaned_reason(wish.reason);
  if (!reason) return reason.error();
  if (wish.item.empty() || wish.item.size() > 64) {
    return wrong_field("--item", "must be the id of an item");
  }
  if (wish.key.size() > key_bytes_max) return wrong_field("--key", "is too long");
  const auto account = find(wish.user);
  if (!account) return account.error();
  store::Refund order;
  order.user = account->id;
  order.item = wish.item;
  order.once =
      key_of(wish.key, fmt::format("refund {} {} {}", account->id.value, wish.item, *reason));
  order.actor = actor();
  order.reason = std::move(*reason);
  order.now = clock_.now();
  return balance(*account, ask<store::Outcome>([&](auto reply) {
    store_.refund(std::move(order), std::move(reply));
  }));
}

Shell::Text Shell::audit(const AuditFilter& filter) {
  store::AuditQuery query;
  if (!filter.action.empty()) query.action = filter.action;
  if (!filter.target.empty()) query.target = filter.target;
  if (filter.actor == "0") {
    query.actor = base::UserId{};
  } else if (!filter.actor.empty()) {
    const auto who = find(filter.actor);
    if (!who) return who.error();
    query.actor = who->id;
  }
  std::vector<store::AuditRow> rows;
  while (static_cast<std::int32_t>(rows.size()) < filter.limit) {
    query.limit = std::min(filter.limit - static_cast<std::int32_t>(rows.size()), 100);
    const auto page =
        ask<store::AuditPage>([&](auto reply) { store_.audit_log(query, std::move(reply)); });
    if (!page) return page.error();
    rows.insert(rows.end(), page->rows.begin(), page->rows.end());
    query.cursor = page->next;
    if (!query.cursor) break;
  }
  if (!options_.json) return audit_table(rows);
  wire::AuditPage page;
  for (const auto& row : rows) page.items.push_back(api::audit_row(row));
  if (query.cursor) page.next = *query.cursor;
  return json_line(base::to_json(page));
}

Shell::Text Shell::verify_ledger() {
  const auto check =
      ask<store::LedgerCheck>([&](auto reply) { store_.verify_ledger(std::move(reply)); });
  if (!check) return check.error();
  const std::string numbers =
      fmt::format("{} journal rows, {} unbalanced, {} wrong balances, {} overdrawn, sum {}",
                  check->journal_rows, check->unbalanced, check->wrong_balances, check->overdrawn,
                  check->total);
  if (!check->is_sound()) {
    return Error{ErrorCode::internal, "the ledger is not sound: " + numbers + "."};
  }
  if (!options_.json) return "the ledger is sound: " + numbers + "\n";
  std::string json;
  base::JsonWriter out(json);
  out.begin_object()
      .member("sound", true)
      .member("journal_rows", check->journal_rows)
      .member("unbalanced", check->unbalanced)
      .member("wrong_balances", check->wrong_balances)
      .member("overdrawn", check->overdrawn)
      .member("total", check->total)
      .end_object();
  return json_line(json);
}

}  // namespace whoosh::admin
