// Contract of accounts: made, found, changed, converted, erased. See contract.h for goal and
// method.
#pragma once

#include "store/contract.h"

namespace whoosh::store::contract {

TEST_P(StoreContract, NewAccountIsFoundAsItWasMade) {
  const Account made = client_.create(registered("Ann")).value();
  EXPECT_GE(made.id.value, 1);
  EXPECT_LT(made.id.value, std::int64_t{1} << 53);
  const Account found = client_.account(made.id).value();
  EXPECT_EQ(found.id, made.id);
  EXPECT_EQ(found.username, "Ann");
  EXPECT_EQ(found.email, "Ann@example.org");
  EXPECT_EQ(found.display_name, "Ann");
  EXPECT_EQ(found.avatar, "fox");
  EXPECT_EQ(found.role, "");
  EXPECT_FALSE(found.is_guest);
  EXPECT_EQ(found.elo, 1000);
  EXPECT_EQ(found.xp, 0);
  EXPECT_EQ(found.level, 1);
  EXPECT_EQ(found.total_games, 0);
  EXPECT_EQ(found.wins, 0);
  EXPECT_EQ(found.coins, 0);
  EXPECT_EQ(found.created_at, noon);
  EXPECT_EQ(found.banned_until, std::nullopt);
}

TEST_P(StoreContract, NamesAreUniqueHoweverTheyAreWritten) {
  make_user("Zo\u00eb");
  for (const char* same : {"Zo\u00eb", "ZO\u00cb", "zoe", "Zoe\u0308", "\uff3a\uff4f\uff45"}) {
    NewAccount account = registered(same);
    account.email = "other@example.org";
    EXPECT_EQ(error_of(client_.create(account)), ErrorCode::username_taken) << same;
  }
  EXPECT_TRUE(client_.create(registered("Zoey")).has_value());
}

TEST_P(StoreContract, EmailAddressesAreUniqueHoweverTheyAreWritten) {
  make_user("ann");
  NewAccount account = registered("bob");
  account.email = "ANN@Example.org";
  EXPECT_EQ(error_of(client_.create(account)), ErrorCode::email_taken);
  EXPECT_EQ(error_of(client_.credentials("bob")), ErrorCode::user_not_found);
}

TEST_P(StoreContract, AccountsWithoutEmailDoNotCollide) {
  const Account first = client_.create(guest("guest_1")).value();
  const Account second = client_.create(guest("guest_2")).value();
  EXPECT_NE(first.id, second.id);
  EXPECT_TRUE(second.is_guest);
  EXPECT_EQ(second.email, std::nullopt);
}

TEST_P(StoreContract, TextIsKeptByteForByte) {
  NewAccount account = registered("O'Neill; DROP TABLE users;--");
  account.display_name = "\u706b\U0001F525 \"quoted\" %s \\ ?1";
  const UserId id = client_.create(account).value().id;
  EXPECT_EQ(client_.account(id).value().display_name, account.display_name);
  EXPECT_EQ(client_.credentials(account.username).value().account.id, id);
}

TEST_P(StoreContract, CredentialsByNameOrEmail) {
  const UserId id = make_user("Ann");
  for (const char* login : {"Ann", "ann", "ANN", "Ann@example.org", "ann@EXAMPLE.org"}) {
    const Result<Credentials> found = client_.credentials(login);
    ASSERT_TRUE(found.has_value()) << login;
    EXPECT_EQ(found.value().account.id, id);
    EXPECT_EQ(found.value().password_hash, "argon2id of Ann");
  }
}

TEST_P(StoreContract, NoCredentialsOfGuestsAndStrangers) {
  make_guest("guest_1");
  for (const char* login : {"guest_1", "nobody", "", "%"}) {
    EXPECT_EQ(error_of(client_.credentials(login)), ErrorCode::user_not_found) << login;
  }
}

TEST_P(StoreContract, UnknownUsersAreNotFound) {
  for (const UserId id : {UserId{0}, UserId{-1}, UserId{77}, UserId{INT64_MAX}}) {
    EXPECT_EQ(error_of(client_.account(id)), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.change(id, {})), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.convert(id, {"x", "x@x.org", "h"})), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.erase(id, noon)), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.set_role(id, "admin", shell(), noon)), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.rating(id, "suspect")), ErrorCode::user_not_found);
  }
}

