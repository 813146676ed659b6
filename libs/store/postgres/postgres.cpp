// The Store of postgres.h: each call of the port becomes one job of the pool.
#include "store/postgres/postgres.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "store/postgres/account_reads.h"
#include "store/postgres/accounts.h"
#include "store/postgres/audit.h"
#include "store/postgres/economy.h"
#include "store/postgres/factors.h"
#include "store/postgres/ledger.h"
#include "store/postgres/matches.h"
#include "store/postgres/migrate.h"
#include "store/postgres/moderation.h"
#include "store/postgres/ratings.h"
#include "store/postgres/revocations.h"
#include "store/postgres/sessions.h"
#include "store/postgres/workers.h"
#include "store/window.h"

namespace whoosh::store::postgres {
namespace {

constexpr int connections_max = 64;

using Connections = std::vector<std::unique_ptr<Connection>>;

LedgerCheck verify_all(const std::string& conninfo) {
  Timeouts patient;
  patient.statement = patient.answer = std::chrono::hours(1);  // it reads everything there is
  Connection db(conninfo, patient);
  const Transaction snapshot(db, Transaction::Kind::snapshot);
  refuse_old(read_status(db, describe(conninfo)), describe(conninfo));
  return check_ledger(db);
}

class PostgresStore final : public Store {
 public:
  PostgresStore(const std::string& conninfo, Connections connections, std::size_t queue_max,
                Report report)
      : conninfo_(conninfo),
        account_reads_(pool_, queue_max),
        pool_(conninfo, std::move(connections), queue_max, std::move(report)) {}

