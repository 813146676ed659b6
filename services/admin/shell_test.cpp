// Goal: the shell's tools do what REST's do, by the same rules, in the same log. Method: every
// action on the store in memory, as tables and as JSON.
#include "services/admin/shell.h"

#include <gtest/gtest.h>

#include "services/admin/output.h"
#include "store/memory/memory.h"

namespace whoosh::admin {
namespace {

using base::ErrorCode;

struct Bench {
  runtime::ManualClock clock;
  runtime::OsEntropy entropy;
  std::unique_ptr<store::Store> store = store::memory::open();
  Shell shell{*store, clock, entropy, {false, "root", auth::Cost::minimal()}};
  Shell json{*store, clock, entropy, {true, "root", auth::Cost::minimal()}};

  void make(const std::string& name, bool guest = false) {
    runtime::QueueMailbox mailbox;
    bool done = false;
    store::NewAccount fresh;
    fresh.username = name;
    if (!guest) fresh.email = name + "@example.org";
    if (!guest) fresh.password_hash = "$argon2id$";
    fresh.display_name = name;
    fresh.is_guest = guest;
    fresh.created_at = clock.now();
    store->create_account(fresh, runtime::Reply<store::Account>(mailbox, [&](auto made) {
                            EXPECT_TRUE(made.has_value());
                            done = true;
                          }));
    while (!done) mailbox.run_all();
  }
};

bool says(const Shell::Text& text, std::string_view what) {
  return text.has_value() && text->find(what) != text->npos;
}
ErrorCode code(const Shell::Text& text) {
  return text ? ErrorCode::internal : text.error().code;
}

TEST(Shell, makes_the_first_administrator) {
  Bench b;
  const auto made = b.shell.create_admin({"boss_1", "boss@example.org", "quiet market at night"});
  EXPECT_TRUE(says(made, "boss_1 (id 1) is admin")) << sentence_of(made.error());
  EXPECT_TRUE(says(b.json.user("boss_1"), R"("role":"admin")"));
  EXPECT_TRUE(says(b.shell.audit({}), "root (shell)"));
  EXPECT_TRUE(says(b.shell.audit({.action = "user.role"}), "user:1"));
  const auto bad = b.shell.create_admin({"a", "nowhere", "password1"});
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().fields.size(), 3U);
  EXPECT_EQ(code(b.shell.create_admin({"BOSS_1", "x@example.org", "quiet market at night"})),
            ErrorCode::username_taken);
}

TEST(Shell, finds_people_by_name_address_or_id) {
  Bench b;
  b.make("ada");
  b.make("adam");
  for (const char* name : {"ada", "ADA", "Ada@example.org", "1"}) {
    EXPECT_TRUE(says(b.shell.user(name), "username:     ada\n")) << name;
  }
  EXPECT_EQ(code(b.shell.user("ad")), ErrorCode::user_not_found) << "a beginning is not enough";
  EXPECT_EQ(code(b.shell.user("99")), ErrorCode::user_not_found);
  const auto list = b.shell.users("ad", 50);
  EXPECT_TRUE(says(list, "ada@example.org"));
  EXPECT_TRUE(says(list, "adam@example.org"));
  EXPECT_TRUE(says(b.shell.users("", 1), "and more"));
  EXPECT_TRUE(says(b.json.users("adam", 50), R"("username":"adam")"));
}

TEST(Shell, bans_and_lifts_bans) {
  Bench b;
  b.make("eve");
  EXPECT_TRUE(says(b.shell.ban({"eve", "Cheated.", "2030-12-31T23:59:59Z"}), "banned until 2030"));
  EXPECT_TRUE(says(b.shell.user("eve"), "Cheated."));
  EXPECT_TRUE(says(b.json.ban({"eve", "Cheated.", ""}), R"("until":null)"));
  EXPECT_TRUE(says(b.shell.unban("eve", "A mistake."), "not banned any more"));
  EXPECT_EQ(code(b.shell.unban("eve", "A mistake.")), ErrorCode::not_banned);
  EXPECT_EQ(code(b.shell.ban({"eve", " ", ""})), ErrorCode::invalid_input);
  EXPECT_EQ(code(b.shell.ban({"eve", "x", "2020-01-01T00:00:00Z"})), ErrorCode::invalid_input);
  EXPECT_EQ(code(b.shell.ban({"nobody_1", "x", ""})), ErrorCode::user_not_found);
  EXPECT_TRUE(says(b.shell.audit({.target = "user:1"}), "user.unban"));
}

TEST(Shell, grants_once_per_key) {
  Bench b;
  b.make("ada");
  EXPECT_TRUE(says(b.shell.grant({"ada", 200, "Won the cup.", "k"}), "has 200 coins\n"));
  EXPECT_TRUE(says(b.shell.grant({"ada", 200, "Won the cup.", "k"}), "done before"));
  EXPECT_EQ(code(b.shell.grant({"ada", 300, "Won the cup.", "k"})),
            ErrorCode::idempotency_key_reused);
  EXPECT_TRUE(says(b.json.grant({"ada", -150, "Too much.", ""}), R"("balance":50)"));
  EXPECT_EQ(code(b.shell.grant({"ada", -51, "Too much.", ""})), ErrorCode::insufficient_funds);
  for (const std::int32_t coins : {0, 1'000'001, -1'000'001}) {
    EXPECT_EQ(code(b.shell.grant({"ada", coins, "x", ""})), ErrorCode::invalid_input) << coins;
  }
  EXPECT_EQ(code(b.shell.refund({"ada", "frame_neon", "x", ""})), ErrorCode::item_not_owned);
  EXPECT_TRUE(says(b.shell.verify_ledger(), "sound: 2 journal rows"));
  EXPECT_TRUE(says(b.json.verify_ledger(), R"("sound":true)"));
}

TEST(Shell, gives_and_takes_roles) {
  Bench b;
  b.make("ada");
  b.make("guest_x", true);
  EXPECT_TRUE(says(b.shell.role("ada", "moderator"), "is moderator"));
  EXPECT_TRUE(says(b.shell.role("ada", "none"), "no operator"));
  EXPECT_EQ(code(b.shell.role("ada", "king")), ErrorCode::invalid_input);
  EXPECT_EQ(code(b.shell.role("guest_x", "admin")), ErrorCode::invalid_input);
}

TEST(Shell, gives_a_code_for_a_lost_password) {
  Bench b;
  b.make("ada");
  b.make("guest_x", true);
  const auto text = b.shell.reset_password("ada", "Rang me up, knew the last match.");
  EXPECT_TRUE(says(text, "set a new password")) << sentence_of(text.error());
  const auto json = b.json.reset_password("ada", "Again.");
  EXPECT_TRUE(says(json, R"("recovery_code":")"));
  EXPECT_TRUE(says(json, R"("expires_at":")"));
  EXPECT_TRUE(says(b.shell.audit({.action = "user.reset_password"}), "knew the last match"));
  EXPECT_EQ(code(b.shell.reset_password("ada", " ")), ErrorCode::invalid_input);
  EXPECT_EQ(code(b.shell.reset_password("nobody_1", "x")), ErrorCode::user_not_found);
  EXPECT_EQ(code(b.shell.reset_password("guest_x", "x")), ErrorCode::user_not_found);
}

TEST(Shell, takes_a_lost_second_factor_away) {
  Bench b;
  b.make("ada");
  EXPECT_EQ(code(b.shell.reset_totp("ada", "Lost phone.")), ErrorCode::totp_off);
  runtime::QueueMailbox mailbox;
  int done = 0;
  b.store->begin_totp(base::UserId{1}, "sealed",
                      runtime::Reply<>(mailbox, [&](auto begun) { done += begun ? 1 : 0; }));
  b.store->confirm_totp({base::UserId{1}, {"sealed", 1}, {}, "", b.clock.now()},
                        runtime::Reply<std::vector<store::Revocation>>(
                            mailbox, [&](auto on) { done += on ? 1 : 0; }));
  while (done < 2) mailbox.run_all();
  EXPECT_TRUE(says(b.shell.reset_password("ada", "x"), "second factor is asked for"));
  EXPECT_EQ(code(b.shell.reset_totp("ada", "")), ErrorCode::invalid_input);
  EXPECT_TRUE(says(b.shell.reset_totp("ada", "Lost phone."), "no second factor any more"));
  EXPECT_TRUE(says(b.shell.audit({.action = "user.reset_totp"}), "Lost phone."));
}

TEST(Output, a_table_has_columns_and_no_blanks_at_the_end) {
  EXPECT_EQ(table({"id", "name"}, {{"1", "\u00e4da"}, {"200", ""}}),
            "id   name\n1    \u00e4da\n200\n");
}

}  // namespace
}  // namespace whoosh::admin
