// Records of sessions and revocations.
#include <algorithm>
#include <tuple>

#include "store/memory/records.h"
#include "store/moderation_rules.h"

namespace whoosh::store::memory {

using base::ErrorCode;

void Records::forget_expired(UserId user, UnixMs now) {
  std::set<std::string> live;
  std::erase_if(tokens_, [&](const auto& entry) {
    const Token& token = entry.second;
    if (sessions_.at(token.family).user == user && token.expires_at <= now) return true;
    live.insert(token.family);
    return false;
  });
  std::erase_if(sessions_, [&](const auto& entry) {
    return entry.second.user == user && !live.contains(entry.first);
  });
}

void Records::remove_sessions(UserId user) {
  std::erase_if(tokens_,
                [&](const auto& entry) { return sessions_.at(entry.second.family).user == user; });
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.user == user; });
}

// Makes room for one more: those that are revoked already go first, then the oldest.
void Records::end_oldest(UserId user, UnixMs now) {
  std::vector<std::tuple<bool, std::int64_t, std::string>> his;  // those to keep come first
  for (const auto& [family, session] : sessions_) {
    if (session.user == user) {
      his.emplace_back(session.revoked, -session.shown.created_at.value, family);
    }
  }
  std::sort(his.begin(), his.end());
  for (std::size_t at = sessions_per_user_max - 1; at < his.size(); ++at) {
    const auto& [revoked, order, family] = his[at];
    if (!revoked) add_revocation(user, family, RevocationReason::signed_out, now);
    std::erase_if(tokens_, [&](const auto& row) { return row.second.family == family; });
    sessions_.erase(family);
  }
}

Result<> Records::create_session(const NewSession& given) {
  User* user = find(given.user);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  forget_expired(given.user, given.created_at);
  if (sessions_.contains(given.family) || tokens_.contains(given.refresh_hash)) {
    return base::Error{ErrorCode::internal};
  }
  end_oldest(given.user, given.created_at);
  KeptSession& session = sessions_[given.family];
  session.user = given.user;
  session.shown = {given.family,     given.created_at, given.created_at,
                   given.expires_at, given.device,     given.address};
  tokens_[given.refresh_hash] = {given.family, given.expires_at, false};
  user->last_seen_at = std::max(user->last_seen_at, given.created_at);
  return {};
}

Result<Rotated> Records::rotate_session(const Rotation& rotation) {
  const auto found = tokens_.find(rotation.old_hash);
  if (found == tokens_.end() || found->second.expires_at <= rotation.now) {
    return base::Error{ErrorCode::bad_refresh};
  }
  Token& token = found->second;
  const std::string family = token.family;
  KeptSession& session = sessions_.at(family);
  User& user = *find(session.user);
  if (user.account.is_banned(rotation.now)) {
    return token.replaced ? base::Error{ErrorCode::banned}
                          : banned_error(*user.account.banned_until, user.account.ban_reason);
  }
  if (token.replaced) {
    end_family(session, RevocationReason::reused, rotation.now);
    return base::Error{ErrorCode::refresh_reused};
  }
  if (session.revoked) return base::Error{ErrorCode::bad_refresh};
  if (tokens_.contains(rotation.new_hash)) return base::Error{ErrorCode::internal};
  const bool is_guest = user.account.is_guest;
  const UnixMs expires_at = expiry_of(rotation, session.shown.created_at, is_guest);
  if (expires_at <= rotation.now) return base::Error{ErrorCode::bad_refresh};
  token.replaced = true;
  session.shown.last_used_at = rotation.now;
  session.shown.expires_at = expires_at;
  tokens_[rotation.new_hash] = {family, session.shown.expires_at, false};
  forget_expired(user.account.id, rotation.now);
  user.last_seen_at = std::max(user.last_seen_at, rotation.now);
  return Rotated{shown(user), family};
}

Result<std::vector<Session>> Records::sessions(UserId user, UnixMs now) const {
  std::vector<Session> live;
  for (const auto& [family, session] : sessions_) {
    if (session.user == user && session.is_live(now)) live.push_back(session.shown);
  }
  std::stable_sort(live.begin(), live.end(), [](const Session& a, const Session& b) {
    return a.last_used_at > b.last_used_at;
  });
  return live;
}

// If it is live.
std::vector<Revocation> Records::end_family(KeptSession& session, RevocationReason reason,
                                            UnixMs now) {
  if (!session.is_live(now)) return {};
  session.revoked = true;
  return {add_revocation(session.user, session.shown.family, reason, now)};
}

std::vector<Revocation> Records::end_sessions(UserId user, const std::string& keep,
                                              RevocationReason reason, UnixMs now) {
  std::vector<Revocation> revoked;
  for (auto& [family, session] : sessions_) {
    if (session.user != user || family == keep) continue;
    for (Revocation& made : end_family(session, reason, now)) revoked.push_back(std::move(made));
  }
  return revoked;
}

Result<> Records::end_session(UserId user, const std::string& family, UnixMs now) {
  const auto found = sessions_.find(family);
  if (found == sessions_.end() || found->second.user != user ||
      end_family(found->second, RevocationReason::signed_out, now).empty()) {
    return base::Error{ErrorCode::session_not_found};
  }
  return {};
}

Result<std::vector<Revocation>> Records::revoke_session(UserId user,
                                                        const std::string& refresh_hash,
                                                        UnixMs now) {
  const auto found = tokens_.find(refresh_hash);
  if (found == tokens_.end()) return std::vector<Revocation>();
  KeptSession& session = sessions_.at(found->second.family);
  if (session.user != user) return std::vector<Revocation>();
  return end_family(session, RevocationReason::signed_out, now);
}

Result<std::vector<Revocation>> Records::revoke_all_sessions(UserId user, UnixMs now) {
  return end_sessions(user, "", RevocationReason::signed_out, now);
}

// ---- revocations -------------------------------------------------------------------------------

Revocation Records::add_revocation(UserId user, const std::string& family, RevocationReason reason,
                                   UnixMs now) {
  int forgotten = 0;
  std::erase_if(revocations_, [&](const Revocation& old) {
    return old.until < now && forgotten++ < revocations_forgotten_max;
  });
  return revocations_.emplace_back(Revocation{++last_revocation_, user, family, reason, now,
                                              now.plus_ms(revocation_lifetime_ms)});
}

Result<std::vector<Revocation>> Records::revocations(UnixMs now,
                                                     std::optional<UnixMs> since) const {
  std::vector<Revocation> found;
  for (const Revocation& row : revocations_) {
    if (row.until >= now && (!since || row.at >= *since)) found.push_back(row);
  }
  return found;
}

}  // namespace whoosh::store::memory