  void create_account(NewAccount account, Reply<Account> reply) override {
    pool_.push(Effect::write, std::move(reply), [account = std::move(account)](Connection& db) {
      return postgres::create_account(db, account);
    });
  }
  void credentials(std::string login, Reply<Credentials> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [login = std::move(login)](Connection& db) { return load_credentials(db, login); });
  }
  void credentials_of(UserId id, Reply<Credentials> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [id](Connection& db) { return load_credentials(db, id); });
  }
  void change_password(PasswordChange change, Reply<std::vector<Revocation>> reply) override {
    pool_.push(Effect::write_repeats, std::move(reply),
               [change = std::move(change)](Connection& db) {
                 return postgres::change_password(db, change);
               });
  }
  void rehash_password(UserId id, std::string old_hash, std::string new_hash,
                       Reply<> reply) override {
    pool_.push(Effect::write_repeats, std::move(reply),
               [id, old_hash = std::move(old_hash), new_hash = std::move(new_hash)](
                   Connection& db) { postgres::rehash_password(db, id, old_hash, new_hash); });
  }
  void account(UserId id, Reply<Account> reply) override {
    account_reads_.ask(id, std::move(reply));
  }
  void change_profile(UserId id, ProfileChange change, Reply<Account> reply) override {
    pool_.push(Effect::write, std::move(reply), [id, change = std::move(change)](Connection& db) {
      return postgres::change_profile(db, id, change);
    });
  }
  void convert_guest(UserId id, Conversion conversion, Reply<Account> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [id, conversion = std::move(conversion)](Connection& db) {
                 return postgres::convert_guest(db, id, conversion);
               });
  }
  void erase_account(UserId id, UnixMs now, Reply<> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [id, now](Connection& db) { postgres::erase_account(db, id, now); });
  }
  void expire_guests(UnixMs before, Reply<std::int64_t> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [before](Connection& db) { return postgres::expire_guests(db, before); });
  }

  void create_session(NewSession session, Reply<> reply) override {
    pool_.push(Effect::write, std::move(reply), [session = std::move(session)](Connection& db) {
      postgres::create_session(db, session);
    });
  }
  void rotate_session(Rotation rotation, Reply<Rotated> reply) override {
    pool_.push(Effect::write, std::move(reply), [rotation = std::move(rotation)](Connection& db) {
      return postgres::rotate_session(db, rotation);
    });
  }
  void sessions(UserId user, UnixMs now, Reply<std::vector<Session>> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [user, now](Connection& db) { return load_sessions(db, user, now); });
  }
  void end_session(UserId user, std::string family, UnixMs now, Reply<> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [user, family = std::move(family), now](Connection& db) {
                 postgres::end_session(db, user, family, now);
               });
  }
  void revoke_session(UserId user, std::string refresh_hash, UnixMs now,
                      Reply<std::vector<Revocation>> reply) override {
    pool_.push(Effect::write_repeats, std::move(reply),
               [user, refresh_hash = std::move(refresh_hash), now](Connection& db) {
                 return postgres::revoke_session(db, user, refresh_hash, now);
               });
  }
  void revoke_all_sessions(UserId user, UnixMs now, Reply<std::vector<Revocation>> reply) override {
    pool_.push(Effect::write_repeats, std::move(reply), [user, now](Connection& db) {
      return end_sessions(db, user, "", RevocationReason::signed_out, now);
    });
  }
  void revocations(UnixMs now, std::optional<UnixMs> since,
                   Reply<std::vector<Revocation>> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [now, since](Connection& db) { return load_revocations(db, now, since); });
  }

  void second_factor(UserId user, Reply<SecondFactor> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [user](Connection& db) { return load_factor(db, user); });
  }
  void begin_totp(UserId user, std::string sealed, Reply<> reply) override {
    pool_.push(Effect::write, std::move(reply), [user, sealed = std::move(sealed)](Connection& db) {
      postgres::begin_totp(db, user, sealed);
    });
  }
  void confirm_totp(TotpConfirmation wish, Reply<std::vector<Revocation>> reply) override {
    pool_.push(Effect::write, std::move(reply), [wish = std::move(wish)](Connection& db) {
      return postgres::confirm_totp(db, wish);
    });
  }
  void use_totp(UserId user, TotpUse use, Reply<> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [user, use = std::move(use)](Connection& db) { postgres::use_totp(db, user, use); });
  }
  void remove_totp(UserId user, Reply<> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [user](Connection& db) { postgres::remove_totp(db, user); });
  }
  void replace_recovery_codes(UserId user, std::vector<std::string> hashes, UnixMs now,
                              Reply<> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [user, hashes = std::move(hashes), now](Connection& db) {
                 replace_codes(db, user, hashes, now);
               });
  }
  void use_recovery_code(UserId user, std::string hash, Reply<> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [user, hash = std::move(hash)](Connection& db) { use_code(db, user, hash); });
  }
  void is_recovery_code(UserId user, std::string hash, UnixMs now, Reply<bool> reply) override {
    pool_.push(Effect::read, std::move(reply), [user, hash = std::move(hash), now](Connection& db) {
      return is_code(db, user, hash, now);
    });
  }
  void reset_password(PasswordReset reset, Reply<std::vector<Revocation>> reply) override {
    pool_.push(Effect::write, std::move(reply), [reset = std::move(reset)](Connection& db) {
      return postgres::reset_password(db, reset);
    });
  }
  void issue_reset_code(ResetCode code, Reply<> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [code = std::move(code)](Connection& db) { postgres::issue_reset_code(db, code); });
  }
  void reset_totp(UserId user, std::string reason, Actor actor, UnixMs now,
                  Reply<Account> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [user, reason = std::move(reason), actor = std::move(actor), now](Connection& db) {
                 return postgres::reset_totp(db, user, reason, actor, now);
               });
  }

  void search_users(UserSearch search, Reply<UserPage> reply) override {
    pool_.push(Effect::read, std::move(reply), [search = std::move(search)](Connection& db) {
      return postgres::search_users(db, search);
    });
  }
  void ban(Ban ban, Reply<Account> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [ban = std::move(ban)](Connection& db) { return postgres::ban(db, ban); });
  }
  void unban(UserId user, std::string reason, Actor actor, UnixMs now,
             Reply<Account> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [user, reason = std::move(reason), actor = std::move(actor), now](Connection& db) {
                 return postgres::unban(db, user, reason, actor, now);
               });
  }
  void set_role(UserId user, std::string role, Actor actor, UnixMs now,
                Reply<Account> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [user, role = std::move(role), actor = std::move(actor), now](Connection& db) {
                 return postgres::set_role(db, user, role, actor, now);
               });
  }
  void audit(AuditRow row, Reply<> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [row = std::move(row)](Connection& db) { append_audit(db, row); });
  }
  void audit_log(AuditQuery query, Reply<AuditPage> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [query = std::move(query)](Connection& db) { return load_audit(db, query); });
  }

  void apply_result(match::MatchRecord record, Reply<AppliedResult> reply) override {
    pool_.push(Effect::write_repeats, std::move(reply),
               [record = std::move(record)](Connection& db) {
                 return postgres::apply_result(db, record);
               });
  }
  void history(UserId user, std::optional<std::string> cursor, std::int32_t limit,
               Reply<HistoryPage> reply) override {
    pool_.push_read(
        std::move(reply),
        [user, cursor = std::move(cursor), limit](Connection& db) {
          return ask_history(db, user, cursor, limit);
        },
        [limit](Connection& db, Connection::Number number) {
          return take_history(db, number, limit);
        });
  }
  void rating(UserId user, std::string game, Reply<match::Rating> reply) override {
    pool_.push(Effect::read, std::move(reply), [user, game = std::move(game)](Connection& db) {
      return load_rating(db, user, game);
    });
  }

  void wallet(UserId user, Reply<Wallet> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [user](Connection& db) { return load_wallet(db, user); });
  }
  void ledger(UserId user, std::optional<std::string> cursor, std::int32_t limit,
              Reply<LedgerPage> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [user, cursor = std::move(cursor), limit](Connection& db) {
                 return load_ledger_page(db, user, cursor, limit);
               });
  }
  // What carries a key is the same twice as once: the second finds what the first one decided.
  void purchase(Purchase purchase, Reply<Outcome> reply) override {
    pool_.push(Effect::write_repeats, std::move(reply),
               [purchase = std::move(purchase)](Connection& db) {
                 return postgres::purchase(db, purchase);
               });
  }
  void refund(Refund refund, Reply<Outcome> reply) override {
    pool_.push(
        Effect::write_repeats, std::move(reply),
        [refund = std::move(refund)](Connection& db) { return postgres::refund(db, refund); });
  }
  void grant(Grant grant, Reply<Outcome> reply) override {
    pool_.push(Effect::write_repeats, std::move(reply),
               [grant = std::move(grant)](Connection& db) { return postgres::grant(db, grant); });
  }
  void daily(UserId user, UnixMs now, Reply<DailyStanding> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [user, now](Connection& db) { return load_daily(db, user, now); });
  }
  void claim_daily(UserId user, UnixMs now, Reply<DailyReward> reply) override {
    pool_.push(Effect::write, std::move(reply),
               [user, now](Connection& db) { return postgres::claim_daily(db, user, now); });
  }
  void inventory(UserId user, Reply<std::vector<OwnedItem>> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [user](Connection& db) { return load_inventory(db, user); });
  }
  void equip(UserId user, std::string item, Reply<Look> reply) override {
    pool_.push(
        Effect::write_repeats, std::move(reply),
        [user, item = std::move(item)](Connection& db) { return postgres::equip(db, user, item); });
  }
  void unequip(UserId user, ItemKind kind, Reply<Look> reply) override {
    pool_.push(Effect::write_repeats, std::move(reply),
               [user, kind](Connection& db) { return postgres::unequip(db, user, kind); });
  }
  // On a connection of its own: those of the pool give a statement up after seconds.
  void verify_ledger(Reply<LedgerCheck> reply) override {
    pool_.push(Effect::read, std::move(reply),
               [this](Connection& /*db*/) { return verify_all(conninfo_); });
  }

  // The UPDATE writes nothing, but a server that takes no writes refuses it.
  void ping(Reply<> reply) override {
    pool_.push(Effect::write_repeats, std::move(reply), [](Connection& db) {
      db.later("UPDATE users SET xp = xp WHERE false");
      (void)db.query("SELECT 1 FROM users WHERE id = 1");
    });
  }

 private:
  const std::string conninfo_;
  AccountReads account_reads_;
  Pool pool_;  // stops first
};

