// Contract of second factors, recovery codes and lost passwords. See contract.h for goal and
// method.
#pragma once

#include "store/contract.h"

namespace whoosh::store::contract {

// Sealed by nobody: to the store it is bytes, a zero among them.
inline const std::string sealed_one{"sealed\0one", 10};
inline const std::string sealed_two = "sealed two";

class StoreFactors : public StoreContract {
 protected:
  Store& store() { return world_->store(); }

  SecondFactor factor(UserId user) {
    return await<SecondFactor>([&](auto r) { store().second_factor(user, std::move(r)); }).value();
  }
  Result<> begin(UserId user, const std::string& sealed) {
    return await<void>([&](auto r) { store().begin_totp(user, sealed, std::move(r)); });
  }
  Result<std::vector<Revocation>> confirm(UserId user, const std::string& sealed, std::int64_t step,
                                          const std::string& keep = "") {
    return await<std::vector<Revocation>>([&](auto r) {
      store().confirm_totp({user, {sealed, step}, codes(1, 10), keep, noon}, std::move(r));
    });
  }
  Result<> use(UserId user, const std::string& sealed, std::int64_t step) {
    return await<void>([&](auto r) { store().use_totp(user, {sealed, step}, std::move(r)); });
  }
  Result<> remove(UserId user) {
    return await<void>([&](auto r) { store().remove_totp(user, std::move(r)); });
  }
  static std::vector<std::string> codes(int from, int count) {
    std::vector<std::string> hashes;
    for (int at = 0; at < count; ++at) hashes.push_back(token_hash(1000 + from + at));
    return hashes;
  }
  Result<> replace(UserId user, const std::vector<std::string>& hashes) {
    return await<void>(
        [&](auto r) { store().replace_recovery_codes(user, hashes, noon, std::move(r)); });
  }
  Result<> use_code(UserId user, const std::string& hash) {
    return await<void>([&](auto r) { store().use_recovery_code(user, hash, std::move(r)); });
  }
  bool is_code(UserId user, const std::string& hash, UnixMs now = noon) {
    return await<bool>([&](auto r) { store().is_recovery_code(user, hash, now, std::move(r)); })
        .value();
  }
  Result<std::vector<Revocation>> reset(UserId user, const std::string& hash,
                                        std::optional<TotpUse> totp = {}, UnixMs now = noon) {
    return await<std::vector<Revocation>>([&](auto r) {
      store().reset_password({user, hash, "new hash", totp, now}, std::move(r));
    });
  }
  Result<> issue(UserId user, const std::string& hash) {
    return await<void>([&](auto r) {
      store().issue_reset_code({user, hash, noon.plus_ms(hour_ms), "lost it", shell(), noon},
                               std::move(r));
    });
  }
  Result<Account> reset_totp(UserId user) {
    return await<Account>(
        [&](auto r) { store().reset_totp(user, "lost phone", shell(), noon, std::move(r)); });
  }
  UserId make_protected(const std::string& name) {
    const UserId id = make_user(name);
    EXPECT_TRUE(begin(id, sealed_one).has_value());
    EXPECT_TRUE(confirm(id, sealed_one, 100).has_value());
    return id;
  }
  std::string password_of(const std::string& name) {
    return client_.credentials(name).value().password_hash;
  }
};

TEST_P(StoreFactors, AFactorIsOnWhenItIsConfirmed) {
  const UserId id = make_user("ann");
  EXPECT_EQ(factor(id).sealed, "");
  ASSERT_TRUE(begin(id, sealed_one).has_value());
  EXPECT_EQ(factor(id).sealed, sealed_one);
  EXPECT_EQ(factor(id).since, std::nullopt);
  EXPECT_EQ(client_.account(id).value().totp_since, std::nullopt) << "nothing asks for a code yet";
  EXPECT_EQ(error_of(use(id, sealed_one, 100)), ErrorCode::bad_totp);
  ASSERT_TRUE(begin(id, sealed_two).has_value()) << "another phone";
  EXPECT_EQ(error_of(confirm(id, sealed_one, 100)), ErrorCode::totp_off) << "not the kept one";
  ASSERT_TRUE(confirm(id, sealed_two, 100).has_value());
  EXPECT_EQ(factor(id).since, noon);
  EXPECT_EQ(factor(id).codes_left, 10);
  EXPECT_EQ(client_.account(id).value().totp_since, noon);
  EXPECT_EQ(client_.credentials("ann").value().account.totp_since, noon);
  EXPECT_EQ(error_of(begin(id, sealed_one)), ErrorCode::totp_on);
  EXPECT_EQ(error_of(confirm(id, sealed_two, 101)), ErrorCode::totp_on);
  EXPECT_EQ(factor(id).sealed, sealed_two);
}

TEST_P(StoreFactors, GuestsAndStrangersHaveNone) {
  const UserId guest_id = make_guest("guest_1");
  for (const UserId id : {guest_id, UserId{77}, UserId{0}}) {
    EXPECT_EQ(error_of(begin(id, sealed_one)), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(confirm(id, sealed_one, 1)), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(use(id, sealed_one, 1)), ErrorCode::bad_totp);
    EXPECT_EQ(error_of(remove(id)), ErrorCode::totp_off);
    EXPECT_EQ(error_of(replace(id, codes(1, 2))), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(use_code(id, token_hash(1001))), ErrorCode::bad_recovery_code);
    EXPECT_FALSE(is_code(id, token_hash(1001)));
    EXPECT_EQ(error_of(reset(id, token_hash(1001))), ErrorCode::bad_recovery_code);
    EXPECT_EQ(error_of(issue(id, token_hash(1001))), ErrorCode::user_not_found);
  }
  EXPECT_EQ(error_of(reset_totp(UserId{77})), ErrorCode::user_not_found);
  EXPECT_EQ(error_of(reset_totp(guest_id)), ErrorCode::totp_off);
}

TEST_P(StoreFactors, AStepIsUsedOnceAndNeverGoesBack) {
  const UserId id = make_protected("ann");
  EXPECT_EQ(error_of(use(id, sealed_one, 100)), ErrorCode::bad_totp) << "it confirmed";
  EXPECT_TRUE(use(id, sealed_one, 101).has_value());
  EXPECT_EQ(error_of(use(id, sealed_one, 101)), ErrorCode::bad_totp);
  EXPECT_EQ(error_of(use(id, sealed_one, 99)), ErrorCode::bad_totp);
  EXPECT_EQ(error_of(use(id, sealed_one, 0)), ErrorCode::bad_totp);
  EXPECT_EQ(error_of(use(id, sealed_two, 102)), ErrorCode::bad_totp);
  EXPECT_TRUE(use(id, sealed_one, 103).has_value());
  EXPECT_EQ(factor(id).step, 103);
}

TEST_P(StoreFactors, OneOfManyGetsInByACode) {
  const UserId id = make_protected("ann");
  std::atomic<int> by_step{0};
  std::atomic<int> by_code{0};
  run_together(8, [&](int at) {
    if (at % 2 == 0) {
      by_step.fetch_add(use(id, sealed_one, 101).has_value() ? 1 : 0);
    } else {
      by_code.fetch_add(use_code(id, token_hash(1001)).has_value() ? 1 : 0);
    }
  });
  EXPECT_EQ(by_step.load(), 1);
  EXPECT_EQ(by_code.load(), 1);
}

TEST_P(StoreFactors, ConfirmingEndsTheOtherSessions) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("here", id, 1)).has_value());
  ASSERT_TRUE(client_.sign_in(session("there", id, 2)).has_value());
  ASSERT_TRUE(begin(id, sealed_one).has_value());
  const auto revoked = confirm(id, sealed_one, 100, "here");
  ASSERT_TRUE(revoked.has_value());
  ASSERT_EQ(revoked.value().size(), 1U);
  EXPECT_EQ(revoked.value()[0].family, "there");
}