TEST_P(StoreContract, OnlyWhatIsGivenChanges) {
  const UserId id = make_user("ann");
  EXPECT_EQ(client_.change(id, {}).value().username, "ann");
  ProfileChange change;
  change.display_name = "Annie";
  change.avatar = "cat";
  Account now = client_.change(id, change).value();
  EXPECT_EQ(now.display_name, "Annie");
  EXPECT_EQ(now.avatar, "cat");
  EXPECT_EQ(now.username, "ann");
  EXPECT_EQ(now.email, "ann@example.org");
  change = {};
  change.username = "Anna";
  change.email = "anna@example.org";
  now = client_.change(id, change).value();
  EXPECT_EQ(now.username, "Anna");
  EXPECT_EQ(now.email, "anna@example.org");
  EXPECT_EQ(now.display_name, "Annie");
  EXPECT_EQ(client_.credentials("anna@example.org").value().account.id, id);
  EXPECT_EQ(error_of(client_.credentials("ann")), ErrorCode::user_not_found);
  EXPECT_TRUE(client_.create(registered("ann")).has_value());
}

TEST_P(StoreContract, OneOwnNameMayBeWrittenAnew) {
  const UserId id = make_user("ann");
  ProfileChange change;
  change.username = "ANN";
  change.email = "Ann@Example.org";
  EXPECT_EQ(client_.change(id, change).value().username, "ANN");
}

TEST_P(StoreContract, RefusedChangeLeavesNothingBehind) {
  const UserId id = make_user("ann");
  make_user("bob");
  ProfileChange change;
  change.username = "anna";
  change.display_name = "Anna";
  change.email = "BOB@example.org";
  EXPECT_EQ(error_of(client_.change(id, change)), ErrorCode::email_taken);
  EXPECT_EQ(client_.account(id).value().username, "ann");
  EXPECT_EQ(client_.account(id).value().display_name, "ann");
  change.username = "Bob";
  EXPECT_EQ(error_of(client_.change(id, change)), ErrorCode::username_taken);
}

TEST_P(StoreContract, GuestBecomesRegistered) {
  const UserId id = make_guest("guest_1");
  const Account now = client_.convert(id, {"Ann", "ann@example.org", "argon2id"}).value();
  EXPECT_EQ(now.id, id);
  EXPECT_EQ(now.username, "Ann");
  EXPECT_EQ(now.email, "ann@example.org");
  EXPECT_EQ(now.display_name, "guest_1");
  EXPECT_FALSE(now.is_guest);
  EXPECT_EQ(client_.credentials("ann").value().password_hash, "argon2id");
  EXPECT_EQ(error_of(client_.convert(id, {"x", "x@x.org", "h"})), ErrorCode::not_a_guest);
}

TEST_P(StoreContract, GuestCanNotTakeNamesOfOthers) {
  make_user("ann");
  const UserId id = make_guest("guest_1");
  EXPECT_EQ(error_of(client_.convert(id, {"ANN", "x@x.org", "h"})), ErrorCode::username_taken);
  EXPECT_EQ(error_of(client_.convert(id, {"bob", "ANN@example.org", "h"})), ErrorCode::email_taken);
  EXPECT_TRUE(client_.account(id).value().is_guest);
  EXPECT_TRUE(client_.convert(id, {"guest_1", "x@x.org", "h"}).has_value());
}

