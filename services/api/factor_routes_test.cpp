// Goal: a second factor is asked for, is used once, and can't be gone around; a lost password comes
// back by a code and by nothing else; nobody learns who has an account. Method: every route of
// factor_routes.cpp over HTTP, with an authenticator app of the test's own and a clock that it
// moves.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "auth/recovery.h"
#include "auth/totp.h"
#include "services/api/harness.h"

namespace whoosh::api {
namespace {

const std::string password = "correct horse";
const std::string proof = R"({"password":"correct horse"})";

std::string login_body(const std::string& name, const std::string& word,
                       const std::string& totp = "") {
  return R"({"username":")" + name + R"(","password":")" + word + "\"" +
         (totp.empty() ? "" : R"(,"totp":")" + totp + "\"") + "}";
}
std::string proof_with(const std::string& totp) {
  return R"({"password":"correct horse","totp":")" + totp + "\"}";
}
std::string reset_body(const std::string& name, const std::string& code,
                       const std::string& totp = "", const std::string& fresh = "quiet market") {
  return R"({"username":")" + name + R"(","recovery_code":")" + code + R"(","new":")" + fresh +
         "\"" + (totp.empty() ? "" : R"(,"totp":")" + totp + "\"") + "}";
}

std::string unbase32(const std::string& text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = bits << 5 | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
    if ((count += 5) >= 8) out += static_cast<char>(bits >> (count -= 8));
  }
  return out;
}

// Somebody with an authenticator app.
struct Person {
  Harness& h;
  std::string name;
  std::string access;
  std::string secret;
  std::vector<std::string> codes;

  // The code of now, or of so many steps later.
  [[nodiscard]] std::string code(int steps = 0) const {
    return auth::totp_code(secret, auth::totp_step(h.clock().now()) + steps);
  }
  Reading login(const std::string& totp = "") const {
    return h.post("/api/auth/login", "", login_body(name, password, totp));
  }
  void later() const { h.clock().advance_ms(auth::totp_step_s * 1000); }
};

std::vector<std::string> codes_of(const Reading& reading) {
  std::vector<std::string> codes;
  for (int at = 0; !reading.at("codes." + std::to_string(at)).empty(); ++at) {
    codes.push_back(reading.at("codes." + std::to_string(at)));
  }
  return codes;
}

Person enrolled(Harness& h, const std::string& name, std::string access) {
  Person person{h, name, std::move(access), "", {}};
  const Reading begun = h.post("/api/auth/totp", person.access, proof);
  EXPECT_EQ(begun.status(), 200) << begun.http.body;
  person.secret = unbase32(begun.at("secret"));
  EXPECT_EQ(begun.at("uri"), auth::totp_uri(person.secret, name));
  const Reading on =
      h.post("/api/auth/totp/confirm", person.access, R"({"totp":")" + person.code() + "\"}");
  EXPECT_EQ(on.status(), 200) << on.http.body;
  person.codes = codes_of(on);
  EXPECT_EQ(person.codes.size(), 10U);
  return person;
}
Person protected_person(Harness& h, const std::string& name) {
  return enrolled(h, name, h.registered(name).at("access"));
}

TEST(SecondFactor, is_asked_for_once_it_is_on) {
  Harness h;
  const std::string access = h.registered("ada").at("access");
  const Reading before = h.get("/api/auth/second-factor", access);
  EXPECT_EQ(before.status(), 200);
  EXPECT_EQ(before.at("totp"), "false");
  EXPECT_EQ(before.at("required"), "false");
  const Person ada = enrolled(h, "ada", access);
  ada.later();
  const Reading asked = ada.login();
  EXPECT_EQ(asked.status(), 401);
  EXPECT_EQ(asked.code(), "totp_required");
  EXPECT_EQ(ada.login("000000").code(), "bad_totp");
  EXPECT_EQ(ada.login(ada.code()).status(), 200);
  const Reading after = h.get("/api/auth/second-factor", ada.access);
  EXPECT_EQ(after.at("totp"), "true");
  EXPECT_EQ(after.at("recovery_codes_left"), "10");
}

