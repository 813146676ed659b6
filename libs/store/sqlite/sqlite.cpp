// The Store of sqlite.h: each call of the port becomes one job for the writer or the readers.
#include "store/sqlite/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>

#include "store/sqlite/accounts.h"
#include "store/sqlite/audit.h"
#include "store/sqlite/economy.h"
#include "store/sqlite/factors.h"
#include "store/sqlite/ledger.h"
#include "store/sqlite/matches.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/moderation.h"
#include "store/sqlite/ratings.h"
#include "store/sqlite/revocations.h"
#include "store/sqlite/sessions.h"
#include "store/sqlite/workers.h"
#include "store/window.h"

namespace whoosh::store::sqlite {
namespace {

constexpr int readers_max = 64;

using Connections = std::vector<std::unique_ptr<Connection>>;

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<Connection> writer, Connections readers, std::size_t queue_max,
              Report report)
      : report_(std::move(report)),
        writer_(std::move(writer), queue_max, report_),
        readers_(std::move(readers), queue_max, report_) {}

  void create_account(NewAccount account, Reply<Account> reply) override {
    write(std::move(reply), [account = std::move(account)](Connection& db) {
      return sqlite::create_account(db, account);
    });
  }
  void credentials(std::string login, Reply<Credentials> reply) override {
    read(std::move(reply),
         [login = std::move(login)](Connection& db) { return load_credentials(db, login); });
  }
  void credentials_of(UserId id, Reply<Credentials> reply) override {
    read(std::move(reply), [id](Connection& db) { return load_credentials(db, id); });
  }
  void change_password(PasswordChange change, Reply<std::vector<Revocation>> reply) override {
    write(std::move(reply), [change = std::move(change)](Connection& db) {
      return sqlite::change_password(db, change);
    });
  }
  void rehash_password(UserId id, std::string old_hash, std::string new_hash,
                       Reply<> reply) override {
    write(std::move(reply),
          [id, old_hash = std::move(old_hash), new_hash = std::move(new_hash)](Connection& db) {
            sqlite::rehash_password(db, id, old_hash, new_hash);
          });
  }
  void account(UserId id, Reply<Account> reply) override {
    read(std::move(reply), [id](Connection& db) { return load_account(db, id); });
  }
  void change_profile(UserId id, ProfileChange change, Reply<Account> reply) override {
    write(std::move(reply), [id, change = std::move(change)](Connection& db) {
      return sqlite::change_profile(db, id, change);
    });
  }
  void convert_guest(UserId id, Conversion conversion, Reply<Account> reply) override {
    write(std::move(reply), [id, conversion = std::move(conversion)](Connection& db) {
      return sqlite::convert_guest(db, id, conversion);
    });
  }
  void erase_account(UserId id, UnixMs now, Reply<> reply) override {
    write(std::move(reply), [id, now](Connection& db) { sqlite::erase_account(db, id, now); });
  }
  void expire_guests(UnixMs before, Reply<std::int64_t> reply) override {
    write(std::move(reply), [before](Connection& db) { return sqlite::expire_guests(db, before); });
  }

  void create_session(NewSession session, Reply<> reply) override {
    write(std::move(reply),
          [session = std::move(session)](Connection& db) { sqlite::create_session(db, session); });
  }
  void rotate_session(Rotation rotation, Reply<Rotated> reply) override {
    write(std::move(reply), [rotation = std::move(rotation)](Connection& db) {
      return sqlite::rotate_session(db, rotation);
    });
  }
  void sessions(UserId user, UnixMs now, Reply<std::vector<Session>> reply) override {
    read(std::move(reply), [user, now](Connection& db) { return load_sessions(db, user, now); });
  }
  void end_session(UserId user, std::string family, UnixMs now, Reply<> reply) override {
    write(std::move(reply), [user, family = std::move(family), now](Connection& db) {
      sqlite::end_session(db, user, family, now);
    });
  }
  void revoke_session(UserId user, std::string refresh_hash, UnixMs now,
                      Reply<std::vector<Revocation>> reply) override {
    write(std::move(reply), [user, refresh_hash = std::move(refresh_hash), now](Connection& db) {
      return sqlite::revoke_session(db, user, refresh_hash, now);
    });
  }
  void revoke_all_sessions(UserId user, UnixMs now, Reply<std::vector<Revocation>> reply) override {
    write(std::move(reply), [user, now](Connection& db) {
      return end_sessions(db, user, "", RevocationReason::signed_out, now);
    });
  }
  void revocations(UnixMs now, std::optional<UnixMs> since,
                   Reply<std::vector<Revocation>> reply) override {
    read(std::move(reply),
         [now, since](Connection& db) { return load_revocations(db, now, since); });
  }