TEST_P(StoreFactors, AFactorIsRemovedAndItsCodesStay) {
  const UserId id = make_protected("ann");
  ASSERT_TRUE(remove(id).has_value());
  EXPECT_EQ(error_of(remove(id)), ErrorCode::totp_off);
  EXPECT_EQ(factor(id).sealed, "");
  EXPECT_EQ(factor(id).codes_left, 10);
  EXPECT_EQ(client_.account(id).value().totp_since, std::nullopt);
  EXPECT_EQ(error_of(use(id, sealed_one, 200)), ErrorCode::bad_totp);
}

TEST_P(StoreFactors, RecoveryCodesAreUsedOnceAndReplacedAsASet) {
  const UserId id = make_user("ann");
  const UserId bob = make_user("bob");
  ASSERT_TRUE(replace(id, codes(1, 3)).has_value());
  ASSERT_TRUE(replace(bob, codes(1, 1)).has_value()) << "the same code of somebody else";
  EXPECT_EQ(factor(id).codes_left, 3);
  EXPECT_TRUE(use_code(id, token_hash(1001)).has_value());
  EXPECT_EQ(error_of(use_code(id, token_hash(1001))), ErrorCode::bad_recovery_code);
  EXPECT_EQ(error_of(use_code(bob, token_hash(1002))), ErrorCode::bad_recovery_code);
  EXPECT_TRUE(is_code(bob, token_hash(1001)));
  EXPECT_EQ(factor(id).codes_left, 2);
  ASSERT_TRUE(replace(id, codes(10, 2)).has_value());
  EXPECT_FALSE(is_code(id, token_hash(1002)));
  EXPECT_TRUE(is_code(id, token_hash(1010)));
  ASSERT_TRUE(replace(id, {}).has_value());
  EXPECT_EQ(factor(id).codes_left, 0);
}