TEST(SecondFactor, accounts_without_one_sign_in_as_ever) {
  Harness h;
  h.registered("ada");
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", password)).status(), 200);
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", password, "123456")).status(), 200);
}

TEST(SecondFactor, a_wrong_password_does_not_tell_of_it) {
  Harness h;
  const Person ada = protected_person(h, "ada");
  for (const char* totp : {"", "000000"}) {
    const Reading wrong = h.post("/api/auth/login", "", login_body("ada", "battery staple", totp));
    EXPECT_EQ(wrong.code(), "bad_credentials");
    EXPECT_EQ(wrong.at("error"),
              h.post("/api/auth/login", "", login_body("bob", "battery staple", totp)).at("error"));
  }
}

TEST(SecondFactor, a_code_is_good_once_and_for_its_time) {
  Harness h;
  const Person ada = protected_person(h, "ada");
  EXPECT_EQ(ada.login(ada.code()).code(), "bad_totp") << "it has confirmed the app";
  ada.later();
  const std::string code = ada.code();
  EXPECT_EQ(ada.login(code).status(), 200);
  EXPECT_EQ(ada.login(code).code(), "bad_totp");
  EXPECT_EQ(ada.login(ada.code(2)).code(), "bad_totp");
  EXPECT_EQ(ada.login(ada.code(1)).status(), 200) << "a clock that is fast";
  EXPECT_EQ(ada.login(ada.code()).code(), "bad_totp") << "none older than the newest used";
}

TEST(SecondFactor, of_two_with_the_same_code_one_gets_in) {
  Harness h;
  const Person ada = protected_person(h, "ada");
  ada.later();
  const std::string body = login_body("ada", password, ada.code());
  std::atomic<int> in{0};
  std::vector<std::thread> both;
  for (int i = 0; i < 4; ++i) {
    both.emplace_back([&] {
      const auto answer = tests::http_request(h.port(), "POST", "/api/auth/login", {}, body);
      in += answer.status == 200 ? 1 : 0;
    });
  }
  for (std::thread& one : both) one.join();
  EXPECT_EQ(in.load(), 1);
}

TEST(SecondFactor, a_recovery_code_stands_in_once) {
  Harness h;
  const Person ada = protected_person(h, "ada");
  EXPECT_EQ(ada.login(ada.codes[0]).status(), 200);
  EXPECT_EQ(ada.login(ada.codes[0]).code(), "bad_totp");
  EXPECT_EQ(ada.login("0000-0000-0000-0000-0000-0000").code(), "bad_totp");
  EXPECT_EQ(h.get("/api/auth/second-factor", ada.access).at("recovery_codes_left"), "9");
}

TEST(SecondFactor, guesses_are_limited_and_right_ones_are_not) {
  Harness h(Options{.rate_limits = true});
  const Person ada = protected_person(h, "ada");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ada.login("000000").code(), "bad_totp") << i;
  const Reading limited = ada.login("000000");
  EXPECT_EQ(limited.status(), 429);
  EXPECT_NE(limited.http.header("retry-after"), "");
  ada.later();
  EXPECT_EQ(ada.login(ada.code()).status(), 429) << "from wherever it comes";
  h.clock().advance_ms(4 * 60 * 1000);
  EXPECT_EQ(ada.login(ada.code()).status(), 200);
}

TEST(SecondFactor, setting_it_up_wants_the_password_and_ends_the_other_sessions) {
  Harness h;
  const Reading first = h.registered("ada");
  const Reading other = h.post("/api/auth/login", "", login_body("ada", password));
  EXPECT_EQ(h.post("/api/auth/totp", first.at("access"), R"({"password":"wrong one"})").code(),
            "wrong_password");
  EXPECT_EQ(h.post("/api/auth/totp/confirm", first.at("access"), R"({"totp":"123456"})").code(),
            "totp_off");
  const Person ada = enrolled(h, "ada", first.at("access"));
  EXPECT_EQ(h.get("/api/users/me", other.at("access")).status(), 401);
  EXPECT_EQ(h.get("/api/users/me", ada.access).status(), 200);
  EXPECT_EQ(h.post("/api/auth/totp", ada.access, proof_with(ada.code())).code(), "totp_on");
  EXPECT_EQ(h.post("/api/auth/totp/confirm", ada.access, R"({"totp":"123456"})").code(), "totp_on");
}