  void second_factor(UserId user, Reply<SecondFactor> reply) override {
    read(std::move(reply), [user](Connection& db) { return load_factor(db, user); });
  }
  void begin_totp(UserId user, std::string sealed, Reply<> reply) override {
    write(std::move(reply), [user, sealed = std::move(sealed)](Connection& db) {
      sqlite::begin_totp(db, user, sealed);
    });
  }
  void confirm_totp(TotpConfirmation wish, Reply<std::vector<Revocation>> reply) override {
    write(std::move(reply),
          [wish = std::move(wish)](Connection& db) { return sqlite::confirm_totp(db, wish); });
  }
  void use_totp(UserId user, TotpUse use, Reply<> reply) override {
    write(std::move(reply),
          [user, use = std::move(use)](Connection& db) { sqlite::use_totp(db, user, use); });
  }
  void remove_totp(UserId user, Reply<> reply) override {
    write(std::move(reply), [user](Connection& db) { sqlite::remove_totp(db, user); });
  }
  void replace_recovery_codes(UserId user, std::vector<std::string> hashes, UnixMs now,
                              Reply<> reply) override {
    write(std::move(reply), [user, hashes = std::move(hashes), now](Connection& db) {
      replace_codes(db, user, hashes, now);
    });
  }
  void use_recovery_code(UserId user, std::string hash, Reply<> reply) override {
    write(std::move(reply),
          [user, hash = std::move(hash)](Connection& db) { use_code(db, user, hash); });
  }
  void is_recovery_code(UserId user, std::string hash, UnixMs now, Reply<bool> reply) override {
    read(std::move(reply), [user, hash = std::move(hash), now](Connection& db) {
      return is_code(db, user, hash, now);
    });
  }
  void reset_password(PasswordReset reset, Reply<std::vector<Revocation>> reply) override {
    write(std::move(reply),
          [reset = std::move(reset)](Connection& db) { return sqlite::reset_password(db, reset); });
  }
  void issue_reset_code(ResetCode code, Reply<> reply) override {
    write(std::move(reply),
          [code = std::move(code)](Connection& db) { sqlite::issue_reset_code(db, code); });
  }
  void reset_totp(UserId user, std::string reason, Actor actor, UnixMs now,
                  Reply<Account> reply) override {
    write(std::move(reply),
          [user, reason = std::move(reason), actor = std::move(actor), now](Connection& db) {
            return sqlite::reset_totp(db, user, reason, actor, now);
          });
  }

  void search_users(UserSearch search, Reply<UserPage> reply) override {
    read(std::move(reply),
         [search = std::move(search)](Connection& db) { return sqlite::search_users(db, search); });
  }
  void ban(Ban ban, Reply<Account> reply) override {
    write(std::move(reply),
          [ban = std::move(ban)](Connection& db) { return sqlite::ban(db, ban); });
  }
  void unban(UserId user, std::string reason, Actor actor, UnixMs now,
             Reply<Account> reply) override {
    write(std::move(reply),
          [user, reason = std::move(reason), actor = std::move(actor), now](Connection& db) {
            return sqlite::unban(db, user, reason, actor, now);
          });
  }
  void set_role(UserId user, std::string role, Actor actor, UnixMs now,
                Reply<Account> reply) override {
    write(std::move(reply),
          [user, role = std::move(role), actor = std::move(actor), now](Connection& db) {
            return sqlite::set_role(db, user, role, actor, now);
          });
  }
  void audit(AuditRow row, Reply<> reply) override {
    write(std::move(reply),
          [row = std::move(row)](Connection& db) { (void)append_audit(db, row); });
  }
  void audit_log(AuditQuery query, Reply<AuditPage> reply) override {
    read(std::move(reply),
         [query = std::move(query)](Connection& db) { return load_audit(db, query); });
  }

  void apply_result(match::MatchRecord record, Reply<AppliedResult> reply) override {
    write(std::move(reply), [record = std::move(record)](Connection& db) {
      return sqlite::apply_result(db, record);
    });
  }
  void history(UserId user, std::optional<std::string> cursor, std::int32_t limit,
               Reply<HistoryPage> reply) override {
    read(std::move(reply), [user, cursor = std::move(cursor), limit](Connection& db) {
      return load_history(db, user, cursor, limit);
    });
  }
  void rating(UserId user, std::string game, Reply<match::Rating> reply) override {
    read(std::move(reply), [user, game = std::move(game)](Connection& db) {
      if (!is_alive(db, user)) throw Refused{base::ErrorCode::user_not_found};
      return load_rating(db, user, game);
    });
  }