void report_to_stderr(std::string_view sentence) {
  fmt::print(stderr, "store: {}\n", sentence);
}

std::unique_ptr<Store> open_database(Options options, const std::string& name) {
  Connections connections;
  for (int at = 0; at < options.connections; ++at) {
    connections.push_back(std::make_unique<Connection>(options.conninfo, Timeouts{}));
  }
  {
    const Transaction snapshot(*connections.front(), Transaction::Kind::snapshot);
    refuse_old(read_status(*connections.front(), name), name);
  }
  if (!options.report) options.report = report_to_stderr;
  return std::make_unique<PostgresStore>(options.conninfo, std::move(connections),
                                         options.queue_max, std::move(options.report));
}

}  // namespace

base::Result<std::unique_ptr<Store>> open(Options options) {
  if (options.connections < 1 || options.connections > connections_max || options.queue_max == 0) {
    return base::Error{
        base::ErrorCode::unavailable,
        fmt::format("the store needs 1 to {} connections and a queue", connections_max)};
  }
  const std::string conninfo = options.conninfo;
  if (options.migrate) {
    if (const auto migrated = migrate(conninfo); migrated.has_error()) return migrated.error();
  }
  return guarded<std::unique_ptr<Store>>(
      conninfo, [&](const std::string& name) { return open_database(std::move(options), name); });
}

base::Result<LedgerCheck> verify(const std::string& conninfo) {
  return guarded<LedgerCheck>(conninfo,
                              [&](const std::string& /*name*/) { return verify_all(conninfo); });
}

}  // namespace whoosh::store::postgres