TEST_P(StoreFactors, ARecoveryCodeSetsAPasswordOnceAndEndsAllSessions) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(replace(id, codes(1, 2)).has_value());
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  EXPECT_EQ(error_of(reset(id, token_hash(1009))), ErrorCode::bad_recovery_code);
  EXPECT_EQ(password_of("ann"), "argon2id of ann");
  const auto revoked = reset(id, token_hash(1001));
  ASSERT_TRUE(revoked.has_value());
  ASSERT_EQ(revoked.value().size(), 1U);
  EXPECT_EQ(revoked.value()[0].reason, RevocationReason::password_changed);
  EXPECT_EQ(password_of("ann"), "new hash");
  EXPECT_TRUE(client_.sessions(id, noon).value().empty());
  EXPECT_EQ(error_of(reset(id, token_hash(1001))), ErrorCode::bad_recovery_code);
  EXPECT_EQ(factor(id).codes_left, 1);
}

TEST_P(StoreFactors, AResetGoesNotAroundTheSecondFactor) {
  const UserId id = make_protected("ann");
  EXPECT_EQ(error_of(reset(id, token_hash(1099))), ErrorCode::bad_recovery_code) << "comes first";
  EXPECT_EQ(error_of(reset(id, token_hash(1001))), ErrorCode::totp_required);
  EXPECT_EQ(error_of(reset(id, token_hash(1001), TotpUse{sealed_one, 0})), ErrorCode::bad_totp);
  EXPECT_EQ(error_of(reset(id, token_hash(1001), TotpUse{sealed_one, 100})), ErrorCode::bad_totp);
  EXPECT_EQ(password_of("ann"), "argon2id of ann");
  EXPECT_EQ(factor(id).codes_left, 10) << "what was refused has used nothing up";
  EXPECT_TRUE(reset(id, token_hash(1001), TotpUse{sealed_one, 101}).has_value());
  EXPECT_EQ(factor(id).step, 101);
  EXPECT_NE(factor(id).since, std::nullopt);
}

TEST_P(StoreFactors, AnOperatorsCodeSetsAPasswordAndNothingElse) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(replace(id, codes(1, 2)).has_value());
  ASSERT_TRUE(issue(id, token_hash(500)).has_value());
  ASSERT_TRUE(issue(id, token_hash(501)).has_value());
  EXPECT_FALSE(is_code(id, token_hash(500))) << "the newer one took its place";
  EXPECT_EQ(factor(id).codes_left, 2) << "it is none of the person's own";
  EXPECT_EQ(error_of(use_code(id, token_hash(501))), ErrorCode::bad_recovery_code);
  EXPECT_TRUE(is_code(id, token_hash(501), noon.plus_ms(hour_ms - 1)));
  EXPECT_FALSE(is_code(id, token_hash(501), noon.plus_ms(hour_ms)));
  EXPECT_EQ(error_of(reset(id, token_hash(501), {}, noon.plus_ms(hour_ms))),
            ErrorCode::bad_recovery_code);
  EXPECT_TRUE(reset(id, token_hash(501)).has_value());
  EXPECT_EQ(error_of(reset(id, token_hash(501))), ErrorCode::bad_recovery_code);
  EXPECT_EQ(factor(id).codes_left, 2);
  AuditQuery query;
  query.action = "user.reset_password";
  const AuditPage page = client_.audit_log(query).value();
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[0].reason, "lost it");
  EXPECT_EQ(page.rows[0].target, "user:" + base::user_id_text(id));
}

TEST_P(StoreFactors, AnyResetEndsTheOperatorsCode) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(replace(id, codes(1, 2)).has_value());
  ASSERT_TRUE(issue(id, token_hash(500)).has_value());
  ASSERT_TRUE(reset(id, token_hash(1001)).has_value());
  EXPECT_FALSE(is_code(id, token_hash(500)));
}

TEST_P(StoreFactors, AnOperatorTakesALostFactorAway) {
  const UserId id = make_protected("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  const auto account = reset_totp(id);
  ASSERT_TRUE(account.has_value());
  EXPECT_EQ(account.value().totp_since, std::nullopt);
  EXPECT_EQ(factor(id).sealed, "");
  EXPECT_EQ(factor(id).codes_left, 0) << "whoever has the phone may have the codes";
  EXPECT_TRUE(client_.sessions(id, noon).value().empty());
  EXPECT_EQ(error_of(reset_totp(id)), ErrorCode::totp_off);
  AuditQuery query;
  query.action = "user.reset_totp";
  const AuditPage page = client_.audit_log(query).value();
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].reason, "lost phone");
}

TEST_P(StoreFactors, NothingIsLeftOfTheFactorOfTheErased) {
  const UserId id = make_protected("ann");
  ASSERT_TRUE(issue(id, token_hash(500)).has_value());
  ASSERT_TRUE(client_.erase(id, noon).has_value());
  EXPECT_FALSE(is_code(id, token_hash(500)));
  EXPECT_FALSE(is_code(id, token_hash(1001)));
  EXPECT_EQ(error_of(use(id, sealed_one, 200)), ErrorCode::bad_totp);
  EXPECT_EQ(error_of(reset(id, token_hash(1001))), ErrorCode::bad_recovery_code);
  EXPECT_EQ(error_of(await<SecondFactor>([&](auto r) { store().second_factor(id, std::move(r)); })),
            ErrorCode::user_not_found);
}

}  // namespace whoosh::store::contract
