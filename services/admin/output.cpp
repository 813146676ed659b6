#include "services/admin/output.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace whoosh::admin {
namespace {

std::string short_time(base::UnixMs time) {
  std::string text = base::rfc3339(time);
  text.resize(16);
  text[10] = ' ';
  return text;
}

std::string ban_text(const store::Account& account, base::UnixMs now) {
  if (!account.is_banned(now)) return "";
  return *account.banned_until < store::banned_for_good
             ? "until " + short_time(*account.banned_until)
             : "for good";
}

}  // namespace

std::string table(const Row& head, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(head.size());
  const auto measure = [&](const Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], base::code_points(row[i]));
    }
  };
  measure(head);
  for (const Row& row : rows) measure(row);
  std::string out;
  const auto print = [&](const Row& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - base::code_points(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  print(head);
  for (const Row& row : rows) print(row);
  return out;
}

std::string users_table(const std::vector<store::Account>& users, base::UnixMs now) {
  std::vector<Row> rows;
  for (const store::Account& user : users) {
    rows.push_back({base::user_id_text(user.id), user.username, user.display_name,
                    user.email.value_or(""), user.is_guest ? "guest" : user.role,
                    std::to_string(user.level), std::to_string(user.coins),
                    short_time(user.created_at), ban_text(user, now)});
  }
  return table({"id", "username", "name", "e-mail", "role", "level", "coins", "since", "banned"},
               rows);
}

std::string audit_table(const std::vector<store::AuditRow>& rows) {
  std::vector<Row> out;
  for (const store::AuditRow& row : rows) {
    out.push_back({std::to_string(row.id), short_time(row.at),
                   row.actor.name + (row.actor.user.value == 0 ? " (shell)" : ""),
                   row.actor.address, row.action, row.target, row.reason});
  }
  return table({"id", "at", "actor", "from", "action", "target", "reason"}, out);
}

std::string user_lines(const store::Account& account, base::UnixMs now) {
  std::string out;
  const auto line = [&](std::string_view name, std::string_view value) {
    out += fmt::format("{:<13} {}\n", std::string(name) + ":", value);
  };
  line("id", base::user_id_text(account.id));
  line("username", account.username);
  line("name", account.display_name);
  line("e-mail", account.email.value_or("-"));
  line("role", account.is_guest ? "guest" : account.role.empty() ? "player" : account.role);
  line("since", short_time(account.created_at));
  line("rating", std::to_string(account.elo));
  line("level", fmt::format("{} ({} XP)", account.level, account.xp));
  line("matches", fmt::format("{}, {} won", account.total_games, account.wins));
  line("coins", std::to_string(account.coins));
  if (account.is_banned(now)) {
    line("banned", fmt::format("{}: {}", ban_text(account, now), account.ban_reason));
  }
  return out;
}

std::string sentence_of(const base::Error& error) {
  std::string out(error.sentence());
  if (error.fields.empty()) return out;
  out.back() = ':';
  const char* comma = " ";
  for (const auto& [field, why] : error.fields) {
    out += fmt::format("{}{} {}", comma, field, why);
    comma = ", ";
  }
  return out + ".";
}

}  // namespace whoosh::admin