TEST(SecondFactor, is_not_on_before_the_app_has_shown_a_code) {
  Harness h;
  const std::string access = h.registered("ada").at("access");
  EXPECT_EQ(h.post("/api/auth/totp", access, proof).status(), 200);
  EXPECT_EQ(h.post("/api/auth/totp/confirm", access, R"({"totp":"000000"})").code(), "bad_totp");
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", password)).status(), 200);
}

TEST(SecondFactor, taking_it_away_wants_both_factors) {
  Harness h;
  const Person ada = protected_person(h, "ada");
  ada.later();
  const std::string path = "/api/auth/totp/disable";
  const Reading none = h.post(path, ada.access, proof);
  EXPECT_EQ(none.code(), "invalid_input");
  EXPECT_NE(none.at("fields.totp"), "");
  EXPECT_EQ(h.post(path, ada.access, proof_with("000000")).code(), "bad_totp");
  EXPECT_EQ(h.post(path, ada.access, R"({"password":"no","totp":")" + ada.code() + "\"}").code(),
            "wrong_password");
  EXPECT_EQ(h.post(path, ada.access, proof_with(ada.code())).status(), 204);
  EXPECT_EQ(h.post(path, ada.access, proof).code(), "totp_off");
  EXPECT_EQ(ada.login().status(), 200);
}

TEST(SecondFactor, guests_have_none) {
  Harness h;
  const std::string guest = h.guest().at("access");
  EXPECT_EQ(h.post("/api/auth/totp", guest, proof).code(), "forbidden");
  EXPECT_EQ(h.post("/api/auth/recovery-codes", guest, proof).code(), "forbidden");
  EXPECT_EQ(h.get("/api/auth/second-factor", guest).at("totp"), "false");
}

TEST(SecondFactor, a_server_without_a_key_says_so) {
  Harness h(Options{.can_seal = false});
  const std::string access = h.registered("ada").at("access");
  const Reading away = h.post("/api/auth/totp", access, proof);
  EXPECT_EQ(away.status(), 503);
  EXPECT_EQ(h.post("/api/auth/recovery-codes", access, proof).status(), 200);
}

TEST(SecondFactor, operators_can_be_held_to_one) {
  Harness h(Options{.operators_need_totp = true});
  const std::string access = h.operator_("boss", "admin").at("access");
  const Reading refused = h.get("/api/admin/users", access);
  EXPECT_EQ(refused.status(), 403);
  EXPECT_EQ(refused.code(), "second_factor_needed");
  EXPECT_EQ(h.get("/api/auth/second-factor", access).at("required"), "true");
  const Person boss = enrolled(h, "boss", access);
  EXPECT_EQ(h.get("/api/admin/users", access).status(), 200);
  boss.later();
  EXPECT_EQ(h.post("/api/auth/totp/disable", access, proof_with(boss.code())).status(), 204);
  EXPECT_EQ(h.get("/api/admin/users", access).code(), "second_factor_needed");
}

TEST(SecondFactor, sessions_are_ended_by_who_knows_the_password) {
  Harness h;
  const Person ada = protected_person(h, "ada");
  ada.later();
  const Reading other = ada.login(ada.code());
  const std::string id = h.get("/api/auth/sessions", other.at("access")).at("items.0.id");
  const std::string path = "/api/auth/sessions/" + id;
  EXPECT_EQ(h.call("DELETE", path, ada.access).code(), "invalid_input");
  EXPECT_EQ(h.call("DELETE", path, ada.access, R"({"password":"no"})").code(), "wrong_password");
  EXPECT_EQ(h.post("/api/auth/logout-all", ada.access, "{}").code(), "invalid_input");
  EXPECT_EQ(h.get("/api/users/me", other.at("access")).status(), 200);
  EXPECT_EQ(h.call("DELETE", path, ada.access, proof).status(), 204);
  EXPECT_EQ(h.get("/api/users/me", other.at("access")).status(), 401);
  EXPECT_EQ(h.post("/api/auth/logout-all", ada.access, proof).status(), 204);
}