  void wallet(UserId user, Reply<Wallet> reply) override {
    read(std::move(reply), [user](Connection& db) { return load_wallet(db, user); });
  }
  void ledger(UserId user, std::optional<std::string> cursor, std::int32_t limit,
              Reply<LedgerPage> reply) override {
    read(std::move(reply), [user, cursor = std::move(cursor), limit](Connection& db) {
      return load_ledger_page(db, user, cursor, limit);
    });
  }
  void purchase(Purchase purchase, Reply<Outcome> reply) override {
    write(std::move(reply), [purchase = std::move(purchase)](Connection& db) {
      return sqlite::purchase(db, purchase);
    });
  }
  void refund(Refund refund, Reply<Outcome> reply) override {
    write(std::move(reply),
          [refund = std::move(refund)](Connection& db) { return sqlite::refund(db, refund); });
  }
  void grant(Grant grant, Reply<Outcome> reply) override {
    write(std::move(reply),
          [grant = std::move(grant)](Connection& db) { return sqlite::grant(db, grant); });
  }
  void daily(UserId user, UnixMs now, Reply<DailyStanding> reply) override {
    read(std::move(reply), [user, now](Connection& db) { return load_daily(db, user, now); });
  }
  void claim_daily(UserId user, UnixMs now, Reply<DailyReward> reply) override {
    write(std::move(reply),
          [user, now](Connection& db) { return sqlite::claim_daily(db, user, now); });
  }
  void inventory(UserId user, Reply<std::vector<OwnedItem>> reply) override {
    read(std::move(reply), [user](Connection& db) { return load_inventory(db, user); });
  }
  void equip(UserId user, std::string item, Reply<Look> reply) override {
    write(std::move(reply),
          [user, item = std::move(item)](Connection& db) { return sqlite::equip(db, user, item); });
  }
  void unequip(UserId user, ItemKind kind, Reply<Look> reply) override {
    write(std::move(reply),
          [user, kind](Connection& db) { return sqlite::unequip(db, user, kind); });
  }
  void verify_ledger(Reply<LedgerCheck> reply) override {
    read(std::move(reply), [](Connection& db) { return check_ledger(db); });
  }

  // The reader hands over to the writer, whose BEGIN IMMEDIATE and COMMIT are the null write.
  void ping(Reply<> reply) override {
    auto held = std::make_shared<Reply<>>(std::move(reply));
    auto pass_on = [this, held](base::Result<> seen) {
      if (seen.has_error()) {
        (*held)(seen.error());
        return;
      }
      write(std::move(*held), [](Connection& /*db*/) {});
    };
    read(Reply<>(inline_mailbox_, std::move(pass_on)),
         [](Connection& db) { (void)is_alive(db, UserId{1}); });
  }

 private:
  // Runs its task inside post(): for a hop from one thread of the store to another.
  class InlineMailbox final : public runtime::Mailbox {
   public:
    void post(runtime::Task task) override { task(); }
  };

  template <class T, class Work>
  void write(Reply<T> reply, Work work) {
    writer_.push(make_job<T>(std::move(reply), std::move(work)));
  }
  template <class T, class Work>
  void read(Reply<T> reply, Work work) {
    readers_.push(make_job<T>(std::move(reply), std::move(work)));
  }

  InlineMailbox inline_mailbox_;
  Report report_;
  Writer writer_;
  Readers readers_;  // stops first: a ping goes from here to the writer
};

void report_to_stderr(std::string_view sentence) {
  fmt::print(stderr, "store: {}\n", sentence);
}

void refuse_old(const std::string& path, const SchemaStatus& schema) {
  if (const auto current = check_current(path, schema); !current) throw Refused{current.error()};
}

std::unique_ptr<Store> open_file(Options options) {
  auto writer = std::make_unique<Connection>(options.path, Access::write);
  // BEGIN IMMEDIATE succeeds on a file that SQLite could open for reading only, so it is no probe
  // of that.
  if (!writer->is_writable()) throw SqliteError(SQLITE_READONLY, "opened for reading only");
  {
    const Transaction probe(*writer, Transaction::Kind::write);
    refuse_old(options.path, read_status(*writer, options.path));
  }
  Connections readers;
  for (int at = 0; at < options.readers; ++at) {
    readers.push_back(std::make_unique<Connection>(options.path, Access::read));
  }
  if (!options.report) options.report = report_to_stderr;
  return std::make_unique<SqliteStore>(std::move(writer), std::move(readers), options.queue_max,
                                       std::move(options.report));
}

}  // namespace

base::Result<std::unique_ptr<Store>> open(Options options) {
  if (options.readers < 1 || options.readers > readers_max || options.queue_max == 0) {
    return base::Error{base::ErrorCode::unavailable,
                       fmt::format("the store needs 1 to {} readers and a queue", readers_max)};
  }
  const std::string path = options.path;
  if (options.migrate) {
    if (const auto migrated = migrate(path); migrated.has_error()) return migrated.error();
  }
  return guarded<std::unique_ptr<Store>>(path, [&] { return open_file(std::move(options)); });
}

base::Result<LedgerCheck> verify(const std::string& path) {
  return guarded<LedgerCheck>(path, [&] {
    Connection db(path, Access::write);
    const Transaction snapshot(db, Transaction::Kind::read);
    refuse_old(path, read_status(db, path));
    return check_ledger(db);
  });
}

}  // namespace whoosh::store::sqlite
