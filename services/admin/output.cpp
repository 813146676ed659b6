#include "services/admin/output.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace whoosh::admin {
namespace {

// "2026-01-31 12:00" of RFC 3339.
std::string short_text(std::string text) {
  if (text.size() < 16) return text;
  text.resize(16);
  text[10] = ' ';
  return text;
}

std::string short_time(base::UnixMs time) {
  return short_text(base::rfc3339(time));
}

std::string span_text(std::int64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
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

std::string rooms_table(const std::vector<wire::RoomSummary>& rooms) {
  std::vector<Row> rows;
  for (const wire::RoomSummary& room : rooms) {
    const wire::RoomCard& card = room.card;
    rows.push_back({card.code, card.room, room.node, card.game, card.visibility,
                    std::string(base::enum_text(card.phase)),
                    fmt::format("{}/{}", room.connected, card.players), std::to_string(card.bots),
                    std::to_string(card.audience), span_text(room.age_s)});
  }
  return table(
      {"code", "id", "node", "game", "seen by", "phase", "here", "bots", "audience", "age"}, rows);
}

std::string nodes_table(const std::vector<wire::NodeReport>& nodes) {
  std::vector<Row> rows;
  for (const wire::NodeReport& node : nodes) {
    rows.push_back(
        {node.name, std::to_string(node.number), node.version, short_text(node.started_at),
         std::to_string(node.rooms), fmt::format("{}/{}", node.players, node.players_max),
         fmt::format("{} ms", node.lateness_ms), node.draining ? "draining" : "open", node.ws_url});
  }
  return table({"node", "no", "version", "since", "rooms", "players", "late p99", "is", "url"},
               rows);
}

std::string room_lines(const wire::RoomReport& report) {
  const wire::RoomCard& card = report.summary.card;
  std::string out;
  const auto line = [&](std::string_view name, std::string_view value) {
    out += fmt::format("{:<13} {}\n", std::string(name) + ":", value);
  };
  line("code", card.code);
  line("id", card.room);
  line("node", report.summary.node);
  line("game", card.game);
  line("phase", base::enum_text(card.phase));
  line("visibility", card.visibility + (card.locked ? ", locked" : "") +
                         (report.summary.matchmade ? ", matchmade" : ""));
  line("since", short_text(card.created_at));
  line("audience", std::to_string(card.audience));
  if (report.match) {
    line("match", fmt::format("{}, {} s, {}{}", report.match->id, report.match->elapsed_s,
                              report.match->phase, report.match->over ? ", over" : ""));
  }
  std::vector<Row> rows;
  for (const wire::RoomPlayer& one : report.state.players) {
    rows.push_back({one.id, one.name,
                    one.bot    ? "bot"
                    : one.host ? "host"
                               : "",
                    one.connected ? "here" : "away", std::to_string(one.score)});
  }
  return rows.empty() ? out : out + '\n' + table({"id", "name", "", "is", "score"}, rows);
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