TEST(SecondFactor, is_in_the_export_without_its_secret) {
  Harness h;
  const Person ada = protected_person(h, "ada");
  const Reading all = h.get("/api/users/me/export", ada.access);
  EXPECT_EQ(all.at("second_factor.totp"), "true");
  EXPECT_EQ(all.at("second_factor.recovery_codes_left"), "10");
  EXPECT_EQ(all.http.body.find(auth::base32(ada.secret)), std::string::npos);
}

TEST(RecoveryCodes, a_new_set_takes_the_place_of_the_old_one) {
  Harness h;
  const Person ada = protected_person(h, "ada");
  EXPECT_EQ(h.post("/api/auth/recovery-codes", ada.access, proof).code(), "invalid_input");
  ada.later();
  const Reading made = h.post("/api/auth/recovery-codes", ada.access, proof_with(ada.code()));
  EXPECT_EQ(made.status(), 200);
  const std::vector<std::string> codes = codes_of(made);
  EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), 10U);
  EXPECT_EQ(ada.login(ada.codes[1]).code(), "bad_totp");
  EXPECT_EQ(ada.login(codes[0]).status(), 200);
}

TEST(ResetPassword, takes_a_recovery_code_once_and_ends_all_sessions) {
  Harness h;
  const std::string access = h.registered("ada").at("access");
  const auto codes = codes_of(h.post("/api/auth/recovery-codes", access, proof));
  ASSERT_EQ(codes.size(), 10U);
  const Reading done = h.post("/api/auth/reset-password", "", reset_body("ada", codes[3]));
  EXPECT_EQ(done.status(), 204) << done.http.body;
  EXPECT_EQ(h.get("/api/users/me", access).status(), 401);
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", password)).code(), "bad_credentials");
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "quiet market")).status(), 200);
  EXPECT_EQ(h.post("/api/auth/reset-password", "", reset_body("ada", codes[3])).code(),
            "bad_recovery_code");
}

TEST(ResetPassword, says_the_same_to_whoever_has_no_code) {
  Harness h;
  const auto codes =
      codes_of(h.post("/api/auth/recovery-codes", h.registered("ada").at("access"), proof));
  h.registered("bob");
  const std::string wrong = "0000-0000-0000-0000-0000-0000";
  std::set<std::string> answers;
  for (const auto& [name, code] : std::vector<std::pair<std::string, std::string>>{
           {"ada", wrong}, {"nobody", wrong}, {"bob", codes[0]}, {"ada", "x"}, {"", codes[0]}}) {
    const Reading refused = h.post("/api/auth/reset-password", "", reset_body(name, code));
    EXPECT_EQ(refused.status(), 403);
    answers.insert(refused.code() + refused.at("error"));
  }
  EXPECT_EQ(answers.size(), 1U);
}

TEST(ResetPassword, goes_not_around_the_second_factor) {
  Harness h;
  const Person ada = protected_person(h, "ada");
  ada.later();
  const auto reset = [&](const std::string& totp) {
    return h.post("/api/auth/reset-password", "", reset_body("ada", ada.codes[0], totp));
  };
  EXPECT_EQ(reset("").code(), "totp_required");
  EXPECT_EQ(reset("000000").code(), "bad_totp");
  EXPECT_EQ(reset(ada.codes[1]).code(), "bad_totp") << "two codes of one sheet are one factor";
  EXPECT_EQ(reset(ada.code()).status(), 204);
  ada.later();
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "quiet market")).code(),
            "totp_required");
}

TEST(ResetPassword, holds_the_new_one_to_the_rules_and_uses_no_code_up) {
  Harness h;
  const auto codes = codes_of(
      h.post("/api/auth/recovery-codes", h.registered("ada_lovelace").at("access"), proof));
  for (const char* bad : {"short", "password1", "ada_lovelace", "ada_lovelace@example.org"}) {
    const Reading refused = h.post("/api/auth/reset-password", "",
                                   reset_body("ada_lovelace@example.org", codes[0], "", bad));
    EXPECT_EQ(refused.status(), 422) << bad;
    EXPECT_NE(refused.at("fields.new"), "") << bad;
  }
  EXPECT_EQ(h.post("/api/auth/reset-password", "", reset_body("ada_lovelace", codes[0])).status(),
            204);
}