TEST_P(StoreContract, ErasedAccountIsGoneAndItsNameFree) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.erase(id, noon).has_value());
  EXPECT_EQ(error_of(client_.account(id)), ErrorCode::user_not_found);
  EXPECT_EQ(error_of(client_.credentials("ann")), ErrorCode::user_not_found);
  EXPECT_EQ(error_of(client_.credentials("")), ErrorCode::user_not_found);
  EXPECT_EQ(error_of(client_.change(id, {})), ErrorCode::user_not_found);
  EXPECT_EQ(error_of(client_.erase(id, noon)), ErrorCode::user_not_found);
  EXPECT_EQ(error_of(client_.set_role(id, "admin", shell(), noon)), ErrorCode::user_not_found);
  const Result<Account> again = client_.create(registered("ann"));
  ASSERT_TRUE(again.has_value());
  EXPECT_NE(again.value().id, id) << "an id is never given twice";
}

TEST_P(StoreContract, OnlyIdleGuestsExpire) {
  const UserId idle = make_guest("idle");
  const UserId back = make_guest("back");
  const UserId ann = make_user("ann");
  const UnixMs later = noon.plus_ms(25 * hour_ms);
  ASSERT_TRUE(
      client_.sign_in({"family", back, token_hash(1), later, later.plus_ms(hour_ms)}).has_value());
  EXPECT_EQ(client_.expire_guests(noon).value(), 0) << "seen at that very moment";
  EXPECT_EQ(client_.expire_guests(later).value(), 1);
  EXPECT_EQ(error_of(client_.account(idle)), ErrorCode::user_not_found);
  EXPECT_TRUE(client_.account(back).has_value());
  EXPECT_TRUE(client_.account(ann).has_value());
  EXPECT_EQ(client_.expire_guests(later).value(), 0);
}

TEST_P(StoreContract, AtMostAThousandGuestsExpireAtOnce) {
  constexpr int guests = 1003;
  InlineMailbox mailbox;
  std::atomic<int> made{0};
  std::promise<void> all_made;
  for (int at = 0; at < guests; ++at) {
    world_->store().create_account(guest("guest_" + std::to_string(at)),
                                   Reply<Account>(mailbox, [&](Result<Account> account) {
                                     EXPECT_TRUE(account.has_value());
                                     if (made.fetch_add(1) + 1 == guests) all_made.set_value();
                                   }));
  }
  all_made.get_future().wait();
  EXPECT_EQ(client_.expire_guests(noon.plus_ms(1)).value(), 1000);
  EXPECT_EQ(client_.expire_guests(noon.plus_ms(1)).value(), 3);
}

TEST_P(StoreContract, OneOfManyGetsTheName) {
  constexpr int callers = 16;
  std::atomic<int> winners{0};
  std::atomic<int> losers{0};
  run_together(callers, [&](int at) {
    NewAccount account = registered("ann");
    account.email = "ann" + std::to_string(at) + "@example.org";
    const Result<Account> made = client_.create(account);
    if (made.has_value()) {
      winners.fetch_add(1);
    } else if (made.error().code == ErrorCode::username_taken) {
      losers.fetch_add(1);
    }
  });
  EXPECT_EQ(winners.load(), 1);
  EXPECT_EQ(losers.load(), callers - 1);
}

TEST_P(StoreContract, AnswersComeThroughTheMailboxOnly) {
  runtime::QueueMailbox mailbox;
  std::thread::id answered_on;
  world_->store().ping(Reply<>(mailbox, [&](Result<> pong) {
    EXPECT_TRUE(pong.has_value());
    answered_on = std::this_thread::get_id();
  }));
  EXPECT_EQ(answered_on, std::thread::id()) << "answered inside the call";
  while (mailbox.run_all() == 0) std::this_thread::yield();
  EXPECT_EQ(answered_on, std::this_thread::get_id());
}

TEST_P(StoreContract, AnAnswerMayCallTheStoreAgain) {
  const UserId id = make_user("ann");
  InlineMailbox mailbox;
  std::promise<bool> done;
  world_->store().account(id, Reply<Account>(mailbox, [&](Result<Account> first) {
                            world_->store().account(
                                first.value().id,
                                Reply<Account>(mailbox, [&](Result<Account> again) {
                                  done.set_value(again.has_value());
                                }));
                          }));
  EXPECT_TRUE(done.get_future().get());
}

}  // namespace whoosh::store::contract
