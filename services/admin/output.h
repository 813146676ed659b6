// How `whoosh admin` prints: tables for people, lines of "name: value". Pure.
#pragma once

#include <string>
#include <vector>

#include "store/store.h"
#include "wire/cluster.h"

namespace whoosh::admin {

using Row = std::vector<std::string>;
// Columns as wide as their widest cell, two blanks between, no blanks at the ends of lines.
[[nodiscard]] std::string table(const Row& head, const std::vector<Row>& rows);

[[nodiscard]] std::string users_table(const std::vector<store::Account>& users, base::UnixMs now);
[[nodiscard]] std::string audit_table(const std::vector<store::AuditRow>& rows);
[[nodiscard]] std::string rooms_table(const std::vector<wire::RoomSummary>& rooms);
[[nodiscard]] std::string nodes_table(const std::vector<wire::NodeReport>& nodes);
[[nodiscard]] std::string room_lines(const wire::RoomReport& report);
[[nodiscard]] std::string user_lines(const store::Account& account, base::UnixMs now);
// An error's sentence with the fields that are wrong: "Some fields are not acceptable: coins must
// …"
[[nodiscard]] std::string sentence_of(const base::Error& error);

}  // namespace whoosh::admin