TEST(ResetPassword, guesses_are_limited_as_failed_logins_are) {
  Harness h(Options{.rate_limits = true});
  h.registered("ada");
  const std::string wrong = reset_body("ada", "0000-0000-0000-0000-0000-0000");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(h.post("/api/auth/reset-password", "", wrong).status(), 403) << i;
  }
  EXPECT_EQ(h.post("/api/auth/reset-password", "", wrong).status(), 429);
}

TEST(ResetPassword, an_operators_code_works_for_its_time) {
  Harness h;
  const auto user = *base::parse_user_id(h.registered("ada").at("user.id"));
  const auto issue = [&] {
    auto code = auth::make_recovery_code(std::string(auth::recovery_bytes, 'r'));
    const auto issued = h.wait<void>([&](auto reply) {
      h.store().issue_reset_code({user,
                                  code.hash,
                                  h.clock().now().plus_ms(auth::reset_code_lifetime_ms),
                                  "lost",
                                  {},
                                  h.clock().now()},
                                 std::move(reply));
    });
    EXPECT_TRUE(issued.has_value());
    return code.text;
  };
  const std::string code = issue();
  h.clock().advance_ms(auth::reset_code_lifetime_ms);
  EXPECT_EQ(h.post("/api/auth/reset-password", "", reset_body("ada", code)).code(),
            "bad_recovery_code");
  EXPECT_EQ(h.post("/api/auth/reset-password", "", reset_body("ada", issue())).status(), 204);
}

TEST(ResetPassword, opens_no_banned_account) {
  Harness h;
  const Reading ada = h.registered("ada");
  const auto codes = codes_of(h.post("/api/auth/recovery-codes", ada.at("access"), proof));
  h.ban_behind_the_back(ada.at("user.id"), "Cheated.");
  EXPECT_EQ(h.post("/api/auth/reset-password", "", reset_body("ada", codes[0])).code(), "banned");
}

TEST(SecondFactor, bodies_that_say_nothing_are_refused) {
  Harness h;
  const std::string access = h.registered("ada").at("access");
  const std::string session = h.get("/api/auth/sessions", access).at("items.0.id");
  for (const char* path : {"/api/auth/totp", "/api/auth/totp/confirm", "/api/auth/totp/disable",
                           "/api/auth/recovery-codes", "/api/auth/reset-password"}) {
    EXPECT_EQ(h.post(path, access, "{").status(), 400) << path;
    EXPECT_EQ(h.post(path, access, "{}").status(), 422) << path;
    EXPECT_EQ(h.post(path, access, R"({"password":1,"totp":2})").status(), 422) << path;
  }
  EXPECT_EQ(h.post("/api/auth/logout-all", access, "{").status(), 400);
  EXPECT_EQ(h.call("DELETE", "/api/auth/sessions/" + session, access, "{").status(), 400);
}

TEST(Sessions, end_for_good_after_their_absolute_lifetime) {
  Harness h;
  Reading pair = h.registered("ada");
  const auto refresh = [&] {
    return h.post("/api/auth/token/refresh", "", R"({"refresh":")" + pair.at("refresh") + "\"}");
  };
  constexpr std::int64_t six_days_ms = 6LL * 24 * 3600 * 1000;
  for (int i = 0; i < 14; ++i) {  // 84 days
    h.clock().advance_ms(six_days_ms);
    pair = refresh();
    ASSERT_EQ(pair.status(), 200) << i;
  }
  h.clock().advance_ms(six_days_ms);
  EXPECT_EQ(refresh().code(), "bad_refresh") << "ninety days after the sign-in";
}

TEST(Sessions, signing_out_clears_the_browsers_cache) {
  Harness h;
  const Reading in = h.registered("ada");
  const Reading out =
      h.post("/api/auth/logout", in.at("access"), R"({"refresh":")" + in.at("refresh") + "\"}");
  EXPECT_EQ(out.status(), 204);
  EXPECT_EQ(out.http.header("clear-site-data"), "\"cache\"");
}

}  // namespace
}  // namespace whoosh::api
