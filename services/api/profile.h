// Accounts and what belongs to them, as REST (and `whoosh admin`) show them. Pure.
#pragma once

#include "store/store.h"
#include "wire/admin.h"
#include "wire/economy.h"
#include "wire/rest.h"

namespace whoosh::api {

[[nodiscard]] wire::User own_profile(const store::Account& account);
[[nodiscard]] wire::PublicUser public_profile(const store::Account& account);
// What others call him in a room.
[[nodiscard]] const std::string& shown_name(const store::Account& account);

// null: not banned now.
[[nodiscard]] base::Nullable<wire::BanCard> ban_card(const store::Account& account,
                                                     base::UnixMs now);
// As operators see one.
[[nodiscard]] wire::AdminUser admin_user(const store::Account& account, base::UnixMs now);
[[nodiscard]] wire::AuditRow audit_row(const store::AuditRow& row);
[[nodiscard]] wire::SessionCard session_card(const store::Session& session,
                                             std::string_view current);
[[nodiscard]] wire::SecondFactor second_factor_card(const store::SecondFactor& factor);
[[nodiscard]] wire::HistoryRow history_row(const store::HistoryRow& row);
[[nodiscard]] wire::Wallet wallet_of(const store::Wallet& wallet);
[[nodiscard]] wire::LedgerRow ledger_row(const store::LedgerRow& row);
[[nodiscard]] wire::InventoryRow inventory_row(const store::OwnedItem& item);
[[nodiscard]] std::string_view kind_text(store::ItemKind kind);
// nullopt: no such kind.
[[nodiscard]] std::optional<store::ItemKind> parse_kind(std::string_view text);

}  // namespace whoosh::api
